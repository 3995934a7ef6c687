using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators;

/// <summary>count(*): what the group's header says anyway. It takes nothing in and has no state of its own.</summary>
/// <remarks>Its <see cref="GroupAggregate.Offset"/> leads back to the header. The old values are the old counts, which the operator keeps.</remarks>
internal sealed unsafe class RowCountValue(AggregateSpec spec) : GroupAggregate(spec)
{
    public override int StateBytes => 0;

    public static bool Covers(AggregateSpec spec) =>
        spec is AccumulableAggregate { FilterColumn: < 0, IsDistinct: false, Arguments.Count: 0, Accumulator.CountsRows: true };

    /// <remarks>Hot path: per group.</remarks>
    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        output.Reserve(count);
        long* values = (long*)output.Values + output.Count;
        for (int i = 0; i < count; i++)
        {
            values[i] = *(long*)states[i] >> ReduceOperator.CountShift;
        }

        output.Advance(count);
    }

    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
    }
}
