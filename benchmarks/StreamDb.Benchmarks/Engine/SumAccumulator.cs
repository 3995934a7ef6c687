using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Benchmarks.Engine;

/// <summary>sum of an Int64 column without NULLs: the sum and the number of values.</summary>
internal sealed unsafe class SumAccumulator : IMergeableAccumulator
{
    public int StateBytes => 16;

    public bool IsExact => true;

    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        long* values = (long*)arguments[0].Values;
        for (int i = 0; i < count; i++)
        {
            ((long*)states[i])[0] += weights[i] * values[i];
            ((long*)states[i])[1] += weights[i];
        }
    }

    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ((long*)targets[i])[0] += ((long*)sources[i])[0] * signs[i];
            ((long*)targets[i])[1] += ((long*)sources[i])[1] * signs[i];
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            if (((long*)states[i])[1] == 0)
            {
                output.AppendNull();
            }
            else
            {
                output.Append(((long*)states[i])[0]);
            }
        }
    }
}
