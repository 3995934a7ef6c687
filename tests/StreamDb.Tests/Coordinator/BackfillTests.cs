using System.Globalization;
using StreamDb.Coordinator;
using StreamDb.Core.Errors;
using Xunit;

namespace StreamDb.Tests.Coordinator;

/// <summary>CREATE MATERIALIZED VIEW and CREATE INDEX beside other statements.</summary>
/// <remarks>Alone: what is filled takes the time that others leave, and beside other tests there is little of it.</remarks>
[Collection("Backfills")]
public sealed class BackfillTests : IDisposable
{
    /// <summary>Fills for many seconds: every row meets every other.</summary>
    private const string Slow = "SELECT a.n % 10 AS n, count(*) AS c FROM t a JOIN t b ON a.k = b.k WHERE a.n + b.n >= 0 GROUP BY a.n % 10";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "streamdb-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Epochs_go_on_while_a_view_is_filled_and_it_has_their_rows(int workers)
    {
        await using TestInstance instance = new(new DatabaseOptions { WorkerCount = workers });
        TestSession session = instance.Connect();
        await PrepareAsync(session, 6_000);
        await session.RunAsync("CREATE MATERIALIZED VIEW live AS SELECT count(*) AS c FROM t");
        Task<string> creating = Start(instance, "CREATE MATERIALIZED VIEW v AS " + Slow, out TestSession creator);
        int written = 0;
        long done = 0;
        while (!creating.IsCompleted)
        {
            await session.RunAsync($"INSERT INTO t VALUES (0, {written})");
            await session.RunAsync($"DELETE FROM t WHERE n = {10 + written} AND k = 0");
            Assert.Equal("1", await session.RunAsync($"SELECT count(*) FROM live WHERE c > 0"));
            if (await session.RunAsync("SELECT rows_done, rows_total, kind, epochs_behind >= 0, session_id FROM streamdb_catalog.backfills WHERE name = 'v'") is { Length: > 0 } row)
            {
                string[] columns = row.Split('|');
                Assert.True(long.Parse(columns[0], CultureInfo.InvariantCulture) >= done, "rows done do not decrease");
                done = long.Parse(columns[0], CultureInfo.InvariantCulture);
                Assert.Equal(("materialized view", "t", creator.Session.ProcessId.ToString(CultureInfo.InvariantCulture)), (columns[2], columns[3], columns[4]));
            }

            written++;
        }

        Assert.Equal("CREATE MATERIALIZED VIEW", await creating);
        Assert.True(written > 3, $"{written} epochs went on meanwhile");
        Assert.Equal("", await session.RunAsync("SELECT * FROM streamdb_catalog.backfills"));
        await EqualAsync(session, "v", Slow);
        await session.RunAsync("DELETE FROM t WHERE n % 7 = 0");
        await EqualAsync(session, "v", Slow);
    }

    [Fact]
    public async Task Its_name_is_taken_and_what_it_reads_stays()
    {
        await using TestInstance instance = new();
        TestSession session = instance.Connect();
        await PrepareAsync(session, 20_000);
        await session.RunAsync("CREATE SCHEMA s; CREATE VIEW plain AS SELECT k, n FROM t; CREATE TABLE other (k int)");
        string query = Slow.Replace("t a", "plain a", StringComparison.Ordinal);
        Task<string> creating = Start(instance, "CREATE MATERIALIZED VIEW s.v AS " + query, out TestSession creator);
        await session.UntilAsync("SELECT count(*) FROM streamdb_catalog.backfills", "1");

        await session.FailsAsync("42P01", "SELECT * FROM s.v");
        await session.FailsAsync("42P07", "CREATE MATERIALIZED VIEW s.v AS SELECT 1 AS x");
        await session.FailsAsync("42P07", "CREATE TABLE s.v (x int)");
        await session.FailsAsync("42P07", "CREATE VIEW s.v AS SELECT 1 AS x");
        await session.FailsAsync("55006", "CREATE MATERIALIZED VIEW IF NOT EXISTS s.v AS SELECT 1 AS x");
        await session.FailsAsync("55006", "DROP TABLE t CASCADE");
        await session.FailsAsync("55006", "DROP VIEW plain");
        await session.FailsAsync("55006", "DROP SCHEMA s");
        await session.FailsAsync("55006", "ALTER VIEW plain RENAME TO u");
        await session.FailsAsync("55006", "CREATE OR REPLACE VIEW plain AS SELECT k, n + 0 AS n FROM t");
        Assert.Equal("DROP TABLE", await session.RunAsync("DROP TABLE other"));
        Assert.Equal("CREATE MATERIALIZED VIEW", await session.RunAsync("CREATE MATERIALIZED VIEW beside AS SELECT count(*) AS c FROM t"));
        Assert.Equal("20000", await session.RunAsync("SELECT c FROM beside"));
        Assert.False(creating.IsCompleted);

        Assert.Equal("t", await session.RunAsync($"SELECT pg_cancel_backend({creator.Session.ProcessId})"));
        Assert.Equal("57014", (await Assert.ThrowsAsync<SqlException>(() => creating)).State);
        await session.FailsAsync("42P01", "SELECT * FROM s.v");
        Assert.Equal("CREATE MATERIALIZED VIEW", await session.RunAsync("CREATE MATERIALIZED VIEW s.v AS SELECT 1 AS x"));
        Assert.Equal("DROP SCHEMA", await session.RunAsync("DROP SCHEMA s CASCADE"));
        Assert.Equal("DROP TABLE", await session.RunAsync("DROP TABLE t CASCADE"));
    }

