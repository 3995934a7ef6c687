using System.Globalization;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;
using StreamDb.State.Log;

namespace StreamDb.Testing.State;

/// <summary>Checkpoints over <see cref="LogWorkload"/>: their content follows from the last record they include, so that any reader can tell a wrong one.</summary>
public static class CheckpointWorkload
{
    private const string Section = "blocks";

    /// <summary>A checkpoint of everything durable: it keeps a file of the one before, if there is one, and writes up to two.</summary>
    public static void Make(DataDirectory directory)
    {
        DurablePoint durable = directory.Log.Durable;
        List<string> blocks = ReadSection(directory.Manifest);
        using CheckpointWriter writer = directory.BeginCheckpoint();
        if (durable.Sequence % 3 == 0)
        {
            blocks.Clear();
        }

        foreach (string kept in blocks)
        {
            writer.Keep(kept.Split(' ')[0]);
        }

        for (int file = 0; file < 1 + (durable.Sequence % 2); file++)
        {
            byte[] block = Block(durable.Sequence, file);
            long offset = 0;
            string name = writer.Write(segment =>
            {
                segment.BeginBlock();
                segment.Write(new byte[durable.Sequence % 70]);
                offset = segment.BeginBlock();
                segment.Write(block);
            });
            blocks.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {offset} {durable.Sequence} {file}"));
        }

        writer.Publish(
            new Epoch((ulong)durable.Sequence),
            durable,
            new Dictionary<string, ReadOnlyMemory<byte>> { [Section] = Encoding.UTF8.GetBytes(string.Join('\n', blocks)) });
    }

    /// <summary>Checks every block of the checkpoint that was found, and every record after it.</summary>
    /// <returns>How many records there have been, those in the checkpoint included.</returns>
    public static unsafe long Verify(DataDirectory directory)
    {
        foreach (string line in ReadSection(directory.Manifest))
        {
            string[] parts = line.Split(' ');
            byte[] expected = Block(Number(parts[2]), (int)Number(parts[3]));
            byte* block = directory.Segments[parts[0]].Block(Number(parts[1]), expected.Length);
            if (!new ReadOnlySpan<byte>(block, expected.Length).SequenceEqual(expected))
            {
                throw new InvalidOperationException($"block {line} came back wrong");
            }
        }

        long last = directory.Manifest.Log.BeginSequence - 1;
        if (directory.Manifest.Checkpoint > 0 && directory.Manifest.Epoch.Value != (ulong)last)
        {
            throw new InvalidOperationException($"the log begins after {last}, the checkpoint is of {directory.Manifest.Epoch}");
        }

        foreach (LogRecord record in directory.Log.Replay(last + 1))
        {
            last++;
            if (record.Sequence != last || !record.Payload.Span.SequenceEqual(LogWorkload.Payload(last)))
            {
                throw new InvalidOperationException($"record {last} came back wrong as {record.Sequence}");
            }
        }

        return last == directory.Log.DurableSequence
            ? last
            : throw new InvalidOperationException($"replayed up to {last} of {directory.Log.DurableSequence}");
    }

    /// <summary>As <see cref="Make"/>; a disk that fails is no error.</summary>
    /// <returns>Whether it was made.</returns>
    public static bool TryMake(DataDirectory directory)
    {
        try
        {
            Make(directory);
            return true;
        }
        catch (SqlException error) when (error.State is SqlState.DiskFull or SqlState.IoError)
        {
            return false;
        }
    }

    private static byte[] Block(long sequence, int file)
    {
        byte[] block = new byte[(sequence * 397 % 5000) + 1 + (file * 66_000)];
        new Random((int)sequence + file).NextBytes(block);
        return block;
    }

    private static List<string> ReadSection(Manifest manifest) => manifest.Sections.TryGetValue(Section, out ReadOnlyMemory<byte> bytes)
        ? [.. Encoding.UTF8.GetString(bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)]
        : [];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
