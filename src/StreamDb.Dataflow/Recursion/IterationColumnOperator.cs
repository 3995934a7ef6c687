using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Appends the iteration of each batch as its last column: how state inside a scope remembers times.</summary>
internal sealed class IterationColumnOperator(OperatorContext context) : Operator(context)
{
    public override bool CanStore => true;

    /// <summary>A collection's columns and the iteration.</summary>
    public static ColumnShape[] Append(IReadOnlyList<ColumnShape> shape) => [.. shape, new ColumnShape(PhysicalType.Int32, IsNullable: false)];

    /// <summary>The batch, borrowed, with its iteration.</summary>
    public static unsafe DeltaBatch Append(DeltaBatch batch)
    {
        var columns = new Column[batch.Rows.ColumnCount + 1];
        for (int i = 0; i < batch.Rows.ColumnCount; i++)
        {
            columns[i] = batch.Rows[i].Acquire();
        }

        using var builder = new ColumnBuilder(PhysicalType.Int32, batch.Count);
        builder.Reserve(batch.Count);
        new Span<int>(builder.Values, batch.Count).Fill(batch.Iteration);
        builder.Advance(batch.Count);
        columns[^1] = builder.Finish();
        return new DeltaBatch(new ColumnBatch(columns, batch.Count), batch.Weights?.Acquire());
    }

    protected override void Process(int port, DeltaBatch batch) => Emit(Append(batch));
}
