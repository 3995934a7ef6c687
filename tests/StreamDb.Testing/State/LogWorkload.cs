using System.Globalization;
using System.Text;
using StreamDb.Core.Identifiers;
using StreamDb.State.Log;

namespace StreamDb.Testing.State;

/// <summary>Records whose content follows from their sequence number, so that any reader can tell a wrong one.</summary>
public static class LogWorkload
{
    /// <summary>Pages of 4 kB and segments of four pages: every boundary is met within a few records.</summary>
    public static WriteAheadLogOptions SmallPages { get; } = new()
    {
        PageBytes = 4096,
        SegmentBytes = 4 * 4096,
        MemoryBytes = 8 * 4096,
        PartBytesMax = 1024,
        ProbeIntervalMs = 1,
    };

    /// <summary>Between 0 and about 2,400 bytes: one to three parts of a small page.</summary>
    public static byte[] Payload(long sequence)
    {
        int length = (int)(sequence * 7919 % 2400);
        byte[] payload = new byte[sequence % 5 == 0 ? length : length % 90];
        byte[] text = Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture) + ";");
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = text[i % text.Length];
        }

        return payload;
    }

    public static long Append(IWriteAheadLog log)
    {
        long sequence = log.LastSequence + 1;
        return log.Append(new Epoch((ulong)sequence), Payload(sequence));
    }

    /// <summary>Reads everything back and throws when a record is not the one that was appended.</summary>
    /// <returns>How many records there are.</returns>
    public static long Verify(IWriteAheadLog log)
    {
        long expected = 0;
        foreach (LogRecord record in log.Replay(1))
        {
            expected++;
            if (record.Sequence != expected
                || record.Epoch.Value != (ulong)expected
                || !record.Payload.Span.SequenceEqual(Payload(expected)))
            {
                throw new InvalidOperationException($"record {expected} came back wrong as {record.Sequence}");
            }
        }

        return expected == log.DurableSequence
            ? expected
            : throw new InvalidOperationException($"replayed {expected} of {log.DurableSequence} durable records");
    }
}
