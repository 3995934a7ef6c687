using StreamDb.Core.Errors;
using StreamDb.State;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.Testing;
using StreamDb.Testing.State;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.Tests.State.Checkpoints;

/// <summary>Disks that fail, power that goes and files that are damaged while checkpoints are made and the log is cut off behind them.</summary>
public sealed class CheckpointFailureTests(ITestOutputHelper output)
{
    private const string Root = "/db";

    [Fact]
    public void The_log_before_the_older_checkpoint_goes_and_both_checkpoints_can_be_opened()
    {
        SimulatedFileSystem system = new();
        using (DataDirectory directory = Open(system))
        {
            for (int checkpoint = 0; checkpoint < 6; checkpoint++)
            {
                Append(directory.Log, 60);
                CheckpointWorkload.Make(directory);
            }

            Append(directory.Log, 3);
        }

        Assert.True(system.Snapshot().Keys.Count(path => path.EndsWith(".wal", StringComparison.Ordinal)) < 6);
        string newest = system.Snapshot().Keys.Where(path => path.Contains("manifest", StringComparison.Ordinal)).Max()!;
        using (DataDirectory directory = Open(system))
        {
            Assert.Equal(6, directory.Manifest.Checkpoint);
            Assert.Equal(361, directory.Manifest.Log.BeginSequence);
            Assert.Equal(363, CheckpointWorkload.Verify(directory));
        }

        foreach (string path in system.Snapshot().Keys.Where(path => path.Contains("manifest", StringComparison.Ordinal)).Order().TakeLast(2))
        {
            system.WriteAll(path, [1, 2, 3]);
        }

        using DataDirectory older = Open(system);
        Assert.Contains(newest[..8], older.FellBackBecause);
        Assert.Equal(5, older.Manifest.Checkpoint);
        Assert.Equal(363, CheckpointWorkload.Verify(older));
    }

    [Fact]
    public void Power_loss_at_any_moment_loses_nothing_acknowledged()
    {
        int count = TestCounts.PowerLosses(2000);
        for (int seed = 0; seed < count / 4; seed++)
        {
            Random random = new(seed);
            SimulatedFileSystem system = new();
            long acknowledged = 0;
            for (int life = 0; life < 4; life++)
            {
                long dieAt = random.Next(1, 400);
                SimulatedFileSystem? corpse = null;
                long acknowledgedAtDeath = acknowledged;
                SimulatedFileSystem current = system;
                long calls = 0;
                current.BeforeCall = (_, _) =>
                {
                    if (++calls == dieAt)
                    {
                        corpse = random.Next(4) == 0 ? current.AfterKill() : current.AfterPowerLoss(random);
                        acknowledgedAtDeath = acknowledged;
                    }
                };
                using (DataDirectory directory = Open(current))
                {
                    Assert.True(CheckpointWorkload.Verify(directory) >= acknowledged, $"seed {seed}, life {life}");
                    for (int i = 0; i < 60 && corpse is null; i++)
                    {
                        LogWorkload.Append(directory.Log);
                        if (random.Next(3) == 0)
                        {
                            long durable = directory.Log.Commit();
                            acknowledged = corpse is null ? durable : acknowledged;
                            if (random.Next(3) == 0)
                            {
                                CheckpointWorkload.Make(directory);
                            }
                        }
                    }

                    corpse ??= current.AfterPowerLoss(random);
                    current.BeforeCall = null;
                }

                acknowledged = acknowledgedAtDeath;
                system = corpse;
            }

            using DataDirectory last = Open(system);
            Assert.True(CheckpointWorkload.Verify(last) >= acknowledged, $"seed {seed}");
        }
    }

    [Fact]
    public async Task The_failure_of_every_single_call_of_a_run_loses_nothing_acknowledged()
    {
        for (long failing = 1; ; failing++)
        {
            SimulatedFileSystem system = new();
            long calls = 0;
            system.BeforeCall = (operation, path) =>
            {
                if (Interlocked.Increment(ref calls) == failing)
                {
                    throw new IOException($"{operation} of {path} fails", failing % 2 == 0 ? 5 : IoFailure.NoSpace);
                }
            };
            long acknowledged = await RunScript(system);
            foreach (SimulatedFileSystem next in new[] { system.AfterKill(), system.AfterPowerLoss(new Random((int)failing)) })
            {
                using DataDirectory directory = Open(next);
                Assert.True(CheckpointWorkload.Verify(directory) >= acknowledged, $"call {failing}");
            }

            if (calls < failing)
            {
                output.WriteLine($"{calls} calls");
                break;
            }
        }
    }

    [Fact]
    public async Task A_disk_that_stays_full_stops_checkpoints_and_nothing_of_them_stays()
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = Open(system);
        Append(directory.Log, 20);
        CheckpointWorkload.Make(directory);
        string[] before = Segments(system);
        Append(directory.Log, 20);
        bool fills = false;
        system.BeforeCall = (operation, path) =>
        {
            if (operation == "write" && (fills || path.Contains("segments", StringComparison.Ordinal)))
            {
                throw new IOException("no space", IoFailure.NoSpace);
            }
        };

        Assert.Equal(SqlState.DiskFull, Assert.Throws<SqlException>(() => CheckpointWorkload.Make(directory)).State);
        Assert.Equal(before, Segments(system));
        Append(directory.Log, 5);
        fills = true;
        LogWorkload.Append(directory.Log);
        Assert.Equal(SqlState.DiskFull, Assert.Throws<SqlException>(() => directory.Log.Commit()).State);
        Assert.False(CheckpointWorkload.TryMake(directory));

