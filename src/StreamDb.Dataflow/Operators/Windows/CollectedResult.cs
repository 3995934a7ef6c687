using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>An aggregate that is given all rows of a frame in order: string_agg, array_agg. Work per row in proportion to its frame.</summary>
internal sealed unsafe class CollectedResult(FrameAggregateFunction spec, FrameRows frame) : WindowFunction(spec.Output)
{
    private readonly CollectedAggregate _aggregate = (CollectedAggregate)spec.Aggregate;
    private readonly NativeScratch<nint> _rows = new();
    private readonly NativeScratch<long> _weights = new();

    public override Dependency? DependsOn => OfFrame(frame);

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        var reader = new RecordReader(batch.Tree);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                FrameParts parts = frame.Parts(batch, i, stretch.Position + i - stretch.Start);
                int count = 0;
                for (int part = 0; part < parts.Count; part++)
                {
                    int rows = checked((int)(parts.End(part) - parts.Start(part)));
                    _rows.Reserve(count + rows);
                    for (long position = parts.Start(part); position < parts.End(part); position++)
                    {
                        _rows.Pointer[count++] = (nint)reader.At(stretch.Root, position);
                    }
                }

                Append(batch, count, output, errors);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _rows.Dispose();
        _weights.Dispose();
    }

    private void Append(WindowBatch batch, int count, ColumnBuilder output, IErrorSink errors)
    {
        byte** items = (byte**)_rows.Pointer;
        if (_aggregate.FilterColumn >= 0 && count > 0)
        {
            Column filter = batch.Decode(_aggregate.FilterColumn, items, count);
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                if (!filter.IsNull(i) && filter.Get<byte>(i) != 0)
                {
                    items[kept++] = items[i];
                }
            }

            filter.Release();
            count = kept;
        }

        if (count == 0)
        {
            _aggregate.Function.ComputeEmpty(output);
            return;
        }

        var columns = new Column[_aggregate.Columns.Count];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = batch.Decode(_aggregate.Columns[c], items, count);
        }

        var rows = new ColumnBatch(columns, count);
        new Span<long>(_weights.Reserve(count), count).Fill(1);
        _aggregate.Function.Compute(rows, new ReadOnlySpan<long>(_weights.Pointer, count), output, errors);
        rows.Release();
    }
}