    [Fact]
    public async Task A_statement_timeout_ends_it()
    {
        await using TestInstance instance = new();
        TestSession session = instance.Connect();
        await PrepareAsync(session, 20_000);
        await session.RunAsync("SET statement_timeout = '200ms'");
        await session.FailsAsync("57014", "CREATE MATERIALIZED VIEW v AS " + Slow);
        await session.RunAsync("RESET statement_timeout");
        Assert.Equal("", await session.RunAsync("SELECT * FROM streamdb_catalog.backfills"));
        Assert.Equal("DROP TABLE", await session.RunAsync("DROP TABLE t"));
    }

    [Fact]
    public async Task What_fails_while_it_is_filled_leaves_nothing()
    {
        await using TestInstance instance = new(new DatabaseOptions { WorkerCount = 2 });
        TestSession session = instance.Connect();
        await PrepareAsync(session, 100);
        const string Endless = "WITH RECURSIVE r (n) AS (SELECT n FROM t UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS c FROM r";
        await session.FailsAsync("54000", "CREATE MATERIALIZED VIEW v AS " + Endless);
        await session.FailsAsync("42P01", "SELECT * FROM v");
        Assert.Equal("CREATE MATERIALIZED VIEW", await session.RunAsync("CREATE MATERIALIZED VIEW v AS SELECT count(*) AS c FROM t"));
        await session.RunAsync("INSERT INTO t VALUES (1, 1)");
        Assert.Equal("101", await session.RunAsync("SELECT c FROM v"));
    }

    [Fact]
    public async Task What_comes_to_mean_something_else_is_refused()
    {
        await using TestInstance instance = new();
        TestSession session = instance.Connect();
        await PrepareAsync(session, 8_000);
        await session.RunAsync("CREATE SCHEMA a");
        Task<string> creating = Start(instance, "CREATE MATERIALIZED VIEW public.v AS " + Slow, out _, ("search_path", "a, public"));
        await session.UntilAsync("SELECT count(*) FROM streamdb_catalog.backfills", "1");
        await session.RunAsync("CREATE TABLE a.t (k int, n int)");
        Assert.Equal("55006", (await Assert.ThrowsAsync<SqlException>(() => creating)).State);
        await session.FailsAsync("42P01", "SELECT * FROM v");
    }

    [Fact]
    public async Task Checkpoints_and_kills_meanwhile_do_not_know_it_and_later_ones_do()
    {
        var options = new DatabaseOptions { DataDirectory = _directory };
        string copy = _directory + "/copy";
        await using (TestInstance instance = new(options))
        {
            TestSession session = instance.Connect();
            await PrepareAsync(session, 8_000);
            Task<string> creating = Start(instance, "CREATE MATERIALIZED VIEW v AS " + Slow, out _);
            await session.UntilAsync("SELECT count(*) FROM streamdb_catalog.backfills", "1");
            await session.RunAsync("CREATE TABLE later (k int); INSERT INTO later VALUES (1)");
            await session.RunAsync("CHECKPOINT");
            await session.RunAsync("CREATE TABLE latest (k int); INSERT INTO t VALUES (0, 1)");
            Assert.False(creating.IsCompleted);
            Copy(copy);
            await creating;
            await session.RunAsync("CREATE MATERIALIZED VIEW above AS SELECT sum(c) AS s FROM v; INSERT INTO t VALUES (0, 2); CREATE TABLE last (k int)");
            Copy(copy + "2");
            await EqualAsync(session, "v", Slow);
        }

        await using (TestInstance killed = new(options with { DataDirectory = copy }))
        {
            TestSession session = killed.Connect();
            await session.FailsAsync("42P01", "SELECT * FROM v");
            Assert.Equal("8001|1", await session.RunAsync("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM later)"));
            Assert.Equal("", await session.RunAsync("SELECT * FROM streamdb_catalog.backfills"));
        }

        foreach (string directory in new[] { copy + "2", _directory })
        {
            await using TestInstance again = new(options with { DataDirectory = directory });
            TestSession session = again.Connect();
            await EqualAsync(session, "v", Slow);
            Assert.Equal("64032004", await session.RunAsync("SELECT s FROM above"));
            Assert.Equal("CREATE TABLE", await session.RunAsync("CREATE TABLE fresh (k int)"));
            Assert.Equal("0", await session.RunAsync("SELECT count(*) FROM last"));
        }
    }

