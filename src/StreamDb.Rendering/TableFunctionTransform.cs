using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;
using StreamDb.Planning.Physical;

namespace StreamDb.Rendering;

/// <summary>A table function as a transform of deltas: each input row with each row the function makes of it, at the input row's weight.</summary>
internal sealed class TableFunctionTransform : ITransformFactory
{
    private readonly PhysicalTableFunction _node;
    private readonly RowProgram _arguments;
    private readonly RenderContext _context;

    public TableFunctionTransform(PhysicalTableFunction node, IReadOnlyList<SqlType> input, RenderContext context)
    {
        _node = node;
        _context = context;
        _arguments = RowProgram.Compile(input, null, node.Arguments);
        Name = ExpressionText.Of(node.Arguments, context) is { } arguments ? $"{node.Function.Name}({string.Join(',', node.Function.ArgumentTypes)}) {node.WithOrdinality} {arguments}" : null;
        Output = node.Shape;
    }

    public IReadOnlyList<ColumnShape> Output { get; }

    public bool MakesRows => true;

    public string? Name { get; }

    public int SourceOf(int column) => column < _node.Input.Columns.Length ? column : -1;

    public IBatchTransform Create(OperatorContext context) =>
        new Instance(_node, _arguments, _context.CreateEvaluation(context.Errors), context.Errors);

    private sealed class Instance(PhysicalTableFunction node, RowProgram program, EvaluationContext context, IErrorSink errors)
        : IBatchTransform
    {
        private readonly int _width = node.Input.Columns.Length;
        private readonly List<int> _sources = [];
        private readonly int _functionWidth = node.Columns.Length - node.Input.Columns.Length - (node.WithOrdinality ? 1 : 0);

        public DeltaBatch? Apply(DeltaBatch input)
        {
            ColumnBatch arguments = program.Run(input.Rows, input.WeightSpan, context, out _);
            var builders = new ColumnBuilder[_functionWidth];
            for (int i = 0; i < builders.Length; i++)
            {
                builders[i] = new ColumnBuilder(node.Columns[_width + i].Type.Physical);
            }

            using var ordinality = new ColumnBuilder(PhysicalType.Int64);
            List<int> sources = _sources;
            sources.Clear();
            for (int row = 0; row < input.Count; row++)
            {
                int made = node.Function.IsStrict && AnyNull(arguments, row)
                    ? 0
                    : node.Function.Body(arguments.Columns, row, builders, errors);
                for (int i = 0; i < made; i++)
                {
                    sources.Add(row);
                    if (node.WithOrdinality)
                    {
                        ordinality.Append(i + 1L);
                    }
                }
            }

            arguments.Release();
            if (sources.Count == 0)
            {
                Array.ForEach(builders, b => b.Dispose());
                return null;
            }

            ReadOnlySpan<int> rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sources);
            using var weights = new ColumnBuilder(PhysicalType.Int64, rows.Length);
            if (input.Weights is not null)
            {
                weights.AppendGather(input.Weights, rows);
            }

            var columns = new Column[node.Columns.Length];
            for (int i = 0; i < _width; i++)
            {
                using var builder = new ColumnBuilder(input.Rows[i].Type, rows.Length);
                builder.AppendGather(input.Rows[i], rows);
                columns[i] = builder.Finish();
            }

            for (int i = 0; i < builders.Length; i++)
            {
                columns[_width + i] = builders[i].Finish();
            }

            if (node.WithOrdinality)
            {
                columns[^1] = ordinality.Finish();
            }

            return new DeltaBatch(new ColumnBatch(columns, rows.Length), input.Weights is null ? null : weights.Finish());
        }

        private static bool AnyNull(ColumnBatch arguments, int row)
        {
            foreach (Column column in arguments.Columns)
            {
                if (column.IsNull(row))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
