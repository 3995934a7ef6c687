using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Puts NULL columns before or behind: the rows of an outer join that have no match.</summary>
internal sealed class PadOperator(OperatorContext context, IReadOnlyList<ColumnShape> padding, bool padsLeft) : Operator(context)
{
    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch)
    {
        var columns = new Column[padding.Count + batch.Rows.ColumnCount];
        for (int i = 0; i < padding.Count; i++)
        {
            columns[padsLeft ? i : batch.Rows.ColumnCount + i] = Nulls(padding[i].Type, batch.Count);
        }

        for (int i = 0; i < batch.Rows.ColumnCount; i++)
        {
            columns[padsLeft ? padding.Count + i : i] = batch.Rows[i].Acquire();
        }

        Emit(new DeltaBatch(new ColumnBatch(columns, batch.Count), batch.Weights?.Acquire()));
    }

    private static Column Nulls(PhysicalType type, int count)
    {
        using var builder = new ColumnBuilder(type, count);
        for (int i = 0; i < count; i++)
        {
            builder.AppendNull();
        }

        return builder.Finish();
    }
}
