using StreamDb.Core.Errors;
using StreamDb.State;
using StreamDb.State.Log;
using StreamDb.Testing.State;
using Xunit;

namespace StreamDb.Tests.State.Log;

/// <summary>
/// Every fault is put into a directory whose process was killed (nothing but the log itself, the mark and the first
/// manifest speak for the records). Acceptable is only: refused by name, or every acknowledged record unchanged.
/// </summary>
public sealed class LogDamageTests
{
    private const string Root = "/db";
    private const string FirstSegment = "/db/wal/00000000.wal";

    [Fact]
    public void Every_flipped_bit_of_an_acknowledged_record_is_detected_or_harmless()
    {
        Dictionary<string, byte[]> files = Killed(records: 12);
        int detected = 0;
        int harmless = 0;
        foreach (string path in files.Keys.Where(path => path.EndsWith(".wal", StringComparison.Ordinal)))
        {
            for (int bit = 0; bit < files[path].Length * 8; bit++)
            {
                byte[] damaged = (byte[])files[path].Clone();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (Opens(files, path, damaged, acknowledged: 12))
                {
                    harmless++;
                }
                else
                {
                    detected++;
                }
            }
        }

        Assert.True(detected > harmless, $"{detected} detected, {harmless} harmless");
    }

    [Fact]
    public void Every_truncation_of_acknowledged_records_is_refused()
    {
        Dictionary<string, byte[]> files = Killed(records: 40);
        foreach (string path in files.Keys.Where(path => path.EndsWith(".wal", StringComparison.Ordinal)))
        {
            for (int length = 0; length < files[path].Length; length += 61)
            {
                // A cut behind the last record only takes away padding.
                _ = Opens(files, path, files[path][..length], acknowledged: 40);
            }

            Assert.False(Opens(files, path, [], acknowledged: 40));
        }
    }

    [Fact]
    public void Every_zeroed_sector_is_detected_or_harmless()
    {
        Dictionary<string, byte[]> files = Killed(records: 60);
        int detected = 0;
        foreach (string path in files.Keys.Where(path => path.EndsWith(".wal", StringComparison.Ordinal)))
        {
            for (int sector = 0; sector < files[path].Length / 512; sector++)
            {
                byte[] damaged = (byte[])files[path].Clone();
                damaged.AsSpan(sector * 512, 512).Clear();
                detected += Opens(files, path, damaged, acknowledged: 60) ? 0 : 1;
            }
        }

        Assert.True(detected > 10, $"only {detected} detected");
    }

    [Fact]
    public void A_missing_segment_is_refused_and_named()
    {
        Dictionary<string, byte[]> files = Killed(records: 150);
        string[] segments = [.. files.Keys.Where(path => path.EndsWith(".wal", StringComparison.Ordinal))];
        Assert.True(segments.Length > 3);
        foreach (string segment in segments)
        {
            SqlException error = Assert.Throws<SqlException>(() => Open(files.Where(pair => pair.Key != segment)).Dispose());
            Assert.Equal(SqlState.DataCorrupted, error.State);
            Assert.Contains(segment, error.Message);
        }
    }

    [Fact]
    public void Losing_the_mark_loses_no_record()
    {
        Dictionary<string, byte[]> files = Killed(records: 30);
        using DataDirectory directory = Open(files.Where(pair => !pair.Key.EndsWith("durable.mark", StringComparison.Ordinal)));
        Assert.Equal(30, LogWorkload.Verify(directory.Log));
    }

