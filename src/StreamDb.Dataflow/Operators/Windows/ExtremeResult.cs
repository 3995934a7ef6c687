using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>min or max of a frame. Packed so that the extreme is the least in bytes, and NULL the last.</summary>
/// <remarks>A row's extreme is the row's before unless that left the frame or something that enters beats it; else O(log n) through the tree.</remarks>
internal sealed unsafe class ExtremeResult(FrameAggregateFunction spec, FrameRows frame, int index, RowCodec codec) : WindowFunction(spec.Output)
{
    private const int StepsMax = 48;

    private readonly NativeScratch<nint> _found = new(WindowBatch.RowsMax);
    private readonly NativeScratch<bool> _isFound = new(WindowBatch.RowsMax);

    public override Dependency? DependsOn => OfFrame(frame);

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        var reader = new RecordReader(batch.Tree);
        var starts = new RecordReader(batch.Tree);
        byte** found = (byte**)_found.Pointer;
        int count = 0;
        foreach (WindowStretch stretch in batch.Stretches)
        {
            byte* best = null;
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                if (frame.Frame.Exclusion != FrameExclusion.None)
                {
                    best = null;
                    FrameParts parts = frame.Parts(batch, i, stretch.Position + i - stretch.Start);
                    for (int part = 0; part < parts.Count; part++)
                    {
                        Find(batch, stretch.Root, parts.Start(part), parts.End(part), ref best);
                    }
                }
                else if (i == stretch.Start || !Continue(batch, stretch, i, ref best, ref reader, ref starts))
                {
                    best = null;
                    Find(batch, stretch.Root, frame.Starts[i], frame.Ends[i], ref best);
                }

                _isFound.Pointer[i] = best is not null;
                if (best is not null)
                {
                    found[count++] = batch.Records.Extreme(best, index);
                }
            }
        }

        Append(batch.Count, count, output);
    }

    public override void Dispose()
    {
        base.Dispose();
        _found.Dispose();
        _isFound.Dispose();
    }

    private void Append(int rows, int found, ColumnBuilder output)
    {
        Column values = codec.Decode((byte**)_found.Pointer, found)[0];
        if (found == rows)
        {
            output.AppendRange(values, 0, rows);
        }
        else
        {
            int next = 0;
            for (int i = 0; i < rows; i++)
            {
                if (_isFound.Pointer[i])
                {
                    output.AppendFrom(values, next++);
                }
                else
                {
                    output.AppendNull();
                }
            }
        }

        values.Release();
    }

    private bool Continue(
        WindowBatch batch, WindowStretch stretch, int row, ref byte* best, ref RecordReader reader, ref RecordReader starts)
    {
        long oldEnd = frame.Ends[row - 1];
        long start = frame.Starts[row];
        long end = frame.Ends[row];
        if (best is null || start >= end || start > oldEnd || end - oldEnd > StepsMax || end < oldEnd)
        {
            return false;
        }

        if (start != frame.Starts[row - 1])
        {
            // Of equal rows any may be taken: their values are equal.
            byte* first = starts.At(stretch.Root, start);
            WindowRecords records = batch.Records;
            if (RowCodec.Compare(records.Row(best), WindowRecords.Length(best), records.Row(first), WindowRecords.Length(first)) < 0)
            {
                return false;
            }
        }

        for (long position = oldEnd; position < end; position++)
        {
            Beat(batch, reader.At(stretch.Root, position), ref best);
        }

        return true;
    }

    /// <summary>Of equal values the last is kept: it stays in the frame for longest.</summary>
    private void Beat(WindowBatch batch, byte* record, ref byte* best) =>
        best = best is null || batch.Records.CompareExtremes(record, best, index) <= 0 ? record : best;

    private void Find(WindowBatch batch, TreeNode* node, long start, long end, ref byte* best)
    {
        if (start >= end)
        {
            return;
        }

        if (start <= 0 && end >= node->Rows)
        {
            Beat(batch, batch.Tree.Totals.Extremes(node)[index], ref best);
        }
        else if (node->IsLeaf)
        {
            byte** items = batch.Tree.Records(node);
            for (long i = Math.Max(start, 0); i < Math.Min(end, node->Count); i++)
            {
                Beat(batch, items[i], ref best);
            }
        }
        else
        {
            TreeNode** children = batch.Tree.Children(node);
            for (int i = 0; i < node->Count && end > 0; i++)
            {
                long rows = children[i]->Rows;
                if (start < rows)
                {
                    Find(batch, children[i], start, end, ref best);
                }

                start -= rows;
                end -= rows;
            }
        }
    }
}