        system.BeforeCall = null;
        Assert.Equal(45, await directory.Log.ReopenAsync());
        Append(directory.Log, 5);
        CheckpointWorkload.Make(directory);
        Append(directory.Log, 5);
        using DataDirectory next = Open(system.AfterPowerLoss(new Random(1)));
        Assert.Equal(55, CheckpointWorkload.Verify(next));
        Assert.Equal(51, next.Manifest.Log.BeginSequence);
    }

    [Fact]
    public void The_check_finds_every_damage_that_there_can_be_and_none_where_there_is_none()
    {
        SimulatedFileSystem system = new();
        using (DataDirectory directory = Open(system))
        {
            for (int checkpoint = 0; checkpoint < 4; checkpoint++)
            {
                Append(directory.Log, 40);
                CheckpointWorkload.Make(directory);
            }

            Append(directory.Log, 30);
            system = system.AfterKill();
        }

        DataDirectoryReport whole = DataDirectoryReport.Read(Root, system.AfterKill());
        Assert.Empty(whole.Problems);
        Assert.Equal(190, whole.Log.LastSequence);
        Assert.Equal(2, whole.Manifests.Select(manifest => manifest.Checkpoint).Distinct().Count());
        foreach ((string path, byte[] content) in system.Snapshot().Where(file => !file.Key.EndsWith("/lock", StringComparison.Ordinal)))
        {
            // The log's files also hold what is before the older checkpoint, and the mark's unused bytes.
            bool isAllInUse = !path.Contains("/wal/", StringComparison.Ordinal);
            for (int seed = 0; seed < 60; seed++)
            {
                SimulatedFileSystem damaged = system.AfterKill();
                Damages.Apply(damaged, path, content, new Random(seed));
                bool isChanged = !damaged.FileExists(path) || !damaged.ReadAll(path).AsSpan().SequenceEqual(content);
                DataDirectoryReport report = DataDirectoryReport.Read(Root, damaged);
                Assert.True(isChanged || report.Problems.Count == 0, $"{path}, seed {seed}: {string.Join('\n', report.Problems)}");
                Assert.True(!isChanged || !isAllInUse || report.Problems.Count > 0, $"{path}, seed {seed}: nothing found");
                if (report.Problems.Count == 0)
                {
                    using DataDirectory directory = Open(damaged);
                    Assert.Equal(190, CheckpointWorkload.Verify(directory));
                }
            }
        }
    }

    [Fact]
    public void No_damage_to_any_file_is_silently_wrong()
    {
        SimulatedFileSystem system = new();
        using (DataDirectory directory = Open(system))
        {
            for (int checkpoint = 0; checkpoint < 4; checkpoint++)
            {
                Append(directory.Log, 40);
                CheckpointWorkload.Make(directory);
            }

            Append(directory.Log, 30);
        }

        int refused = 0;
        int repaired = 0;
        Dictionary<string, byte[]> whole = system.Snapshot();
        string[] paths = [.. whole.Keys.Order(StringComparer.Ordinal)];
        for (int seed = 0; seed < TestCounts.Damages(400); seed++)
        {
            Random random = new(seed);
            SimulatedFileSystem damaged = system.AfterKill();
            string path = paths[seed % paths.Length];
            Damages.Apply(damaged, path, whole[path], random);
            try
            {
                using DataDirectory directory = Open(damaged);
                Assert.Equal(190, CheckpointWorkload.Verify(directory));
                repaired++;
            }
            catch (SqlException error)
            {
                Assert.True(error.State == SqlState.DataCorrupted, $"seed {seed}, {path}: {error}");
                Assert.Contains(Root, error.Message);
                refused++;
            }
        }

        output.WriteLine($"{refused} refused, {repaired} unharmed or repaired");
        Assert.True(refused > 50 && repaired > 50);
    }

    // Opens, writes and makes checkpoints, and closes, twice. Returns what was acknowledged.
    private static async Task<long> RunScript(SimulatedFileSystem system)
    {
        long acknowledged = 0;
        for (int life = 0; life < 2; life++)
        {
            using DataDirectory directory = OpenAgain(system);
            for (int i = 0; i < 12; i++)
            {
                try
                {
                    LogWorkload.Append(directory.Log);
                    LogWorkload.Append(directory.Log);
                    acknowledged = directory.Log.Commit();
                    if (i % 3 == 2)
                    {
                        CheckpointWorkload.TryMake(directory);
                    }
                }
                catch (SqlException)
                {
                    Assert.True(await directory.Log.ReopenAsync() >= acknowledged);
                }
            }
        }

        return acknowledged;
    }

    private static DataDirectory OpenAgain(SimulatedFileSystem system)
    {
        try
        {
            return Open(system);
        }
        catch (SqlException error)
        {
            Assert.True(error.State is SqlState.IoError or SqlState.DiskFull, error.ToString());
            return Open(system);
        }
    }

    private static void Append(WriteAheadLog log, int count)
    {
        for (int i = 0; i < count; i++)
        {
            LogWorkload.Append(log);
        }

        log.Commit();
    }

    private static string[] Segments(SimulatedFileSystem system) =>
        [.. system.Snapshot().Keys.Where(path => path.Contains("segments", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static DataDirectory Open(SimulatedFileSystem system) => DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
}
