using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Rendering;

/// <summary>A planned window as the engine's operator wants it.</summary>
internal static class WindowRendering
{
    public static WindowSpec SpecOf(PhysicalWindow window) => new()
    {
        PartitionBy = window.PartitionBy,
        OrderBy = window.OrderBy,
        Functions = [.. window.Calls.Select((call, i) => FunctionOf(call, window.Columns[window.Input.Columns.Length + i].Shape))],
    };

    private static WindowFunctionSpec FunctionOf(PhysicalWindowCall planned, ColumnShape output)
    {
        WindowCall call = planned.Call;
        if (call.Aggregate is not null)
        {
            var aggregate = new PhysicalAggregate(call.Aggregate, planned.Arguments, planned.OrderBy, planned.FilterColumn);
            return new FrameAggregateFunction { Output = output, Frame = FrameOf(planned), Aggregate = Renderer.SpecOf(aggregate, output) };
        }

        switch (call.Name)
        {
            case "lag" or "lead":
                bool isBackward = call.Name == "lag";
                long? offset = call.Arguments.Length > 1 ? Constant(call.Arguments[1]) : 1;
                return new OffsetFunction
                {
                    Output = output,
                    Column = planned.Arguments[0],
                    Offset = (offset ?? 0) * (isBackward ? -1 : 1),
                    OffsetColumn = offset is null ? planned.Arguments[1] : -1,
                    IsBackward = isBackward,
                    DefaultColumn = planned.Arguments.Length > 2 ? planned.Arguments[2] : -1,
                    IgnoresNulls = call.IgnoresNulls,
                };
            case "first_value" or "last_value" or "nth_value":
                bool isNth = call.Name == "nth_value";
                long? number = isNth ? Constant(call.Arguments[1]) : 1;
                return new FrameValueFunction
                {
                    Output = output,
                    Frame = FrameOf(planned),
                    Kind = isNth ? FrameValueKind.Nth : call.Name == "first_value" ? FrameValueKind.First : FrameValueKind.Last,
                    Column = planned.Arguments[0],
                    Number = number ?? 0,
                    NumberColumn = number is null ? planned.Arguments[1] : -1,
                    IgnoresNulls = call.IgnoresNulls,
                };
            default:
                return new RankingFunction
                {
                    Output = output,
                    Kind = call.Name switch
                    {
                        "row_number" => RankingKind.RowNumber,
                        "rank" => RankingKind.Rank,
                        "dense_rank" => RankingKind.DenseRank,
                        "percent_rank" => RankingKind.PercentRank,
                        "cume_dist" => RankingKind.CumulativeDistribution,
                        "ntile" => RankingKind.Ntile,
                        _ => throw new InvariantException($"window function {call.Name}"),
                    },
                    BucketsColumn = call.Name == "ntile" ? planned.Arguments[0] : -1,
                    Buckets = call.Name == "ntile" && Constant(call.Arguments[0]) is > 0 and { } buckets ? (int)buckets : 0,
                };
        }
    }

    /// <summary>The value of a constant that is not NULL.</summary>
    private static long? Constant(ScalarExpression expression) =>
        expression is LiteralExpression { Value.Value: int value } ? value : null;

    private static Dataflow.WindowFrame FrameOf(PhysicalWindowCall planned) => planned.Call.Frame is not { } frame
        ? Dataflow.WindowFrame.Default
        : new Dataflow.WindowFrame(
            EdgeOf(frame.Unit, frame.Start, planned.StartColumn), EdgeOf(frame.Unit, frame.End, planned.EndColumn), ExclusionOf(frame.Exclusion));

    private static FrameEdge EdgeOf(FrameUnit unit, WindowEdge edge, int column) => edge.Kind switch
    {
        FrameBoundKind.UnboundedPreceding => FrameEdge.PartitionStart,
        FrameBoundKind.UnboundedFollowing => FrameEdge.PartitionEnd,
        FrameBoundKind.CurrentRow => new FrameEdge(unit == FrameUnit.Rows ? FrameEdgeKind.Row : FrameEdgeKind.Group),
        _ when unit == FrameUnit.Range => new FrameEdge(FrameEdgeKind.Range, 0, column),
        _ => new FrameEdge(
            unit == FrameUnit.Rows ? FrameEdgeKind.Row : FrameEdgeKind.Group,
            WindowLowering.CountOf(edge) * (edge.Kind == FrameBoundKind.Preceding ? -1 : 1)),
    };

    private static Dataflow.FrameExclusion ExclusionOf(Sql.Syntax.FrameExclusion exclusion) => exclusion switch
    {
        Sql.Syntax.FrameExclusion.CurrentRow => Dataflow.FrameExclusion.CurrentRow,
        Sql.Syntax.FrameExclusion.Group => Dataflow.FrameExclusion.Group,
        Sql.Syntax.FrameExclusion.Ties => Dataflow.FrameExclusion.Ties,
        _ => Dataflow.FrameExclusion.None,
    };
}
