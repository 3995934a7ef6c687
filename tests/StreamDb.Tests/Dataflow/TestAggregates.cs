using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>count(*) without arguments, else count(argument).</summary>
internal sealed unsafe class TestCount : IMergeableAccumulator
{
    public int StateBytes => 8;

    public bool IsExact => true;

    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            *(long*)targets[i] += *(long*)sources[i] * signs[i];
        }
    }

    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (arguments.Length == 0 || !arguments[0].IsNull(i))
            {
                *(long*)states[i] += weights[i];
            }
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            output.Append(*(long*)states[i]);
        }
    }
}

/// <summary>sum of an Int64 column; NULL over no values.</summary>
internal sealed unsafe class TestSum(bool isExact = true) : IMergeableAccumulator
{
    public int StateBytes => 16;

    public bool IsExact => isExact;

    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(isExact || signs[i] > 0);
            ((long*)targets[i])[0] += ((long*)sources[i])[0] * signs[i];
            ((long*)targets[i])[1] += ((long*)sources[i])[1] * signs[i];
        }
    }

    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!arguments[0].IsNull(i))
            {
                ((long*)states[i])[0] += weights[i];
                ((long*)states[i])[1] += weights[i] * arguments[0].Get<long>(i);
            }
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            if (((long*)states[i])[0] == 0)
            {
                output.AppendNull();
            }
            else
            {
                output.Append(((long*)states[i])[1]);
            }
        }
    }
}

/// <summary>The rows of the group as text, in order.</summary>
internal sealed class TestList : IGroupFunction
{
    public void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        var text = new StringBuilder();
        for (int row = 0; row < rows.Count; row++)
        {
            text.Append(Multiset.Text(Multiset.RowOf(rows, row))).Append('*').Append(weights[row]).Append(';');
        }

        output.AppendString(text.ToString());
    }

    public void ComputeEmpty(ColumnBuilder output) => output.AppendNull();
}
