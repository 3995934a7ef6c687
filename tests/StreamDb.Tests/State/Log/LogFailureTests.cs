using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.Testing.State;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.Tests.State.Log;

/// <summary>
/// A disk that fails, and power that goes: whatever was acknowledged is there afterwards, whole, once and in order.
/// </summary>
public sealed class LogFailureTests(ITestOutputHelper output)
{
    private const string Root = "/db";

    [Theory]
    [InlineData("write", IoFailure.NoSpace, SqlState.DiskFull)]
    [InlineData("write", 5, SqlState.IoError)]
    [InlineData("sync", 5, SqlState.IoError)]
    [InlineData("sync", IoFailure.QuotaExceeded, SqlState.DiskFull)]
    public async Task After_an_error_nothing_is_acknowledged_until_the_log_is_reopened(string failing, int code, string state)
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = Open(system);
        WriteAheadLog log = directory.Log;
        LogWorkload.Append(log);
        Assert.Equal(1, log.Commit());

        LogWorkload.Append(log);
        system.BeforeCall = (operation, _) =>
        {
            if (operation == failing)
            {
                throw new IOException("broken", code);
            }
        };
        Assert.Equal(state, Assert.Throws<SqlException>(() => log.Commit()).State);
        Assert.Equal(1, log.DurableSequence);
        Assert.Equal(state, log.Failure?.State);

        Task<long> reopening = log.ReopenAsync();
        await Task.Delay(20);
        Assert.False(reopening.IsCompleted);
        system.BeforeCall = null;
        Assert.Equal(1, await reopening);
        Assert.Null(log.Failure);

