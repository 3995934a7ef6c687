using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Benchmarks.Engine;

/// <summary>count(*): one 64-bit sum of weights.</summary>
internal sealed unsafe class CountAccumulator : IAccumulator
{
    public int StateBytes => 8;

    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        for (int i = 0; i < count; i++)
        {
            *(long*)states[i] += weights[i];
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        output.Reserve(count);
        long* target = (long*)output.Values + output.Count;
        for (int i = 0; i < count; i++)
        {
            target[i] = *(long*)states[i];
        }

        output.Advance(count);
    }
}
