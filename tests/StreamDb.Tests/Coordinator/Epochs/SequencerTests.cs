using StreamDb.Coordinator;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State.Log;
using Xunit;

namespace StreamDb.Tests.Coordinator.Epochs;

public class SequencerTests
{
    [Fact]
    public async Task While_the_log_is_broken_reads_go_on_and_new_writes_are_refused()
    {
        var log = new BreakableLog();
        await using var instance = new TestInstance(new DatabaseOptions { OpenLog = () => log });
        TestSession one = instance.Connect();
        TestSession two = instance.Connect();
        await one.RunAsync("CREATE TABLE t (k int PRIMARY KEY); CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM t");
        await one.RunAsync("INSERT INTO t VALUES (1)");

        log.Break();
        Task<string> pending = Task.Run(() => one.RunAsync("INSERT INTO t VALUES (2)"));
        await log.Reopening;

        // The write under way is neither visible nor acknowledged; what comes after it is refused.
        Assert.Equal("1|1", await two.RunAsync("SELECT t.k, n.n FROM t, n"));
        SqlException refused = await two.FailsAsync("53100", "INSERT INTO t VALUES (3)");
        Assert.StartsWith("the database is read-only: ", refused.Message, StringComparison.Ordinal);
        await two.FailsAsync("53100", "CREATE TABLE u (x int)");
        await two.FailsAsync("53100", "BEGIN; INSERT INTO t VALUES (3); COMMIT");
        Assert.False(pending.IsCompleted);

        log.Mend();
        Assert.Equal("INSERT 0 1", await pending);
        Assert.Equal("2", await two.RunAsync("SELECT n FROM n"));
        Assert.Equal("INSERT 0 1", await two.RunAsync("INSERT INTO t VALUES (3)"));
        Assert.Equal("1 2 3", await one.SortedAsync("SELECT k FROM t"));
    }

    [Fact]
    public async Task A_broken_log_does_not_keep_the_database_from_closing()
    {
        var log = new BreakableLog();
        var instance = new TestInstance(new DatabaseOptions { OpenLog = () => log });
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE t (k int)");
        log.Break();
        Task<string> pending = Task.Run(() => session.RunAsync("INSERT INTO t VALUES (2)"));
        await log.Reopening;

        await instance.Instance.DisposeAsync();

        Assert.Equal("57P01", (await Assert.ThrowsAsync<SqlException>(() => pending)).State);
    }

    [Fact]
    public async Task What_the_log_holds_brings_everything_back()
    {
        var log = new BreakableLog();
        string expected;
        await using (var instance = new TestInstance(new DatabaseOptions { OpenLog = () => log }))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (k int PRIMARY KEY, v text)");
            await session.RunAsync("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
            await session.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT v, count(*) AS n FROM t GROUP BY v");
            await session.FailsAsync("23505", "INSERT INTO t VALUES (1, 'x')");
            await session.RunAsync("BEGIN; UPDATE t SET v = 'b'; DELETE FROM t WHERE k = 1; INSERT INTO t VALUES (5, 'q'); COMMIT");
            expected = await session.SortedAsync("SELECT * FROM t") + " / " + await session.SortedAsync("SELECT * FROM m");
        }

        await using var again = new TestInstance(new DatabaseOptions { OpenLog = () => log });
        TestSession reader = again.Connect();
        Assert.Equal("2|b 5|q / b|1 q|1", expected);
        Assert.Equal(expected, await reader.SortedAsync("SELECT * FROM t") + " / " + await reader.SortedAsync("SELECT * FROM m"));
        await reader.FailsAsync("23505", "INSERT INTO t VALUES (5, 'x')");
    }

    /// <summary>A log in memory whose disk is full on demand.</summary>
    private sealed class BreakableLog : IWriteAheadLog
    {
        private readonly List<LogRecord> _records = [];
        private TaskCompletionSource _mended = new();
        private TaskCompletionSource _reopening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isBroken;

        public long LastSequence => _records.Count;

        public long DurableSequence => _records.Count;

        public SqlException? Failure => _isBroken ? new SqlException(SqlState.DiskFull, "no space left on device") : null;

        /// <summary>Ends when the sequencer waits for the log to come back.</summary>
        public Task Reopening => _reopening.Task;

        public void Break()
        {
            _mended = new TaskCompletionSource();
            _reopening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _isBroken = true;
        }

        public void Mend()
        {
            _isBroken = false;
            _mended.SetResult();
        }

        public long Append(Epoch epoch, ReadOnlySpan<byte> payload)
        {
            if (Failure is { } failure)
            {
                throw failure;
            }

            _records.Add(new LogRecord(_records.Count + 1, epoch, payload.ToArray()));
            return _records.Count;
        }

        public long Append(Epoch epoch, IReadOnlyList<ReadOnlyMemory<byte>> segments) => throw new NotSupportedException();

        public long Commit() => _records.Count;

        public Task<long> CommitAsync() => Task.FromResult(LastSequence);

        public IEnumerable<LogRecord> Replay(long fromSequence) => [.. _records.Skip((int)fromSequence - 1)];

        public async Task<long> ReopenAsync(CancellationToken cancellation = default)
        {
            _reopening.TrySetResult();
            await _mended.Task.WaitAsync(cancellation);
            return LastSequence;
        }

        public void Dispose()
        {
        }
    }
}
