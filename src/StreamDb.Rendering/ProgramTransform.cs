using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Rendering;

/// <summary>A compiled filter and projection as a transform of deltas.</summary>
/// <remarks>Compiled once, when the dataflow is rendered; each worker has its own evaluation context.</remarks>
internal sealed class ProgramTransform : ITransformFactory
{
    private readonly RowProgram _program;
    private readonly RenderContext _context;

    public ProgramTransform(
        IReadOnlyList<SqlType> input, ScalarExpression? predicate, IReadOnlyList<ScalarExpression> projections, RenderContext context)
    {
        _program = RowProgram.Compile(input, predicate, projections);
        _context = context;
        Output = [.. projections.Select(p => new ColumnShape(p.Type.Physical, p.IsNullable))];
    }

    public IReadOnlyList<ColumnShape> Output { get; }

    public IBatchTransform Create(OperatorContext context) => new Instance(_program, _context.CreateEvaluation(context.Errors));

    private sealed class Instance(RowProgram program, EvaluationContext context) : IBatchTransform
    {
        public DeltaBatch? Apply(DeltaBatch input)
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
