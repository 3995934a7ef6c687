using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>
/// An aggregate that is given all rows of a frame, in the window's order (string_agg, array_agg) or in one of its own (arg_min).
/// Work per row in proportion to its frame.
/// </summary>
internal sealed unsafe class CollectedResult : WindowFunction
{
    private readonly CollectedAggregate _aggregate;
    private readonly FrameRows _frame;
    private readonly RowLayout _layout;
    private readonly PackedRows _packed;
    private readonly RowSorter _sorter = new();
    private readonly NativeScratch<nint> _rows = new();
    private readonly NativeScratch<long> _weights = new();

    public CollectedResult(FrameAggregateFunction spec, FrameRows frame, IReadOnlyList<ColumnShape> shape)
        : base(spec.Output)
    {
        _aggregate = (CollectedAggregate)spec.Aggregate;
        _frame = frame;
        _layout = new RowLayout(_aggregate.Columns.Select(column => shape[column]).ToArray(), _aggregate.OrderBy);
        _packed = _layout.CreateRows();
    }

    public override Dependency? DependsOn => OfFrame(_frame);

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        var reader = new RecordReader(batch.Tree);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                FrameParts parts = _frame.Parts(batch, i, stretch.Position + i - stretch.Start);
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
        _packed.Dispose();
        _sorter.Dispose();
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
        if (_aggregate.OrderBy.Count > 0)
        {
            rows = Sorted(rows);
        }
        else
        {
            new Span<long>(_weights.Reserve(count), count).Fill(1);
        }

        count = rows.Count;
        _aggregate.Function.Compute(rows, new ReadOnlySpan<long>(_weights.Pointer, count), output, errors);
        rows.Release();
    }

    /// <summary>The rows (taken over) in the aggregate's own order, equal ones as one with a weight.</summary>
    private ColumnBatch Sorted(ColumnBatch rows)
    {
        _packed.Clear();
        _layout.Codec.Encode(rows, _packed);
        rows.Release();
        SortedBatch sorted = _sorter.Sort(_packed, null)!;
        int count = sorted.Count;
        _rows.Reserve(count);
        _weights.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            _rows.Pointer[i] = (nint)sorted.Row(i);
            _weights.Pointer[i] = sorted.Weight(i);
        }

        var result = new ColumnBatch(_layout.Decode((byte**)_rows.Pointer, count), count);
        sorted.Release();
        return result;
    }
}