        Assert.Equal(2, LogWorkload.Append(log));
        Assert.Equal(2, await log.CommitAsync());
        Assert.Equal(2, LogWorkload.Verify(log));
    }

    [Fact]
    public async Task A_failed_log_stays_failed_when_the_disk_works_again()
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = Open(system);
        LogWorkload.Append(directory.Log);
        system.BeforeCall = (_, _) => throw new IOException("broken", 5);
        Assert.Throws<SqlException>(() => directory.Log.Commit());
        system.BeforeCall = null;

        Assert.Equal(SqlState.IoError, Assert.Throws<SqlException>(() => directory.Log.Commit()).State);
        Assert.Equal(SqlState.IoError, (await Assert.ThrowsAsync<SqlException>(directory.Log.CommitAsync)).State);
        Assert.Equal(SqlState.IoError, Assert.Throws<SqlException>(() => directory.Log.Append(new Epoch(1), "x"u8)).State);
    }

    [Fact]
    public async Task Who_waits_for_a_record_that_reopening_drops_is_told()
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = Open(system);
        using ManualResetEventSlim syncing = new();
        using ManualResetEventSlim goOn = new();
        LogWorkload.Append(directory.Log);
        system.BeforeCall = (operation, _) =>
        {
            if (operation == "sync")
            {
                syncing.Set();
                goOn.Wait();
                throw new IOException("broken", 5);
            }
        };
        Task<long> first = directory.Log.CommitAsync();
        syncing.Wait();
        LogWorkload.Append(directory.Log);
        Task<long> second = directory.Log.CommitAsync();
        goOn.Set();
        await Assert.ThrowsAsync<SqlException>(() => first);
        system.BeforeCall = null;
        Assert.Equal(0, await directory.Log.ReopenAsync());
        LogWorkload.Append(directory.Log);
        LogWorkload.Append(directory.Log);
        Assert.Equal(2, directory.Log.Commit());
        await Assert.ThrowsAsync<SqlException>(() => second);
    }

    [Fact]
    public async Task A_record_whose_sync_failed_is_not_taken_for_durable_after_reopening()
    {
        SimulatedFileSystem system = new();
        DataDirectory directory = Open(system);
        LogWorkload.Append(directory.Log);
        directory.Log.Commit();
        LogWorkload.Append(directory.Log);
        system.BeforeCall = (operation, _) =>
        {
            if (operation == "sync")
            {
                throw new IOException("the kernel marks the pages clean and forgets them", 5);
            }
        };
        Assert.Throws<SqlException>(() => directory.Log.Commit());
        system.BeforeCall = null;
        await directory.Log.ReopenAsync();
        LogWorkload.Append(directory.Log);
        Assert.Equal(2, directory.Log.Commit());

        using DataDirectory afterPowerLoss = Open(system.AfterPowerLoss(new Random(3)));
        Assert.Equal(2, LogWorkload.Verify(afterPowerLoss.Log));
        directory.Dispose();
    }

    [Fact]
    public void A_record_found_in_the_page_cache_is_written_again_before_it_counts()
    {
        SimulatedFileSystem system = new();
        using DataDirectory directory = Open(system);
        for (int i = 0; i < 20; i++)
        {
            LogWorkload.Append(directory.Log);
        }

        system.BeforeCall = (operation, _) =>
        {
            if (operation == "sync")
            {
                throw new IOException("the record stays readable, marked clean, and never reaches the disk", 5);
            }
        };
        Assert.Throws<SqlException>(() => directory.Log.Commit());

        SimulatedFileSystem killed = system.AfterKill();
        using DataDirectory next = Open(killed);
        long found = LogWorkload.Verify(next.Log);
        Assert.Equal(20, found);
        using DataDirectory last = Open(killed.AfterPowerLoss(new Random(1)));
        Assert.Equal(found, LogWorkload.Verify(last.Log));
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
                Assert.True(LogWorkload.Verify(directory.Log) >= acknowledged, $"call {failing}");
            }

            if (calls < failing)
            {
                output.WriteLine($"{calls} calls");
                break;
            }
        }
    }

    [Fact]
    public void Power_loss_at_any_moment_loses_nothing_acknowledged()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            SimulatedFileSystem system = new();
            long acknowledged = 0;
            for (int life = 0; life < 3; life++)
            {
                long dieAt = random.Next(1, 200);
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
                    Assert.True(LogWorkload.Verify(directory.Log) >= acknowledged, $"seed {seed}, life {life}");
                    for (int i = 0; i < 60 && corpse is null; i++)
                    {
                        LogWorkload.Append(directory.Log);
                        if (random.Next(3) == 0)
                        {
                            long durable = directory.Log.Commit();
                            acknowledged = corpse is null ? durable : acknowledged;
                        }
                    }

                    corpse ??= current.AfterPowerLoss(random);
                    current.BeforeCall = null;
                }

                acknowledged = Math.Max(acknowledgedAtDeath, 0);
                system = corpse;
            }

            using DataDirectory last = Open(system);
            Assert.True(LogWorkload.Verify(last.Log) >= acknowledged, $"seed {seed}");
        }
    }

    // Opens, writes and closes twice, reopening the log after each failure. Returns what was acknowledged.
    private static async Task<long> RunScript(SimulatedFileSystem system)
    {
        long acknowledged = 0;
        for (int life = 0; life < 2; life++)
        {
            DataDirectory directory;
            try
            {
                directory = Open(system);
            }
            catch (SqlException error)
            {
                Assert.True(error.State is SqlState.IoError or SqlState.DiskFull, error.ToString());
                directory = Open(system);
            }

            using (directory)
            {
                Assert.True(VerifyAgain(directory.Log) >= acknowledged);
                for (int i = 0; i < 12; i++)
                {
                    try
                    {
                        LogWorkload.Append(directory.Log);
                        LogWorkload.Append(directory.Log);
                        acknowledged = directory.Log.Commit();
                    }
                    catch (SqlException)
                    {
                        Assert.True(await directory.Log.ReopenAsync() >= acknowledged);
                    }
                }
            }
        }

        return acknowledged;
    }

    private static long VerifyAgain(WriteAheadLog log)
    {
        try
        {
            return LogWorkload.Verify(log);
        }
        catch (SqlException error) when (error.State is SqlState.IoError or SqlState.DiskFull)
        {
            return LogWorkload.Verify(log);
        }
    }

    private static DataDirectory Open(SimulatedFileSystem system) =>
        DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);
}
