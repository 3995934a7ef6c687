using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>An accumulable aggregate of a frame: count, sum, avg, variance.</summary>
/// <remarks>
/// A row's state is made from the row's before by adding what enters the frame and (only where that is exact) taking away what
/// leaves it, or else put together from the totals of tree nodes: O(log n).
/// </remarks>
internal sealed unsafe class AccumulatedResult(FrameAggregateFunction spec, FrameRows frame, StateSlot slot) : WindowFunction(spec.Output)
{
    /// <summary>More rows than these entering or leaving, and the state is put together anew.</summary>
    private const int StepsMax = 48;

    private readonly NativeScratch<byte> _states = new();
    private readonly NativeScratch<nint> _stateOf = new(WindowBatch.RowsMax);
    private readonly MergeScript _script = new();

    public override Dependency? DependsOn => OfFrame(frame);

    private int StateBytes => slot.Accumulator.StateBytes;

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        byte* states = _states.Reserve(batch.Count * StateBytes);
        Unsafe.InitBlock(states, 0, (uint)(batch.Count * StateBytes));
        var entering = new RecordReader(batch.Tree);
        var leaving = new RecordReader(batch.Tree);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                byte* state = states + (i * StateBytes);
                _stateOf.Pointer[i] = (nint)state;
                if (frame.Frame.Exclusion != FrameExclusion.None)
                {
                    FrameParts parts = frame.Parts(batch, i, stretch.Position + i - stretch.Start);
                    for (int part = 0; part < parts.Count; part++)
                    {
                        Cover(batch, stretch.Root, parts.Start(part), parts.End(part), state);
                    }
                }
                else if (i == stretch.Start || !Continue(stretch, i, state, ref entering, ref leaving, batch))
                {
                    Cover(batch, stretch.Root, frame.Starts[i], frame.Ends[i], state);
                }
            }
        }

        _script.Run([new StateSlot(slot.Accumulator, 0)]);
        slot.Accumulator.Finish((byte**)_stateOf.Pointer, batch.Count, output, errors);
    }

    public override void Dispose()
    {
        base.Dispose();
        _states.Dispose();
        _stateOf.Dispose();
        _script.Dispose();
    }

    /// <summary>Makes the state from that of the row before, if that is little work.</summary>
    private bool Continue(WindowStretch stretch, int row, byte* state, ref RecordReader entering, ref RecordReader leaving, WindowBatch batch)
    {
        long oldStart = frame.Starts[row - 1];
        long oldEnd = frame.Ends[row - 1];
        long start = frame.Starts[row];
        long end = frame.Ends[row];
        if (start == oldStart && end == oldEnd)
        {
            _stateOf.Pointer[row] = _stateOf.Pointer[row - 1];
            return true;
        }

        // Edges never move back, so these are not negative; but an empty frame's may lie apart.
        if (end - oldEnd > StepsMax || end < oldEnd || start < oldStart || start >= oldEnd
            || start - oldStart > (slot.Accumulator.IsExact ? StepsMax : 0))
        {
            return false;
        }

        _script.Add(state, (byte*)_stateOf.Pointer[row - 1], 1);
        for (long position = oldEnd; position < end; position++)
        {
            _script.Add(state, Source(batch, entering.At(stretch.Root, position)), 1);
        }

        for (long position = oldStart; position < start; position++)
        {
            _script.Add(state, Source(batch, leaving.At(stretch.Root, position)), -1);
        }

        return true;
    }

    private byte* Source(WindowBatch batch, byte* record) => record + batch.Records.StateOffset + slot.Offset;

    /// <summary>Adds the rows of [start, end), by whole nodes where they lie within.</summary>
    private void Cover(WindowBatch batch, TreeNode* node, long start, long end, byte* state)
    {
        if (start >= end)
        {
            return;
        }

        if (start <= 0 && end >= node->Rows)
        {
            _script.Add(state, PartitionTotals.States(node) + slot.Offset, 1);
        }
        else if (node->IsLeaf)
        {
            byte** items = batch.Tree.Records(node);
            for (long i = Math.Max(start, 0); i < Math.Min(end, node->Count); i++)
            {
                _script.Add(state, Source(batch, items[i]), 1);
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
                    Cover(batch, children[i], start, end, state);
                }

                start -= rows;
                end -= rows;
            }
        }
    }
}
