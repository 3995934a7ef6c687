using StreamDb.Coordinator;
using Xunit;

namespace StreamDb.Tests.Coordinator.Recovery;

public sealed class LogReplayTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "streamdb-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_reopened_directory_has_every_relation_view_index_and_offset()
    {
        var before = new Dictionary<string, string>();
        string[] queries =
        [
            "SELECT * FROM t", "SELECT * FROM keyless", "SELECT * FROM v", "SELECT * FROM m", "SELECT * FROM deep", "SELECT * FROM filled",
            "SELECT * FROM t WHERE v = 'b'", "SELECT * FROM seq", "SELECT * FROM sums", "SELECT * FROM s1.t", "SELECT relname FROM pg_class WHERE relkind IN ('r', 'm', 'v', 'i')",
            "SELECT oid, relname FROM pg_class WHERE relname IN ('t', 'm', 'late')",
        ];
        await using (TestInstance instance = Open())
        {
            TestSession session = instance.Connect();
            await session.RunAsync("SET TimeZone = 'Asia/Tokyo'");
            await session.RunAsync("CREATE TABLE t (k int PRIMARY KEY, v text, at timestamptz DEFAULT '2020-01-01', n numeric)");
            await session.RunAsync("CREATE TABLE keyless (x int)");
            await session.RunAsync("CREATE VIEW v AS SELECT k, v FROM t WHERE k > 1");
            await session.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT v, count(*) AS n, max(k) AS top FROM v GROUP BY v");
            await session.RunAsync("CREATE MATERIALIZED VIEW deep AS SELECT n, count(*) AS c FROM m GROUP BY n");
            await session.RunAsync("CREATE INDEX t_v ON t (v)");
            await session.RunAsync("INSERT INTO t VALUES (1, 'a', DEFAULT, 1.50), (2, 'b', NULL, 'NaN'), (3, 'b', '2021-01-01 00:00:00+00', NULL)");
            await session.RunAsync("INSERT INTO keyless VALUES (1), (1), (2)");
            await session.RunAsync("DELETE FROM keyless WHERE x = 2; UPDATE t SET v = 'c' WHERE k = 3");
            await session.FailsAsync("23505", "INSERT INTO t VALUES (1, 'dup')");
            await session.RunAsync("CREATE SCHEMA s1; SET search_path = s1; CREATE TABLE t AS SELECT 9 AS nine; SET search_path = public");
            await session.RunAsync("CREATE TABLE filled AS SELECT v, sum(k) AS s FROM t GROUP BY v");
            await session.RunAsync("CREATE TABLE gone (x int); INSERT INTO gone VALUES (1)");
            await session.RunAsync("DROP TABLE gone");
            await session.RunAsync(
                "CREATE SOURCE seq (v1 int) WITH (connector = 'datagen', fields.v1.kind = 'sequence', fields.v1.start = '1', fields.v1.end = '20',"
                + " datagen.rows.per.second = '1000') FORMAT PLAIN ENCODE JSON");
            await session.RunAsync("CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n, sum(v1) AS s FROM seq");
            await session.RunAsync("CREATE TABLE late (z int)");
            for (int i = 0; i < 200 && await session.RunAsync("SELECT n FROM sums") != "20"; i++)
            {
                await Task.Delay(50);
            }

            Assert.Equal("20|210", await session.RunAsync("SELECT * FROM sums"));
            foreach (string query in queries)
            {
                before[query] = await session.SortedAsync(query);
            }
        }

        for (int time = 0; time < 2; time++)
        {
            await using TestInstance instance = Open();
            TestSession session = instance.Connect(("TimeZone", "Asia/Tokyo"));
            await Task.Delay(200);
            foreach (string query in queries)
            {
                Assert.Equal(before[query], await session.SortedAsync(query));
            }

            await session.FailsAsync("42P01", "SELECT * FROM gone");
            await session.FailsAsync("23505", "INSERT INTO t VALUES (1, 'dup')");
            await session.FailsAsync("2BP01", "DROP TABLE t");

            // Life goes on: the next items and rows fit in.
            await session.RunAsync($"CREATE TABLE after{time} (x int); INSERT INTO after{time} VALUES (1); INSERT INTO keyless VALUES ({10 + time})");
            await session.RunAsync($"DELETE FROM keyless WHERE x = {10 + time}; DROP TABLE after{time}");
        }
    }

    [Fact]
    public async Task Databases_come_back_apart()
    {
        await using (TestInstance instance = Open())
        {
            await instance.Connect().RunAsync("CREATE DATABASE other");
            await instance.Connect().RunAsync("CREATE TABLE t (x int)");
        }

        await using TestInstance again = Open();
        Assert.Equal(["dev", "other"], again.Instance.DatabaseNames);
        Assert.Equal("0", await again.Connect().RunAsync("SELECT count(*) FROM t"));
    }

    private TestInstance Open() => new(new DatabaseOptions { DataDirectory = _directory });
}