    [Fact]
    public async Task The_end_of_the_database_is_its_end()
    {
        Task<string> creating;
        await using (TestInstance instance = new())
        {
            TestSession session = instance.Connect();
            await PrepareAsync(session, 20_000);
            creating = Start(instance, "CREATE MATERIALIZED VIEW v AS " + Slow, out _);
            await session.UntilAsync("SELECT count(*) FROM streamdb_catalog.backfills", "1");
        }

        Assert.Equal("57P01", (await Assert.ThrowsAsync<SqlException>(() => creating)).State);
    }

    [Fact]
    public async Task Rows_enter_and_leave_by_time_while_it_is_filled()
    {
        await using TestInstance instance = new();
        TestSession session = instance.Connect();
        await PrepareAsync(session, 6_000);
        await session.RunAsync("CREATE TABLE due (at timestamptz); INSERT INTO due SELECT now() + i * interval '20 ms' FROM generate_series(1, 200) g (i)");
        const string Query = "SELECT count(*) AS c, (SELECT count(*) FROM t a JOIN t b ON a.k = b.k WHERE a.n + b.n < 0) AS none FROM due WHERE at <= now()";
        Task<string> creating = Start(instance, "CREATE MATERIALIZED VIEW v AS " + Query, out _);
        while (!creating.IsCompleted)
        {
            await session.RunAsync("INSERT INTO due SELECT now() + interval '10 ms'");
        }

        await creating;
        await Task.Delay(100);
        string count = await session.RunAsync("SELECT c FROM v");
        Assert.NotEqual("0", count);
        await session.UntilAsync("SELECT c = (SELECT count(*) FROM due) FROM v", "t");
    }

    [Fact]
    public async Task An_index_is_filled_beside_writes()
    {
        await using TestInstance instance = new(new DatabaseOptions { WorkerCount = 2 });
        TestSession session = instance.Connect();
        await PrepareAsync(session, 300_000);
        Task<string> creating = Start(instance, "CREATE INDEX i ON t (n)", out _);
        int written = 0;
        while (!creating.IsCompleted)
        {
            await session.RunAsync($"INSERT INTO t VALUES (7, {-1 - written++})");
        }

        Assert.Equal("CREATE INDEX", await creating);
        Assert.Equal($"{written}|7", await session.RunAsync("SELECT count(*), min(k) FROM t WHERE n < 0"));
        Assert.Equal("7", await session.RunAsync("SELECT k FROM t WHERE n = -1"));
        Assert.Equal("DROP INDEX", await session.RunAsync("DROP INDEX i"));
    }

    [Fact]
    public async Task Two_at_once_share_the_index_that_is_there_first()
    {
        await using TestInstance instance = new();
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE t (k int, n bigint); INSERT INTO t SELECT i % 1000, i FROM generate_series(1, 60000) g (i)");
        const string Query = "SELECT a.k, sum(a.n + b.n) AS c FROM t a JOIN t b ON a.k = b.k GROUP BY a.k";
        Task<string>[] creating = [.. Enumerable.Range(0, 3).Select(i => Start(instance, $"CREATE MATERIALIZED VIEW v{i} AS {Query}", out _))];
        await session.RunAsync("INSERT INTO t VALUES (1, 1)");
        await Task.WhenAll(creating);
        await session.RunAsync("INSERT INTO t VALUES (2, 1); DELETE FROM t WHERE n % 5 = 0");
        for (int i = 0; i < creating.Length; i++)
        {
            await EqualAsync(session, $"v{i}", Query);
        }

        string[] bytes = (await session.RowsAsync("SELECT state_bytes FROM streamdb_catalog.relation_state WHERE name LIKE 'v_' ORDER BY state_bytes")).Split(' ');
        Assert.True(
            long.Parse(bytes[2], CultureInfo.InvariantCulture) > 4 * long.Parse(bytes[1], CultureInfo.InvariantCulture),
            $"one owns the index: {string.Join(' ', bytes)}");
        await session.RunAsync("DROP MATERIALIZED VIEW v0; INSERT INTO t VALUES (3, 3)");
        await EqualAsync(session, "v1", Query);
        await EqualAsync(session, "v2", Query);
    }

    private static async Task PrepareAsync(TestSession session, int rows)
    {
        await session.RunAsync("CREATE TABLE t (k int, n bigint)");
        await session.RunAsync($"INSERT INTO t SELECT 0, i FROM generate_series(1, {rows}) g (i)");
    }

    private static Task<string> Start(TestInstance instance, string sql, out TestSession session, params (string, string)[] settings)
    {
        TestSession creator = session = instance.Connect(settings);
        return Task.Run(() => creator.RunAsync(sql));
    }

    private static async Task EqualAsync(TestSession session, string view, string query) =>
        Assert.Equal(await session.SortedAsync(query), await session.SortedAsync($"SELECT * FROM {view}"));

    private void Copy(string target)
    {
        foreach (string file in Directory.GetFiles(_directory, "*", SearchOption.AllDirectories))
        {
            // Not the lock: its holder keeps others from reading it.
            if (!file.StartsWith(_directory + "/copy", StringComparison.Ordinal) && Path.GetFileName(file) != "lock")
            {
                string to = target + file[_directory.Length..];
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }
    }
}

[CollectionDefinition("Backfills", DisableParallelization = true)]
public static class BackfillCollection;
