using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Clocks;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.Testing;
using StreamDb.Testing.State;
using StreamDb.Tests.State.Spaces;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.Tests.Coordinator.Checkpoints;

/// <summary>A database comes back from a checkpoint and the log behind it as it was, whatever was in it and whatever happens to its files.</summary>
public sealed class CheckpointTests(ITestOutputHelper output) : IDisposable
{
    private const long Hour = 3_600_000_000;

    private static readonly string[] _queries =
    [
        "SELECT * FROM t", "SELECT * FROM keyless", "SELECT * FROM v", "SELECT * FROM m", "SELECT * FROM deep", "SELECT * FROM joined",
        "SELECT * FROM newest", "SELECT * FROM failing", "SELECT view_name, sqlstate, count FROM streamdb_catalog.view_errors",
        "SELECT * FROM recent", "SELECT * FROM renamed", "SELECT * FROM s1.t", "SELECT * FROM filled", "SELECT * FROM odd",
        "SELECT * FROM t WHERE v = 'b'", "SELECT * FROM seq", "SELECT * FROM sums", "SELECT * FROM days",
        "SELECT oid, relname, relkind FROM pg_class WHERE oid >= 16384",
        "SELECT attrelid, attname, atttypid, atttypmod, attnotnull FROM pg_attribute WHERE attrelid >= 16384",
        "SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid >= 16384 AND relkind IN ('v', 'm')",
        "SELECT description FROM pg_description WHERE objoid >= 16384",
    ];

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "streamdb-" + Guid.NewGuid().ToString("N"));
    private readonly ManualClock _clock = new(10 * Hour);

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>As when there is no room for its rows: from then on they are in the log alone.</summary>
    [Fact]
    public async Task There_is_no_checkpoint_without_the_rows_of_a_paused_table()
    {
        await using (TestInstance instance = Open(1))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (k int PRIMARY KEY)");
            await session.RunAsync("CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM t");
            await session.RunAsync("INSERT INTO t VALUES (1)");
            await session.PauseAsync("v");
            Assert.Equal("CHECKPOINT", await session.RunAsync("CHECKPOINT"));

            await session.RunAsync("INSERT INTO t VALUES (2)");
            await session.PauseAsync("t");
            SqlException exception = await session.FailsAsync("55000", "CHECKPOINT");
            Assert.Contains("table \"t\" is paused", exception.Message, StringComparison.Ordinal);
        }

        await using (TestInstance instance = Open(1))
        {
            TestSession session = instance.Connect();
            Assert.Equal("2", await session.RunAsync("SELECT * FROM v"));
            Assert.Equal("CHECKPOINT", await session.RunAsync("CHECKPOINT"));
        }
    }

    /// <summary>A view that fails while it is computed from its inputs is out of service alone, and so is what reads it.</summary>
    [Fact]
    public async Task What_cannot_be_computed_again_says_why_once()
    {
        await using (TestInstance instance = Open(1))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (k int)");
            await session.RunAsync("""
                CREATE MATERIALIZED VIEW counted AS
                WITH MUTUALLY RECURSIVE (ERROR AT RECURSION LIMIT 5) c (n int) AS (SELECT k FROM t UNION SELECT n - 1 FROM c WHERE n > 0)
                SELECT n FROM c
                """);
            await session.RunAsync("CREATE MATERIALIZED VIEW above AS SELECT n + 1 AS n FROM counted");
            await session.RunAsync("CREATE INDEX indexed ON above (n)");
            await session.RunAsync("INSERT INTO t VALUES (100)");
            await session.FailsAsync("55000", "SELECT * FROM counted");
            Assert.Equal("CHECKPOINT", await session.RunAsync("CHECKPOINT"));
        }

        await using (TestInstance instance = Open(2))
        {
            TestSession session = instance.Connect();
            SqlException exception = await session.FailsAsync("55000", "SELECT * FROM counted");
            string reason = exception.Message[exception.Message.IndexOf("it could", StringComparison.Ordinal)..];
            Assert.Matches("^it could not be computed again after a restart: .*5 iterations", reason);
            exception = await session.FailsAsync("55000", "SELECT * FROM above");
            Assert.Equal($"materialized view \"above\" is paused: {reason}", exception.Message);
            Assert.Equal("100", await session.RunAsync("SELECT * FROM t"));
            Assert.Equal("DELETE 1", await session.RunAsync("DELETE FROM t"));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public async Task Everything_comes_back_from_a_checkpoint_and_the_log_behind_it(int workers, int workersAfter)
    {
        Dictionary<string, string> before;
        await using (TestInstance instance = Open(workers))
        {
            TestSession session = instance.Connect();
            await CreateAsync(session);
            Assert.Equal("CHECKPOINT", await session.RunAsync("CHECKPOINT"));
            await ChangeAsync(session);
            before = await AnswersAsync(session);
            Assert.Equal("statement|-", await session.RunAsync("SELECT reason, error FROM streamdb_catalog.checkpoints"));
            Copy(_directory, _directory + "-killed");
        }

        string killed = _directory + "-killed";
        try
        {
            // As a kill leaves it: a checkpoint, and a log behind it. Then as a clean end does: a checkpoint of everything.
            foreach (string directory in new[] { killed, killed, _directory, _directory })
            {
                await using TestInstance instance = Open(workersAfter, directory);
                TestSession session = instance.Connect(("TimeZone", "Asia/Tokyo"));
                await EqualAsync(before, session);
                await session.FailsAsync("42P01", "SELECT * FROM gone");
                await session.FailsAsync("23505", "INSERT INTO t VALUES (1, 'dup')");
                await session.FailsAsync("2BP01", "DROP TABLE t");

                // Life goes on, and is taken back.
                await session.RunAsync("INSERT INTO t VALUES (50, 'b'), (51, 'z'); INSERT INTO keyless VALUES (7)");
                Assert.Equal(
                    await session.SortedAsync("SELECT v, count(*), max(k) FROM v GROUP BY v"), await session.SortedAsync("SELECT * FROM m"));
                await session.RunAsync("CREATE MATERIALIZED VIEW after AS SELECT count(*) FROM joined; DROP MATERIALIZED VIEW after");
                await session.RunAsync("DELETE FROM t WHERE k >= 50; DELETE FROM keyless WHERE x = 7");
                await EqualAsync(before, session, _queries[..17]);
            }
        }
        finally
        {
            Directory.Delete(killed, recursive: true);
        }
    }

    [Fact]
    public async Task With_the_same_workers_nothing_is_computed_again()
    {
        await using (TestInstance instance = Open(2))
        {
            TestSession session = instance.Connect();
            await CreateAsync(session);
            await session.RunAsync("CREATE INDEX m_n ON m (n)");
            await session.RunAsync("CREATE MATERIALIZED VIEW reachable AS WITH RECURSIVE r (k) AS (SELECT 1 UNION SELECT x FROM r JOIN keyless ON x = r.k + 1) SELECT k FROM r");
            await session.RunAsync("CREATE MATERIALIZED VIEW after_reachable AS SELECT count(*) AS n FROM reachable");
        }

        for (int life = 0; life < 3; life++)
        {
            await using TestInstance instance = Open(2);
            TestSession session = instance.Connect();
            Assert.Equal(
                "after_reachable days deep failing joined m m_n newest reachable recent sums t_v",
                await session.SortedAsync("SELECT view_name FROM streamdb_catalog.view_recovery WHERE is_restored"));
            Assert.Equal("", await session.SortedAsync("SELECT view_name FROM streamdb_catalog.view_recovery WHERE NOT is_restored"));
            Assert.Equal("1|22012", await session.RunAsync("SELECT count(*), max(sqlstate) FROM streamdb_catalog.view_errors WHERE view_name = 'failing'"));
            await session.RunAsync("UPDATE t SET v = v || 'x'; INSERT INTO keyless SELECT x + 1 FROM keyless");
            Assert.Equal(await session.SortedAsync("SELECT v, count(*), max(k) FROM v GROUP BY v"), await session.SortedAsync("SELECT * FROM m"));
            Assert.Equal(await session.SortedAsync("SELECT t.k, x FROM t JOIN keyless ON k = x"), await session.SortedAsync("SELECT * FROM joined"));
            Assert.Equal(
                await session.RunAsync("WITH RECURSIVE r (k) AS (SELECT 1 UNION SELECT x FROM r JOIN keyless ON x = r.k + 1) SELECT count(*) FROM r"),
                await session.RunAsync("SELECT n FROM after_reachable"));
        }
    }

    [Fact]
    public async Task Time_goes_on_after_a_restart_as_it_would_have_without()
    {
        await using (TestInstance instance = Open(1, clock: _clock))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE e (k int, at timestamptz); CREATE TABLE tick (x int)");
            await session.RunAsync("CREATE MATERIALIZED VIEW recent AS SELECT k FROM e WHERE at > now() - interval '1 hour'");
            await session.RunAsync("INSERT INTO e VALUES (1, '2000-01-01 09:30:00Z'), (2, '2000-01-01 10:30:00Z'), (3, '2000-01-01 08:00:00Z')");
            Assert.Equal("1 2", await session.SortedAsync("SELECT * FROM recent"));
        }

        _clock.NowMicroseconds = 11 * Hour;
        await using (TestInstance instance = Open(1, clock: _clock))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("INSERT INTO tick VALUES (1)");
            Assert.Equal("2", await session.SortedAsync("SELECT * FROM recent"));
        }

        // A clock that went back does not turn time back.
        _clock.NowMicroseconds = 9 * Hour;
        await using (TestInstance instance = Open(1, clock: _clock))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("INSERT INTO tick VALUES (1)");
            Assert.Equal("2", await session.SortedAsync("SELECT * FROM recent"));
        }
    }

    [Fact]
    public async Task Checkpoints_come_with_the_size_of_the_log_and_with_time_and_cut_the_log_off()
    {
        await using (TestInstance instance = Open(1, checkpointLogBytes: 8 << 20))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (x bigint, pad text)");
            for (int i = 0; i < 24; i++)
            {
                await session.RunAsync("INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 50000) g; DELETE FROM t WHERE x > 10");
            }

            await WaitAsync(session, "SELECT count(*) > 2 FROM streamdb_catalog.checkpoints WHERE reason = 'log size' AND error IS NULL");
        }

        long logBytes = new DirectoryInfo(Path.Combine(_directory, "dev", "wal")).GetFiles("*.wal").Sum(f => f.Length);
        output.WriteLine($"{logBytes} bytes of log");
        Assert.True(logBytes < 200 << 20);
        await using TestInstance again = Open(1, checkpointIntervalMs: 50);
        TestSession second = again.Connect();
        Assert.Equal("240", await second.RunAsync("SELECT count(*) FROM t"));
        Assert.Equal("0", await second.RunAsync("SELECT count(*) FROM streamdb_catalog.checkpoints"));
        await second.RunAsync("INSERT INTO t VALUES (1, '')");
        await WaitAsync(second, "SELECT count(*) > 0 FROM streamdb_catalog.checkpoints WHERE reason = 'interval' AND error IS NULL");
        string count = await second.RunAsync("SELECT count(*) FROM streamdb_catalog.checkpoints");
        await Task.Delay(300);
        Assert.Equal(count, await second.RunAsync("SELECT count(*) FROM streamdb_catalog.checkpoints"));
    }

    [Fact]
    public async Task A_batch_is_written_once()
    {
        await using TestInstance instance = Open(1);
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE t (x bigint); INSERT INTO t SELECT g FROM generate_series(1, 1000000) g");
        foreach (string sql in new[] { "CHECKPOINT", "INSERT INTO t VALUES (0)", "CHECKPOINT", "CHECKPOINT" })
        {
            await session.RunAsync(sql);
        }

        string[] bytes = (await session.RunAsync("SELECT written_bytes, total_bytes > 16000000 FROM streamdb_catalog.checkpoints ORDER BY epoch")).Split('\n');
        Assert.Equal(2, bytes.Length);
        Assert.True(long.Parse(bytes[0].Split('|')[0]) >= 16_000_000);
        Assert.True(long.Parse(bytes[1].Split('|')[0]) < 10_000);
        Assert.EndsWith("|t", bytes[1]);
    }

    [Fact]
    public async Task A_full_disk_during_a_checkpoint_stops_nothing()
    {
        SimulatedFileSystem system = new();
        await using (TestInstance instance = OpenSimulated(system))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (x int); CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, sum(x) AS s FROM t");
            await session.RunAsync("INSERT INTO t VALUES (1)");
            await session.RunAsync("CHECKPOINT");
            await session.RunAsync("INSERT INTO t VALUES (2)");
            bool isFull = false;
            var hasFailed = new TaskCompletionSource();
            system.BeforeCall = (operation, path) =>
            {
                if (operation == "write" && isFull && path.EndsWith(".wal", StringComparison.Ordinal))
                {
                    hasFailed.TrySetResult();
                }

                if (operation == "write" && (isFull || path.Contains("segments", StringComparison.Ordinal) || path.Contains("manifest", StringComparison.Ordinal)))
                {
                    throw new IOException("no space", IoFailure.NoSpace);
                }
            };
            await session.FailsAsync("53100", "CHECKPOINT");
            await session.RunAsync("INSERT INTO t VALUES (3)");

            isFull = true;
            Task<string> waiting = session.RunAsync("INSERT INTO t VALUES (4)");
            TestSession other = instance.Connect();
            await hasFailed.Task;
            Assert.Equal("53100", await other.OutcomeAsync("INSERT INTO t VALUES (100)"));
            Assert.Equal("3|6", await other.RunAsync("SELECT * FROM m"));
            Assert.Equal("53100", await other.OutcomeAsync("CHECKPOINT"));

            system.BeforeCall = null;
            Assert.Equal("INSERT 0 1", await waiting);
            await WaitAsync(other, "SELECT true", async () => await other.OutcomeAsync("INSERT INTO t VALUES (5)") == "INSERT 0 1");
            await other.RunAsync("CHECKPOINT");
            await other.RunAsync("INSERT INTO t VALUES (6)");
            Assert.Equal("statement|- statement|53100", await other.SortedAsync(
                "SELECT DISTINCT reason, CASE WHEN error LIKE '%no space%' THEN '53100' END FROM streamdb_catalog.checkpoints"));
        }

        await using TestInstance again = OpenSimulated(system.AfterPowerLoss(new Random(1)));
        Assert.Equal("6|21", await again.Connect().RunAsync("SELECT * FROM m"));
    }

    [Fact]
    public async Task No_damage_to_any_file_gives_a_wrong_answer()
    {
        SimulatedFileSystem system = new();
        await using (TestInstance instance = OpenSimulated(system))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (x int PRIMARY KEY, y text); CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, sum(x) AS s FROM t");
            await session.RunAsync("INSERT INTO t SELECT g, repeat('y', g) FROM generate_series(1, 100) g");
            await session.RunAsync("CHECKPOINT");
            await session.RunAsync("INSERT INTO t SELECT g, 'z' FROM generate_series(101, 150) g; DELETE FROM t WHERE x <= 10");
            await session.RunAsync("CHECKPOINT");
            await session.RunAsync("CREATE TABLE u (x int); INSERT INTO u VALUES (1); INSERT INTO t VALUES (200, NULL)");
            system = system.AfterKill();
        }

        int refused = 0;
        int sound = 0;
        Dictionary<string, byte[]> whole = system.Snapshot();
        string[] paths = [.. whole.Keys.Where(p => !p.EndsWith("/lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        for (int seed = 0; seed < TestCounts.Damages(200); seed++)
        {
            var random = new Random(seed);
            SimulatedFileSystem damaged = system.AfterKill();
            string path = paths[seed % paths.Length];
            Damages.Apply(damaged, path, whole[path], random);
            try
            {
                await using TestInstance instance = OpenSimulated(damaged);
                TestSession session = instance.Connect();
                Assert.Equal("141|11470", await session.RunAsync("SELECT count(*), sum(x) FROM t"));
                Assert.Equal("141|11470", await session.RunAsync("SELECT * FROM m"));
                Assert.Equal("1", await session.RunAsync("SELECT * FROM u"));
                sound++;
            }
            catch (SqlException error)
            {
                Assert.True(error.State == SqlState.DataCorrupted, $"seed {seed}, {path}: {error}");
                refused++;
            }
        }

        output.WriteLine($"{refused} refused, {sound} unharmed or repaired");
        Assert.True(refused > 10 && sound > 20);
    }

    [Fact]
    public async Task A_damaged_newest_checkpoint_is_replaced_by_the_older_one_and_the_log()
    {
        SimulatedFileSystem system = new();
        await using (TestInstance instance = OpenSimulated(system))
        {
            TestSession session = instance.Connect();
            foreach (string sql in "CREATE TABLE t (x int);INSERT INTO t VALUES (1);CHECKPOINT;INSERT INTO t VALUES (2);CHECKPOINT;INSERT INTO t VALUES (3)".Split(';'))
            {
                await session.RunAsync(sql);
            }

            system = system.AfterKill();
        }

        string newest = system.Snapshot().Keys.Where(p => p.EndsWith(".segment", StringComparison.Ordinal)).Max()!;
        byte[] content = system.ReadAll(newest);
        content[100] ^= 1;
        system.WriteAll(newest, content);
        await using (TestInstance instance = OpenSimulated(system))
        {
            TestSession session = instance.Connect();
            Assert.Equal("1 2 3", await session.SortedAsync("SELECT x FROM t"));
            await WaitAsync(session, $"SELECT count(*) = 1 FROM streamdb_catalog.checkpoints WHERE reason = 'recovery' AND error LIKE '%{Path.GetFileName(newest)}%'");
        }

        // The recovery left two sound checkpoints behind.
        await using TestInstance again = OpenSimulated(system);
        Assert.Equal("1 2 3", await again.Connect().SortedAsync("SELECT x FROM t"));
        Assert.Equal("0", await again.Connect().RunAsync("SELECT count(*) FROM streamdb_catalog.checkpoints"));
    }

    /// <summary>Data directories as each format's first program left them when it was killed: they open for ever.</summary>
    [Theory]
    [InlineData("format1")]
    [InlineData("format2")]
    [InlineData("format3")]
    public async Task Directories_of_every_format_open(string format)
    {
        Copy(Path.Combine(AppContext.BaseDirectory, "Coordinator", "Checkpoints", "Golden", format), Path.Combine(_directory, "dev"));
        for (int time = 0; time < 2; time++)
        {
            await using TestInstance instance = Open(1);
            TestSession session = instance.Connect(("TimeZone", "UTC"));
            Assert.Equal(
                "40|820|customer 1|19|2020-01-01 00:00:00+00",
                await session.RunAsync("SELECT count(*), sum(id), min(name), count(region), max(since) FROM customers"));
            Assert.Equal(
                "180|18000|22500.00|2024-01-09 07:00:00|b99|18000",
                await session.RunAsync("SELECT count(*), sum(id), sum(total), max(at), max(tags[2]), sum((info->>'n')::int) FROM orders"));
            Assert.Equal("-|NaN twice|1.5 twice|1.5", await session.SortedAsync("SELECT line, n FROM log"));
            Assert.Equal("11", await session.RunAsync("SELECT count(*) FROM rich"));
            Assert.Equal("36|180|22500.00", await session.RunAsync("SELECT count(*), sum(orders), sum(total) FROM sales"));
            Assert.Equal("customer 20|731.25 customer 27|737.50 customer 34|743.75", await session.SortedAsync("SELECT name, total FROM top"));
            Assert.Equal("5", await session.RunAsync("SELECT count(*) FROM orders WHERE customer = 8"));
        }
    }

    private static async Task CreateAsync(TestSession session)
    {
        await session.RunAsync("SET TimeZone = 'Asia/Tokyo'");
        await session.RunAsync(
            "CREATE TABLE t (k int PRIMARY KEY, v varchar(20), at timestamptz DEFAULT '2020-01-01', n numeric(10,2), CHECK (k < 100))");
        await session.RunAsync("CREATE TABLE keyless (x int)");
        await session.RunAsync("CREATE VIEW v AS SELECT k, v FROM t WHERE k > 1");
        await session.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT v, count(*) AS n, max(k) AS top FROM v GROUP BY v");
        await session.RunAsync("CREATE MATERIALIZED VIEW deep AS SELECT n, count(*) AS c FROM m GROUP BY n");
        await session.RunAsync("CREATE MATERIALIZED VIEW joined AS SELECT t.k, x FROM t JOIN keyless ON k = x");
        await session.RunAsync("CREATE MATERIALIZED VIEW newest (a, b) AS SELECT k, v FROM t ORDER BY k DESC LIMIT 2");
        await session.RunAsync("CREATE MATERIALIZED VIEW failing AS SELECT k, 10 / (k - 2) AS q FROM t");
        await session.RunAsync("CREATE MATERIALIZED VIEW recent AS SELECT k FROM t WHERE at > now() - interval '20000 days'");
        await session.RunAsync("CREATE MATERIALIZED VIEW days AS SELECT k, date_trunc('day', at) AS day, at::text AS text FROM t");
        await session.RunAsync("CREATE INDEX t_v ON t (v)");
        await session.RunAsync("CREATE TABLE odd (a int[], j jsonb, m numeric, b bytea, i interval, u uuid, f float8, d date, r text)");
        await session.RunAsync(
            "INSERT INTO odd VALUES ('{1,NULL,3}', '{\"a\": [1, null]}', 'NaN', '\\x00ff00', '1 month 2 days 3 seconds',"
            + " '00112233-4455-6677-8899-aabbccddeeff', '-Infinity', 'infinity', E'a\\u00e9'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
        await session.RunAsync("INSERT INTO t VALUES (1, 'a', DEFAULT, 1.50), (2, 'b', NULL, 'NaN'), (3, 'b', '1999-12-31 00:00:00+00', NULL)");
        await session.RunAsync("INSERT INTO keyless VALUES (1), (1), (2)");
        await session.RunAsync("CREATE SCHEMA s1; SET search_path = s1; CREATE TABLE t AS SELECT 9 AS nine; SET search_path = public");
        await session.RunAsync("CREATE TABLE source_of (v text); INSERT INTO source_of VALUES ('x'), ('y')");
        await session.RunAsync("CREATE TABLE filled AS SELECT v, count(*) AS s FROM source_of GROUP BY v; DROP TABLE source_of");
        await session.RunAsync("CREATE TABLE named (x int, y int); INSERT INTO named VALUES (1, 2)");
        await session.RunAsync("ALTER TABLE named RENAME TO renamed; ALTER TABLE renamed RENAME COLUMN y TO z");
        await session.RunAsync("COMMENT ON TABLE renamed IS 'said of it'; COMMENT ON COLUMN renamed.x IS 'and of this'");
        await session.RunAsync("CREATE TABLE gone (x int); INSERT INTO gone VALUES (1); CREATE MATERIALIZED VIEW gone_too AS SELECT x FROM gone");
        await session.RunAsync("DROP TABLE gone CASCADE");
        await session.RunAsync(
            "CREATE SOURCE seq (v1 int) WITH (connector = 'datagen', fields.v1.kind = 'sequence', fields.v1.start = '1', fields.v1.end = '20',"
            + " datagen.rows.per.second = '1000') FORMAT PLAIN ENCODE JSON");
        await session.RunAsync("CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(v1) AS s FROM seq");
        await WaitAsync(session, "SELECT n = 20 FROM sums");
    }

    private static async Task ChangeAsync(TestSession session)
    {
        await session.RunAsync("DELETE FROM keyless WHERE x = 2; UPDATE t SET v = 'c' WHERE k = 3; INSERT INTO t VALUES (4, 'd')");
        await session.RunAsync("DROP MATERIALIZED VIEW deep; CREATE MATERIALIZED VIEW deep AS SELECT n, count(*) AS c FROM m GROUP BY n");
        await session.RunAsync("BEGIN; INSERT INTO keyless VALUES (3), (4); UPDATE t SET n = n + 1 WHERE k = 1; COMMIT");
    }

    private static async Task<Dictionary<string, string>> AnswersAsync(TestSession session)
    {
        var answers = new Dictionary<string, string>();
        foreach (string query in _queries)
        {
            answers.Add(query, await session.SortedAsync(query));
        }

        return answers;
    }

    private static async Task EqualAsync(Dictionary<string, string> before, TestSession session, IEnumerable<string>? queries = null)
    {
        foreach (string query in queries ?? _queries)
        {
            Assert.Equal($"{query}: {before[query]}", $"{query}: {await session.SortedAsync(query)}");
        }
    }

    private static async Task WaitAsync(TestSession session, string query, Func<Task<bool>>? condition = null)
    {
        condition ??= async () => await session.RunAsync(query) == "t";
        for (int i = 0; i < 200; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"in vain: {query}");
    }

    private static void Copy(string source, string target)
    {
        // Not the lock: its holder keeps others from reading it.
        foreach (string path in Directory.GetFiles(source, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock"))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    private TestInstance Open(
        int workers, string? directory = null, int checkpointIntervalMs = 0, long checkpointLogBytes = 0, IClock? clock = null)
    {
        return new TestInstance(new DatabaseOptions
        {
            DataDirectory = directory ?? _directory,
            OpenSpace = TestSpaces.Open,
            WorkerCount = workers,
            Clock = clock ?? SystemClock.Instance,
            CheckpointIntervalMs = checkpointIntervalMs,
            CheckpointLogBytes = checkpointLogBytes,
        });
    }

    private TestInstance OpenSimulated(SimulatedFileSystem system) => new(new DatabaseOptions
    {
        DataDirectory = _directory,
        Files = system,
        OpenSpace = TestSpaces.Open,
        LogOptions = LogWorkload.SmallPages,
        CheckpointIntervalMs = 0,
    });
}
