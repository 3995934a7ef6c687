using System.Globalization;
using StreamDb.Coordinator;
using StreamDb.Core.Errors;
using StreamDb.State.Devices;
using StreamDb.Testing;
using StreamDb.Testing.State;
using StreamDb.Tests.State.Spaces;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.Tests.Coordinator.Checkpoints;

/// <summary>Whole databases on disks that fail: writes are refused, reads go on, and when the disk works again so do writes, with nothing lost.</summary>
public sealed class DiskFailureTests(ITestOutputHelper output)
{
    private const string Root = "/db";
    private const int ReadOnlyFileSystem = 30;

    private static readonly string[] _writingCalls = ["mkdir", "open", "write", "truncate", "sync", "syncdir", "rename", "delete"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>In each row: which calls fail and how, and whether from a commit or from the midst of a checkpoint on.</summary>
    [Theory]
    [InlineData("full disk", "wal")]
    [InlineData("full disk", "segments")]
    [InlineData("failed sync", "wal")]
    [InlineData("failed sync", "segments")]
    [InlineData("read-only", "wal")]
    [InlineData("read-only", "manifest")]
    [InlineData("vanished", "wal")]
    [InlineData("vanished", "segments")]
    [InlineData("vanished", "manifest")]
    public async Task The_database_is_read_only_until_the_disk_works_again(string kind, string where)
    {
        SimulatedFileSystem system = new();
        int acknowledged = 0;
        await using (TestInstance instance = Open(system))
        {
            TestSession writer = instance.Connect();
            TestSession reader = instance.Connect();
            TestSession other = instance.Connect();
            await SetUpAsync(writer);
            for (; acknowledged < 12; acknowledged++)
            {
                await writer.RunAsync(StepWorkload.Step(acknowledged + 1));
            }

            await writer.RunAsync("CHECKPOINT");
            await writer.RunAsync(StepWorkload.Step(++acknowledged));
            bool isBroken = false;
            system.BeforeCall = (operation, path) =>
            {
                isBroken |= path.Contains(where, StringComparison.Ordinal) && Fails(kind, operation);
                if (isBroken && Fails(kind, operation))
                {
                    throw new IOException(kind, CodeOf(kind));
                }
            };
            string state = kind == "full disk" ? SqlState.DiskFull : SqlState.IoError;
            if (where != "wal")
            {
                await writer.FailsAsync(state, "CHECKPOINT");
                Assert.True(isBroken);
            }

            // What was being made durable waits; everything after it is refused.
            Task waiting = StepWorkload.PersistAsync(writer, StepWorkload.Step(++acknowledged));
            await other.UntilAsync("INSERT INTO u VALUES (0, 'again')", state);
            Assert.False(waiting.IsCompleted);
            Assert.Equal(state, await other.OutcomeAsync("CREATE TABLE x (a int)"));
            Assert.Equal(state, await other.OutcomeAsync("CHECKPOINT"));
            Assert.Equal(acknowledged - 1, await StepWorkload.VerifyAsync(reader));

            system.BeforeCall = null;
            await waiting.WaitAsync(_patience);
            for (int more = 0; more < 5; more++)
            {
                await StepWorkload.PersistAsync(writer, StepWorkload.Step(++acknowledged));
            }

            await StepWorkload.PersistAsync(writer, "CHECKPOINT");
            await StepWorkload.PersistAsync(writer, StepWorkload.Step(++acknowledged));
            Assert.Equal(acknowledged, await StepWorkload.VerifyAsync(reader));
            system = system.AfterPowerLoss(new Random(7));
        }

        await using TestInstance again = Open(system);
        Assert.Equal(acknowledged, await StepWorkload.VerifyAsync(again.Connect()));
    }

    [Fact]
    public async Task The_failure_of_any_call_of_a_run_ends_cleanly_and_loses_nothing()
    {
        (long calls, _) = await RunFailingAsync(long.MaxValue);
        int count = TestCounts.Failures(40);
        long step = Math.Max(1, calls / count);
        int refusedStarts = 0;
        for (long failing = 1; failing <= calls; failing += step)
        {
            refusedStarts += (await RunFailingAsync(failing)).RefusedStarts;
        }

        output.WriteLine($"{calls} calls, every {step}. failed; {refusedStarts} starts refused");
        Assert.True(calls > 200);
    }

    [Fact]
    public async Task Power_loss_at_any_moment_leaves_what_was_acknowledged_and_views_that_are_their_queries()
    {
        int count = TestCounts.PowerLosses(40);
        int restored = 0;
        for (int seed = 0, losses = 0; losses < count; seed++)
        {
            var random = new Random(seed);
            SimulatedFileSystem system = new();
            int there = await PrepareAsync(system);
            for (int life = 0; life < 4; life++, losses++)
            {
                (system, int acknowledged) = await LiveAsync(system, there, random);
                await using TestInstance instance = Open(system, 1 + random.Next(2));
                TestSession session = instance.Connect();
                restored += int.Parse(await session.RunAsync("SELECT count(*) FROM streamdb_catalog.view_recovery WHERE is_restored"), CultureInfo.InvariantCulture);
                int found = await StepWorkload.VerifyAsync(session);
                Assert.True(found == acknowledged || found == acknowledged + 1, $"seed {seed}, life {life}: {found} steps, {acknowledged} acknowledged");
                there = found;
                system = system.AfterKill();
            }
        }

        output.WriteLine($"{count} losses, {restored} times a view was restored");
        Assert.True(restored > count);
    }

    [Fact]
    public async Task No_damage_to_any_file_goes_unnoticed_in_a_view()
    {
        SimulatedFileSystem system = new();
        await using (TestInstance instance = Open(system))
        {
            TestSession session = instance.Connect();
            await SetUpAsync(session);
            for (int i = 1; i <= 60; i++)
            {
                await session.RunAsync(StepWorkload.Step(i));
                if (i % 20 == 10)
                {
                    await session.RunAsync("CHECKPOINT");
                }
            }

            system = system.AfterKill();
        }

        int refused = 0;
        int sound = 0;
        Dictionary<string, byte[]> whole = system.Snapshot();
        string[] paths = [.. whole.Keys.Where(p => !p.EndsWith("/lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        int count = TestCounts.Damages(100);
        for (int seed = 0; seed < count; seed++)
        {
            SimulatedFileSystem damaged = system.AfterKill();
            string path = paths[seed % paths.Length];
            Damages.Apply(damaged, path, whole[path], new Random(seed));
            try
            {
                await using TestInstance instance = Open(damaged);
                Assert.True(await StepWorkload.VerifyAsync(instance.Connect()) == 60, $"seed {seed}, {path}");
                sound++;
            }
            catch (SqlException error)
            {
                Assert.True(error.State == SqlState.DataCorrupted && error.Message.Contains(Root, StringComparison.Ordinal), $"seed {seed}, {path}: {error}");
                refused++;
            }
        }

        output.WriteLine($"{count} damages in {paths.Length} files: {refused} refused, {sound} unharmed or repaired");
        Assert.True(refused > 0 && sound > 0);
    }

    [Fact]
    public async Task A_directory_that_is_taken_away_and_brought_back_is_found_again()
    {
        string directory = Directory.CreateTempSubdirectory("streamdb-").FullName;
        string data = Path.Combine(directory, "data");
        try
        {
            int step = 0;
            await using (TestInstance instance = new(new DatabaseOptions { DataDirectory = data, CheckpointIntervalMs = 0 }))
            {
                TestSession session = instance.Connect();
                await SetUpAsync(session);
                await session.RunAsync(StepWorkload.Step(++step));
                await session.RunAsync("CHECKPOINT");
                Directory.Move(data, data + "-away");
                await session.RunAsync(StepWorkload.Step(++step));
                await session.FailsAsync(SqlState.IoError, "CHECKPOINT");
                Assert.False(Directory.Exists(data));
                Directory.Move(data + "-away", data);
                await session.RunAsync(StepWorkload.Step(++step));
                await session.RunAsync("CHECKPOINT");
                await session.RunAsync(StepWorkload.Step(++step));

                // Removed, not moved: a write that is synced is gone all the same, and must not be acknowledged.
                Directory.Delete(Path.Combine(data, "dev"), recursive: true);
                TestSession other = instance.Connect();
                Task<string> waiting = session.OutcomeAsync(StepWorkload.Step(step + 1));
                await other.UntilAsync("INSERT INTO u VALUES (0, 'again')", SqlState.IoError);
                Assert.False(waiting.IsCompleted);
                Assert.Equal(SqlState.IoError, await other.OutcomeAsync("CHECKPOINT"));
                Assert.Equal(step, await StepWorkload.VerifyAsync(other));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static bool Fails(string kind, string operation) => kind switch
    {
        "full disk" => operation == "write",
        "failed sync" => operation is "sync" or "syncdir",
        "read-only" => _writingCalls.Contains(operation),
        _ => true,
    };

    private static int CodeOf(string kind) => kind switch
    {
        "full disk" => IoFailure.NoSpace,
        "failed sync" => 5,
        "read-only" => ReadOnlyFileSystem,
        _ => IoFailure.NoSuchFile,
    };

    private static async Task<int> PrepareAsync(SimulatedFileSystem system)
    {
        await using TestInstance instance = Open(system);
        TestSession session = instance.Connect();
        await SetUpAsync(session);
        await session.RunAsync(StepWorkload.Step(1));
        return 1;
    }

    /// <summary>Opens and writes until the power goes, at a call of the file system that chance takes.</summary>
    private static async Task<(SimulatedFileSystem Disk, int Acknowledged)> LiveAsync(SimulatedFileSystem system, int there, Random random)
    {
        long dieAt = random.Next(1, 500);
        long calls = 0;
        SimulatedFileSystem? corpse = null;
        int acknowledged = there;
        int acknowledgedAtDeath = there;
        var gate = new Lock();
        system.BeforeCall = (_, _) =>
        {
            lock (gate)
            {
                if (++calls == dieAt)
                {
                    acknowledgedAtDeath = Volatile.Read(ref acknowledged);
                    corpse = random.Next(4) == 0 ? system.AfterKill() : system.AfterPowerLoss(random);
                }
            }
        };
        await using (TestInstance instance = Open(system))
        {
            TestSession session = instance.Connect();
            for (int i = there + 1; i < there + 40 && Volatile.Read(ref corpse) is null; i++)
            {
                await session.RunAsync(StepWorkload.Step(i));
                lock (gate)
                {
                    acknowledged = i;
                }

                if (i % 7 == 0)
                {
                    await session.RunAsync("CHECKPOINT");
                }
            }

            lock (gate)
            {
                if (corpse is null)
                {
                    acknowledgedAtDeath = acknowledged;
                    corpse = system.AfterPowerLoss(random);
                }
            }
        }

        return (corpse, acknowledgedAtDeath);
    }

    /// <summary>A run in two lives, in which one call fails.</summary>
    private static async Task<(long Calls, int RefusedStarts)> RunFailingAsync(long failing)
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
        int refusedStarts = 0;
        int step = 0;
        Task run = Task.Run(async () =>
        {
            for (int life = 0; life < 2; life++)
            {
                TestInstance instance;
                try
                {
                    instance = Open(system);
                }
                catch (SqlException error) when (error.State is SqlState.IoError or SqlState.DiskFull)
                {
                    refusedStarts++;
                    instance = Open(system);
                }

                await using (instance)
                {
                    TestSession session = instance.Connect();
                    foreach (string sql in life == 0 ? StepWorkload.Setup : [])
                    {
                        await StepWorkload.PersistAsync(session, sql);
                    }

                    Assert.Equal(step, await StepWorkload.VerifyAsync(session));
                    for (int i = 0; i < 12; i++)
                    {
                        await StepWorkload.PersistAsync(session, StepWorkload.Step(++step));
                        if (i % 5 == 2)
                        {
                            await StepWorkload.PersistAsync(session, "CHECKPOINT");
                        }
                    }
                }
            }
        });
        await run.WaitAsync(_patience);
        system.BeforeCall = null;
        foreach (SimulatedFileSystem next in new[] { system.AfterKill(), system.AfterPowerLoss(new Random((int)(failing % 1000))) })
        {
            await using TestInstance instance = Open(next);
            Assert.True(await StepWorkload.VerifyAsync(instance.Connect()) == step, $"call {failing}");
        }

        return (calls, refusedStarts);
    }

    private static async Task SetUpAsync(TestSession session)
    {
        foreach (string sql in StepWorkload.Setup)
        {
            await session.RunAsync(sql);
        }
    }

    private static TestInstance Open(SimulatedFileSystem system, int workers = 1) => new(new DatabaseOptions
    {
        DataDirectory = Root,
        Files = system,
        OpenSpace = TestSpaces.Open,
        WorkerCount = workers,
        LogOptions = LogWorkload.SmallPages,
        CheckpointIntervalMs = 0,
    });
}
