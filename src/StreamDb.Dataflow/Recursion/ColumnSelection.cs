using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Keeps some columns.</summary>
internal sealed class ColumnSelection(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns) : ITransformFactory, IBatchTransform
{
    private readonly int[] _columns = [.. columns];

    public IReadOnlyList<ColumnShape> Output { get; } = [.. columns.Select(column => shape[column])];

    public int SourceOf(int column) => _columns[column];

    public IBatchTransform Create(OperatorContext context) => this;

    public DeltaBatch? Apply(DeltaBatch input) => new(input.Rows.Select(_columns), input.Weights?.Acquire());
}
