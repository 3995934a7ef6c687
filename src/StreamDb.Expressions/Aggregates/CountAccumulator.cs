using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Expressions.Aggregates;

/// <summary>count(*) and count(x): the weights of the rows whose argument, if there is one, is not NULL.</summary>
internal sealed unsafe class CountAccumulator : IMergeableAccumulator
{
    public static CountAccumulator Instance { get; } = new();

    public int StateBytes => sizeof(long);

    public bool IsExact => true;

    public bool CountsRows => true;

    // Hot path: per delta.
    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        ulong* validity = arguments.Length == 0 ? null : arguments[0].Validity;
        for (int i = 0; i < count; i++)
        {
            if (validity is null || (validity[i >> 6] & (1UL << (i & 63))) != 0)
            {
                *(long*)states[i] += weights[i];
            }
        }
    }

    // Hot path: per state.
    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            *(long*)targets[i] += *(long*)sources[i] * signs[i];
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        output.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            output.Append(*(long*)states[i]);
        }
    }
}
