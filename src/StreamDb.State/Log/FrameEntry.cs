using FASTER.core;

namespace StreamDb.State.Log;

/// <summary>One part of a record on its way into FasterLog's page: header, payload and checksum are written in place.</summary>
internal unsafe struct FrameEntry : ILogEnqueueEntry
{
    public LogFrame Frame;

    /// <summary>The part's payload, pinned by the caller; null when it comes from <see cref="Segments"/>.</summary>
    public byte* Payload;

    /// <summary>The record's payload in pieces.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Segments;

    /// <summary>Where in <see cref="Segments"/> the part begins.</summary>
    public int SegmentIndex;

    /// <summary>Where in that segment.</summary>
    public int SegmentOffset;

    public readonly int SerializedLength => LogFrame.HeaderBytes + Frame.PayloadBytes;

    public readonly void SerializeTo(Span<byte> dest)
    {
        Span<byte> target = dest.Slice(LogFrame.HeaderBytes, Frame.PayloadBytes);
        if (Segments is null)
        {
            new ReadOnlySpan<byte>(Payload, Frame.PayloadBytes).CopyTo(target);
        }
        else
        {
            CopySegments(target);
        }

        Frame.Seal(dest);
    }

    /// <summary>Moves to the part after this one.</summary>
    public void Advance()
    {
        int rest = Frame.PayloadBytes;
        if (Segments is null)
        {
            Payload += rest;
            return;
        }

        while (rest > 0)
        {
            int here = Math.Min(rest, Segments[SegmentIndex].Length - SegmentOffset);
            SegmentOffset += here;
            rest -= here;
            if (SegmentOffset == Segments[SegmentIndex].Length)
            {
                SegmentIndex++;
                SegmentOffset = 0;
            }
        }
    }

    private readonly void CopySegments(Span<byte> target)
    {
        int offset = SegmentOffset;
        for (int i = SegmentIndex; !target.IsEmpty; i++, offset = 0)
        {
            ReadOnlySpan<byte> source = Segments![i].Span[offset..];
            source = source[..Math.Min(source.Length, target.Length)];
            source.CopyTo(target);
            target = target[source.Length..];
        }
    }
}
