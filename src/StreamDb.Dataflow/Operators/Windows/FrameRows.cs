using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The frames of a batch's rows, as positions within their partitions. Shared by the functions with the same frame.</summary>
internal sealed unsafe class FrameRows(WindowFrame frame, Func<int, int> edgeIndex) : IDisposable
{
    private readonly NativeScratch<long> _starts = new(WindowBatch.RowsMax);
    private readonly NativeScratch<long> _ends = new(WindowBatch.RowsMax);

    public WindowFrame Frame { get; } = frame;

    public FrameSide Start { get; } = new(frame.Start, IsEnd: false, edgeIndex(frame.Start.Column));

    public FrameSide End { get; } = new(frame.End, IsEnd: true, edgeIndex(frame.End.Column));

    /// <summary>First rows, exclusion aside.</summary>
    public long* Starts => _starts.Pointer;

    /// <summary>Behind the last rows; not below <see cref="Starts"/>.</summary>
    public long* Ends => _ends.Pointer;

    /// <summary>Whether the frame always holds the current row.</summary>
    public bool HoldsCurrentRow => Frame.Exclusion == FrameExclusion.None
        && Frame.Start is { Kind: FrameEdgeKind.PartitionStart } or { Kind: FrameEdgeKind.Row or FrameEdgeKind.Group, Offset: <= 0 }
        && Frame.End is { Kind: FrameEdgeKind.PartitionEnd } or { Kind: FrameEdgeKind.Row or FrameEdgeKind.Group, Offset: >= 0 };

    public void Compute(WindowBatch batch)
    {
        foreach (WindowStretch stretch in batch.Stretches)
        {
            Start.Compute(batch, stretch, Starts);
            End.Compute(batch, stretch, Ends);
        }

        for (int i = 0; i < batch.Count; i++)
        {
            Ends[i] = Math.Max(Starts[i], Ends[i]);
        }
    }

    /// <summary>The parts of a row's frame that are left by the exclusion, in order.</summary>
    /// <param name="position">The row's own.</param>
    public FrameParts Parts(WindowBatch batch, int row, long position)
    {
        long start = Starts[row];
        long end = Ends[row];
        switch (Frame.Exclusion)
        {
            case FrameExclusion.CurrentRow:
                return FrameParts.Without(start, end, position, position + 1);
            case FrameExclusion.Group:
                return FrameParts.Without(start, end, batch.PeerStarts[row], batch.PeerEnds[row]);
            case FrameExclusion.Ties:
                FrameParts parts = FrameParts.Without(start, end, batch.PeerStarts[row], batch.PeerEnds[row]);
                if (position >= start && position < end)
                {
                    parts.InsertMiddle(position);
                }

                return parts;
            default:
                return new FrameParts(start, end);
        }
    }

    public void Dispose()
    {
        _starts.Dispose();
        _ends.Dispose();
    }
}