    [Fact]
    public void A_tail_torn_at_any_byte_is_cut_and_the_log_goes_on()
    {
        (Dictionary<string, byte[]> files, long begin, long end) = KilledWithUnacknowledgedTail();
        for (long cut = begin; cut <= end; cut++)
        {
            SimulatedFileSystem system = Restore(files);
            system.WriteAll(FirstSegment, files[FirstSegment][..(int)cut]);
            using (DataDirectory directory = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages))
            {
                long found = LogWorkload.Verify(directory.Log);
                Assert.InRange(found, 6, 8);
                LogWorkload.Append(directory.Log);
                Assert.Equal(found + 1, directory.Log.Commit());
            }

            using DataDirectory again = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
            LogWorkload.Verify(again.Log);
        }
    }

    [Fact]
    public void A_whole_frame_behind_a_tear_never_comes_back()
    {
        (Dictionary<string, byte[]> files, long begin, _) = KilledWithUnacknowledgedTail();
        SimulatedFileSystem system = Restore(files);
        byte[] torn = (byte[])files[FirstSegment].Clone();
        torn[begin + 20] ^= 1; // record 7 is damaged, record 8 behind it whole; neither was acknowledged
        system.WriteAll(FirstSegment, torn);
        using (DataDirectory directory = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages))
        {
            Assert.Equal(6, LogWorkload.Verify(directory.Log));
            Assert.True(directory.Log.Recovery.TornBytes > 0);
            LogWorkload.Append(directory.Log);
            directory.Log.Commit();
        }

        using DataDirectory again = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
        Assert.Equal(7, LogWorkload.Verify(again.Log));
    }

    [Fact]
    public void A_later_frame_proves_an_earlier_one_even_without_the_mark()
    {
        Dictionary<string, byte[]> files = Killed(records: 6);
        SimulatedFileSystem system = Restore(files.Where(pair => !pair.Key.EndsWith("durable.mark", StringComparison.Ordinal)));
        byte[] damaged = (byte[])files[FirstSegment].Clone();
        damaged[64 + 12 + LogFrame.HeaderBytes - 1] ^= 4;
        system.WriteAll(FirstSegment, damaged);
        SqlException error = Assert.Throws<SqlException>(
            () => DataDirectory.Open(Root, system, options: LogWorkload.SmallPages).Dispose());
        Assert.Contains("offset 64: record 1 was acknowledged", error.Message);
        Assert.Equal(damaged, system.ReadAll(FirstSegment));
    }

    [Fact]
    public void A_log_of_another_database_is_refused()
    {
        Dictionary<string, byte[]> files = Killed(records: 6);
        Dictionary<string, byte[]> other = Killed(records: 6);
        Assert.False(Opens(files, FirstSegment, other[FirstSegment], acknowledged: 6));
    }

    // True when it opened with every acknowledged record; false when it was refused with XX001; anything else throws.
    private static bool Opens(Dictionary<string, byte[]> files, string path, byte[] content, long acknowledged)
    {
        SimulatedFileSystem system = Restore(files);
        system.WriteAll(path, content);
        try
        {
            using DataDirectory directory = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
            Assert.Equal(acknowledged, LogWorkload.Verify(directory.Log));
            return true;
        }
        catch (SqlException error)
        {
            Assert.Equal(SqlState.DataCorrupted, error.State);
            Assert.Contains(Root, error.Message);
            return false;
        }
    }

    private static DataDirectory Open(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        DataDirectory.Open(Root, Restore(files), options: LogWorkload.SmallPages);

    private static SimulatedFileSystem Restore(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        SimulatedFileSystem system = new();
        system.CreateDirectory(Root);
        system.CreateDirectory("/db/wal");
        foreach ((string path, byte[] content) in files)
        {
            system.WriteAll(path, content);
        }

        return system;
    }

    private static Dictionary<string, byte[]> Killed(int records)
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
        for (int i = 0; i < records; i++)
        {
            LogWorkload.Append(directory.Log);
            directory.Log.Commit();
        }

        return system.Snapshot();
    }

    // Six acknowledged records, then two that reached the file in a write whose sync never happened.
    private static (Dictionary<string, byte[]> Files, long Begin, long End) KilledWithUnacknowledgedTail()
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
        for (int i = 0; i < 6; i++)
        {
            LogWorkload.Append(directory.Log);
        }

        directory.Log.Commit();
        long begin = LastByte(system.ReadAll(FirstSegment));
        LogWorkload.Append(directory.Log);
        LogWorkload.Append(directory.Log);
        system.BeforeCall = (operation, _) =>
        {
            if (operation == "sync")
            {
                throw new IOException("killed before the sync");
            }
        };
        Assert.Throws<SqlException>(() => directory.Log.Commit());
        return (system.Snapshot(), begin, LastByte(system.ReadAll(FirstSegment)));
    }

    private static long LastByte(byte[] content) => content.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
}
