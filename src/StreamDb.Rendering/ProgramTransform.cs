using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Rendering;

/// <summary>A compiled filter and projection as a transform of deltas.</summary>
/// <remarks>
/// Compiled once, when the dataflow is rendered; each worker has its own evaluation context. A delta of weight n stands for
/// n rows, and a volatile expression is asked n times: <c>SELECT gen_random_uuid() FROM t</c> gives no value twice.
/// </remarks>
internal sealed class ProgramTransform : ITransformFactory
{
    private readonly RowProgram _program;
    private readonly int[] _sources;
    private readonly RenderContext _context;
    private readonly bool _isVolatile;

    public ProgramTransform(
        IReadOnlyList<SqlType> input, ScalarExpression? predicate, IReadOnlyList<ScalarExpression> projections, RenderContext context)
    {
        _program = RowProgram.Compile(input, predicate, projections);
        _context = context;
        _isVolatile = (predicate is not null && LogicalExpressions.IsVolatile(predicate)) || projections.Any(LogicalExpressions.IsVolatile);
        _sources = [.. projections.Select(p => p is ColumnExpression column ? column.Index : -1)];
        IsSelection = predicate is null && _sources.All(static source => source >= 0);
        Name = _isVolatile ? null : ExpressionText.Of([predicate, .. projections], context);
        Output = [.. projections.Select(p => new ColumnShape(p.Type.Physical, p.IsNullable))];
    }

    public IReadOnlyList<ColumnShape> Output { get; }

    public bool IsSelection { get; }

    public string? Name { get; }

    public int SourceOf(int column) => _sources[column];

    public IBatchTransform Create(OperatorContext context) =>
        new Instance(_program, _isVolatile, _context.CreateEvaluation(context.Errors));

    private sealed class Instance(RowProgram program, bool isVolatile, EvaluationContext context) : IBatchTransform
    {
        public DeltaBatch? Apply(DeltaBatch input)
        {
            if (!isVolatile || input.Weights is null || input.WeightSpan.IndexOfAnyInRange(2, long.MaxValue) < 0)
            {
                return ApplyOnce(input);
            }

            DeltaBatch repeated = Repeat(input);
            DeltaBatch? result = ApplyOnce(repeated);
            repeated.Release();
            return result;
        }

        /// <summary>Each row of a positive weight as often as it is there; the others as they are.</summary>
        private static DeltaBatch Repeat(DeltaBatch input)
        {
            var rows = new List<int>();
            var weights = new List<long>();
            for (int row = 0; row < input.Count; row++)
            {
                long weight = input.Weight(row);
                for (long copy = 0; copy < Math.Max(1, weight); copy++)
                {
                    rows.Add(row);
                    weights.Add(Math.Min(1, weight));
                }
            }

            ColumnBatch repeated = input.Rows.Gather([.. rows]);
            DeltaBatch result = DeltaBatch.Create(repeated, [.. weights]);
            repeated.Release();
            return result;
        }

        private DeltaBatch? ApplyOnce(DeltaBatch input)
        {
            ColumnBatch rows = program.Run(input.Rows, input.WeightSpan, context, out Selection selection);
            if (selection.Count == 0)
            {
                rows.Release();
                return null;
            }

            if (input.Weights is null)
            {
                return new DeltaBatch(rows);
            }

            if (selection.IsAll)
            {
                return new DeltaBatch(rows, input.Weights.Acquire());
            }

            using var weights = new ColumnBuilder(PhysicalType.Int64, selection.Count);
            weights.AppendGather(input.Weights, selection.Rows);
            return new DeltaBatch(rows, weights.Finish());
        }
    }
}
