using System.Globalization;
using SortKey = StreamDb.Core.Rows.SortKey;

namespace StreamDb.Dataflow.Sharing;

/// <summary>What a node does with its inputs, as text: two nodes of equal texts over equal inputs are the same collection.</summary>
internal static class NodeText
{
    /// <summary>The text; null where it cannot be told.</summary>
    public static string? Of(Node node) => node switch
    {
        RelationNode relation => string.Create(CultureInfo.InvariantCulture, $"relation {relation.Relation.Value}"),
        MapNode map => map.Transform.Name is { } name ? $"map {name}" : null,
        JoinNode { Spec: { Transform: null } spec } =>
            $"join {spec.Kind} {List(spec.LeftKeys)} {List(spec.RightKeys)} {string.Join(',', spec.NullsMatch)}",
        DeltaJoinNode { Spec: var spec } => All(spec.Paths.Select(Of)) is { } paths ? $"delta join {paths}" : null,
        ReduceNode { Spec: var spec } => All(spec.Aggregates.Select(Of)) is { } aggregates ? $"reduce {List(spec.Keys)} {aggregates}" : null,
        TopNNode { Spec: var spec } => string.Create(
            CultureInfo.InvariantCulture, $"top {List(spec.PartitionBy)} {List(spec.OrderBy)} {spec.Limit} {spec.Offset} {spec.WithTies}"),
        WindowNode { Spec: var spec } => All(spec.Functions.Select(Of)) is { } functions
            ? $"window {List(spec.PartitionBy)} {List(spec.OrderBy)} {functions}"
            : null,
        UnionNode => "union",
        NegateNode => "negate",
        ThresholdNode threshold => $"threshold {threshold.Kind}",
        AssertSingleNode single => $"single {List(single.Keys)}",
        _ => null,
    };

    private static string? Of(DeltaPath path) => path.Start.Name is { } start
        && All(path.Steps.Select(step => step.Transform.Name is { } map
            ? string.Create(CultureInfo.InvariantCulture, $"{step.Relation} {List(step.ProbeKeys)} {List(step.IndexKeys)} {map}")
            : null)) is { } steps
        ? $"{start}:{steps}"
        : null;

    private static string? Of(AggregateSpec aggregate) => aggregate switch
    {
        ExtremeAggregate extreme => string.Create(CultureInfo.InvariantCulture, $"{(extreme.IsMax ? "max" : "min")} {extreme.Column} {extreme.FilterColumn}"),
        AccumulableAggregate { Name: { } name } sum =>
            string.Create(CultureInfo.InvariantCulture, $"{name} {List(sum.Arguments)} {sum.IsDistinct} {sum.FilterColumn}"),
        CollectedAggregate { Name: { } name } rows =>
            string.Create(CultureInfo.InvariantCulture, $"{name} {List(rows.Columns)} {List(rows.OrderBy)} {rows.IsDistinct} {rows.FilterColumn}"),
        _ => null,
    };

    // The other functions are records of numbers, which print all that they are.
    private static string? Of(WindowFunctionSpec function) => function switch
    {
        FrameAggregateFunction frame => Of(frame.Aggregate) is { } aggregate ? $"{frame.Frame} {aggregate}" : null,
        RankingFunction or OffsetFunction or FrameValueFunction => function.ToString(),
        _ => null,
    };

    private static string? All(IEnumerable<string?> texts) => texts.ToList() is var all && all.Contains(null) ? null : string.Join(';', all);

    private static string List(IEnumerable<int> columns) => string.Join(',', columns);

    private static string List(IEnumerable<SortKey> keys) => string.Join(',', keys);
}
