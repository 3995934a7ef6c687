using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>What was found when a log was opened.</summary>
/// <param name="LastSequence">The last whole record; all up to it are durable now.</param>
/// <param name="EndAddress">The first address after it; nothing follows in the files.</param>
/// <param name="TornBytes">Bytes after it that were cut because no acknowledged record can have been among them.</param>
public readonly record struct LogRecoveryResult(long LastSequence, long EndAddress, long TornBytes);

/// <summary>
/// Decides where a log ends. A record is <i>proven</i> when the manifest, the durable mark or a later frame says that
/// it was durable. Every proven record must be there, whole and in order, or the log is refused; what follows the last
/// proven record is kept as far as it is whole and in order, and the rest is cut off.
/// </summary>
/// <remarks>
/// Nothing is changed before everything has been verified. The tail is then truncated and synced before the log may
/// grow again: otherwise a stale frame behind a tear could later pass for the successor of a new one.
/// </remarks>
internal sealed class LogRecovery(IFileSystem files, LogFiles layout, long logId)
{
    private const int DiskBlockBytes = 4096;

    /// <param name="keepUntil">Cut off everything after this record, even if whole; null to keep what is whole.</param>
    public LogRecoveryResult Run(LogRange range, DurablePoint? mark, long? keepUntil)
    {
        LogRecoveryResult found = Verify(range, mark, keepUntil);
        Cut(layout.List(files), found.EndAddress);

        // What lies behind the checkpoint was durable when the checkpoint was made, whatever an old mark says.
        long unproven = Math.Max(mark?.Address ?? found.EndAddress - layout.OffsetOf(found.EndAddress), range.BeginAddress);
        MakeDurable(Math.Min(unproven, found.EndAddress), found.EndAddress);
        return found;
    }

    /// <summary>As <see cref="Run"/>, but changes nothing: what would be cut stays.</summary>
    public LogRecoveryResult Verify(LogRange range, DurablePoint? mark, long? keepUntil)
    {
        List<int> segments = layout.List(files);
        long extent = segments.Count == 0 ? range.BeginAddress : ExtentOf(segments[^1]);
        long proven = Math.Max(Math.Max(range.EndSequence, mark?.Sequence ?? 0), keepUntil ?? 0);
        using LogReader reader = new(files, layout, logId, range.BeginAddress, extent);

        LogSequence sequence = new(range.BeginSequence);
        long end = range.BeginAddress;
        string reason = "";
        while (sequence.Last != keepUntil && reader.TryRead(out LogFrame frame, out _))
        {
            if (!sequence.TryAdvance(frame, out reason))
            {
                break;
            }

            proven = Math.Max(proven, frame.DurableSequence);
            end = sequence.InsideRecord ? end : reader.Address;
        }

        long stop = reason.Length != 0 ? end : reader.Address;
        reason = reason.Length != 0 ? reason : reader.StopReason;
        if (keepUntil is null)
        {
            proven = Math.Max(proven, reader.FindProofBeyond(stop));
            end = sequence.InsideRecord || reason.Length != 0 ? end : stop;
        }

        if (sequence.Last < proven)
        {
            throw Damage(stop, Math.Max(extent - 1, (mark?.Address ?? 1) - 1), sequence.Last + 1, proven, reason);
        }

        long torn = reason.Length == 0 && !sequence.InsideRecord ? 0 : extent - end;
        return new LogRecoveryResult(sequence.Last, end, torn);
    }

    // Reading stops in front of a missing file; it, not its neighbour, is what someone must look for.
    private Exception Damage(long stop, long lastAddress, long sequence, long proven, string reason)
    {
        string what = $"record {sequence} was acknowledged (up to {proven}) and cannot be read";
        for (int segment = layout.SegmentOf(stop); segment <= layout.SegmentOf(lastAddress); segment++)
        {
            if (!files.FileExists(layout.PathOf(segment)))
            {
                return IoFailure.Damage(layout.PathOf(segment), 0, $"{what}: the file is missing");
            }
        }

        return IoFailure.Damage(
            layout.PathOf(layout.SegmentOf(stop)),
            layout.OffsetOf(stop),
            $"{what}: {(reason.Length == 0 ? "the log ends here" : reason)}");
    }

    private long ExtentOf(int segment)
    {
        using IFile file = files.Open(layout.PathOf(segment), create: false);
        return (segment * layout.SegmentBytes) + file.Length;
    }

    // Synced even when there is nothing to cut: an earlier attempt may have cut and failed to sync.
    private void Cut(List<int> segments, long end)
    {
        int last = layout.SegmentOf(end);
        for (int i = segments.Count - 1; i >= 0 && segments[i] > last; i--)
        {
            files.Delete(layout.PathOf(segments[i]));
        }

        string path = layout.PathOf(last);
        if (files.FileExists(path))
        {
            using IFile file = files.Open(path, create: false);
            if (file.Length > layout.OffsetOf(end))
            {
                file.SetLength(layout.OffsetOf(end));
            }

            file.Sync();
        }

        files.SyncDirectory(layout.Directory);
    }

    // Bytes that were never proven durable may sit in the page cache marked clean although writing them failed, so a
    // sync alone would not write them. Writing them again does.
    private void MakeDurable(long begin, long end)
    {
        byte[] buffer = new byte[layout.PageBytes];
        for (long address = begin - (begin % DiskBlockBytes); address < end;)
        {
            int segment = layout.SegmentOf(address);
            long segmentEnd = Math.Min(end, (segment + 1) * layout.SegmentBytes);
            using IFile file = files.Open(layout.PathOf(segment), create: false);
            while (address < segmentEnd)
            {
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, segmentEnd - address));
                piece = piece[..file.Read(layout.OffsetOf(address), piece)];
                file.Write(layout.OffsetOf(address), piece);
                address = piece.IsEmpty ? segmentEnd : address + piece.Length;
            }

            file.Sync();
        }
    }
}
