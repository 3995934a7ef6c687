using StreamDb.Core.Identifiers;
using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>Reads the durable records back, reassembling those written in parts.</summary>
internal static class LogReplay
{
    public static IEnumerable<LogRecord> Run(
        IFileSystem files, LogFiles layout, long logId, LogRange range, DurablePoint until, long fromSequence)
    {
        using LogReader reader = new(files, layout, logId, range.BeginAddress, until.Address);
        LogSequence sequence = new(range.BeginSequence);
        byte[] assembled = [];
        int filled = 0;
        while (sequence.Last < until.Sequence)
        {
            string reason = "";
            if (!TryRead(reader, out LogFrame frame, out ReadOnlyMemory<byte> payload) || !sequence.TryAdvance(frame, out reason))
            {
                reason = reason.Length != 0 ? reason : reader.StopReason;
                throw IoFailure.Damage(
                    layout.PathOf(layout.SegmentOf(reader.Address)),
                    layout.OffsetOf(reader.Address),
                    $"record {sequence.Last + 1} cannot be read: {(reason.Length == 0 ? "the log ends here" : reason)}");
            }

            if (frame.Sequence < fromSequence)
            {
                continue;
            }

            if (frame.PartCount > 1)
            {
                if (frame.PartIndex == 0)
                {
                    filled = 0;
                    long bytes = (long)frame.PartCount * frame.PayloadBytes;
                    assembled = assembled.Length >= bytes ? assembled : new byte[bytes];
                }

                payload.CopyTo(assembled.AsMemory(filled));
                filled += payload.Length;
                payload = assembled.AsMemory(0, filled);
            }

            if (!sequence.InsideRecord)
            {
                yield return new LogRecord(frame.Sequence, new Epoch(frame.Epoch), payload);
            }
        }
    }

    private static bool TryRead(LogReader reader, out LogFrame frame, out ReadOnlyMemory<byte> payload)
    {
        try
        {
            return reader.TryRead(out frame, out payload);
        }
        catch (IOException exception)
        {
            throw IoFailure.ToSqlException(exception);
        }
    }
}
