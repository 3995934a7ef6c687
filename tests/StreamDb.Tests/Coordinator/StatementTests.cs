using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Coordinator;

/// <summary>Prepared statements and portals, as the extended protocol uses them, and PREPARE.</summary>
public sealed class StatementTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    private ISession Session => _session.Session;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("CREATE TABLE t (k int PRIMARY KEY, v text)");
        await _session.RunAsync("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL)");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task Parameters_are_inferred_described_and_bound()
    {
        Session.Prepare("p", "SELECT v, $2 || v AS w FROM t WHERE k = $1", []);

        StatementDescription description = Session.DescribeStatement("p");
        Assert.Equal(["integer", "text"], description.Parameters.Select(p => p.ToString()));
        Assert.Equal(["v", "w"], description.Columns!.Select(c => c.Name));
        Assert.Equal("b|xb", await ExecuteAsync("p", new Datum(2), Datum.Text("x")));
        Assert.Equal("a|-", await ExecuteAsync("p", new Datum(1), Datum.Null));
        Assert.Equal("", await ExecuteAsync("p", Datum.Null, Datum.Text("x")));
    }

    [Fact]
    public void Parameters_are_counted()
    {
        Session.Prepare("p", "SELECT $1::int + $2::int", [SqlType.Int32, null]);

        Assert.Equal("08P01", Assert.Throws<SqlException>(() => Session.Bind("", "p", [new Datum(1)])).State);
        Assert.Equal("26000", Assert.Throws<SqlException>(() => Session.Bind("", "nope", [])).State);
        Assert.Equal("42P05", Assert.Throws<SqlException>(() => Session.Prepare("p", "SELECT 1", [])).State);
        Assert.Equal("42601", Assert.Throws<SqlException>(() => Session.Prepare("q", "SELECT 1; SELECT 2", [])).State);
        Assert.Equal("34000", Assert.Throws<SqlException>(() => Session.DescribePortal("nope")).State);
    }

    [Fact]
    public async Task A_statement_outlives_what_it_reads_and_is_bound_again()
    {
        Session.Prepare("p", "SELECT * FROM t WHERE k = $1", []);
        Assert.Equal("1|a", await ExecuteAsync("p", new Datum(1)));

        await _session.RunAsync("CREATE INDEX ON t (v)");
        Assert.Equal("1|a", await ExecuteAsync("p", new Datum(1)));

        await _session.RunAsync("DROP TABLE t");
        Assert.Equal("42P01", (await Assert.ThrowsAsync<SqlException>(() => ExecuteAsync("p", new Datum(1)))).State);

        await _session.RunAsync("CREATE TABLE t (k int, z float8)");
        await _session.RunAsync("INSERT INTO t VALUES (1, 2.5)");
        Assert.Equal("1|2.5", await ExecuteAsync("p", new Datum(1)));
        Assert.Equal(["k", "z"], Session.DescribeStatement("p").Columns!.Select(c => c.Name));
    }

    [Fact]
    public async Task The_search_path_decides_anew()
    {
        await _session.RunAsync("CREATE SCHEMA other; CREATE TABLE other.t (q int); INSERT INTO other.t VALUES (77)");
        Session.Prepare("p", "SELECT count(*) FROM t", []);
        Assert.Equal("4", await ExecuteAsync("p"));

        await _session.RunAsync("SET search_path = other, public");
        Assert.Equal("1", await ExecuteAsync("p"));
    }

    [Fact]
    public async Task A_portal_goes_on_where_it_stopped()
    {
        Session.Prepare("p", "SELECT k FROM t ORDER BY k", []);
        await _session.RunAsync("BEGIN");
        Session.Bind("c", "p", []);

        StatementResult result = await Session.ExecutePortalAsync("c", CancellationToken.None);
        Assert.Equal("1\n2", await _session.TextAsync(result, 2));
        Assert.Equal("3", await _session.TextAsync(await Session.ExecutePortalAsync("c", CancellationToken.None), 1));
        Assert.Equal("42P03", Assert.Throws<SqlException>(() => Session.Bind("c", "p", [])).State);
        Assert.Equal("4", await _session.TextAsync(await Session.ExecutePortalAsync("c", CancellationToken.None), 5));
        await _session.RunAsync("COMMIT");
        Assert.Equal("34000", (await Assert.ThrowsAsync<SqlException>(() => Session.ExecutePortalAsync("c", CancellationToken.None))).State);
    }

    [Fact]
    public async Task Changes_take_parameters_and_return_rows()
    {
        Session.Prepare("i", "INSERT INTO t VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = t.v || excluded.v RETURNING *", []);
        Session.Prepare("d", "DELETE FROM t WHERE k = $1 AND v = $2", []);

        Assert.Equal("9|z", await ExecuteAsync("i", new Datum(9), Datum.Text("z")));
        Assert.Equal("1|az", await ExecuteAsync("i", new Datum(1), Datum.Text("z")));
        Assert.Equal("DELETE 0", await ExecuteAsync("d", new Datum(1), Datum.Text("q")));
        Assert.Equal("DELETE 1", await ExecuteAsync("d", new Datum(1), Datum.Text("az")));
    }

    [Fact]
    public async Task A_limit_may_be_a_parameter()
    {
        Session.Prepare("p", "SELECT k FROM t ORDER BY k LIMIT $1 OFFSET $2", []);

        Assert.Equal("2\n3", await ExecuteAsync("p", new Datum(2L), new Datum(1L)));
        Assert.Equal("1\n2\n3\n4", await ExecuteAsync("p", Datum.Null, new Datum(0L)));
    }

    [Fact]
    public async Task Prepare_execute_and_deallocate_are_statements()
    {
        await _session.RunAsync("PREPARE p (int) AS SELECT $1 + k FROM t WHERE k > $1 ORDER BY 1");
        Assert.Equal("3\n4\n5", await _session.RunAsync("EXECUTE p(1)"));
        Assert.Equal("7", await _session.RunAsync("EXECUTE p('2' + 1)"));
        await _session.FailsAsync("42601", "EXECUTE p(1, 2)");
        await _session.FailsAsync("42P05", "PREPARE p AS SELECT 1");
        await _session.RunAsync("DEALLOCATE p");
        await _session.FailsAsync("26000", "EXECUTE p(1)");
        await _session.FailsAsync("26000", "DEALLOCATE p");
    }

    [Fact]
    public void Positions_count_from_the_start_of_the_text()
    {
        Assert.Equal(10, Assert.Throws<SqlException>(() => Session.Prepare("x", "SELECT k, nope FROM t", [])).Position - 1);
        Assert.Equal("42703", Assert.Throws<SqlException>(() => Session.Prepare("x", "SELECT k, nope FROM t", [])).State);
    }

    private async Task<string> ExecuteAsync(string statement, params Datum[] parameters)
    {
        try
        {
            Session.Bind("", statement, parameters);
            await using StatementResult result = await Session.ExecutePortalAsync("", CancellationToken.None);
            string text = await _session.TextAsync(result);
            await Session.EndImplicitTransactionAsync(CancellationToken.None);
            return text;
        }
        catch
        {
            Session.Fail();
            throw;
        }
    }

    [Fact]
    public async Task A_query_that_takes_too_much_memory_fails_alone()
    {
        await using var instance = new TestInstance(new DatabaseOptions { QueryMemoryBytes = 8 << 20 });
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE t (x int, y int); INSERT INTO t SELECT g, g % 10 FROM generate_series(1, 100000) g");
        string[] large =
        [
            "SELECT a.x FROM t a, t b",
            "SELECT x, count(*) FROM t GROUP BY x, y || repeat('-', 200)",
            "SELECT DISTINCT a.x, b.x FROM t a JOIN t b ON a.y = b.y",
            "INSERT INTO t SELECT a.x, b.x FROM t a JOIN t b ON a.y = b.y",
            "SELECT repeat('x', 1000) FROM t",
        ];
        foreach (string sql in large)
        {
            SqlException error = await session.FailsAsync("53200", sql);
            Assert.Contains("8 MiB", error.Detail);
        }

        Assert.Equal("100000", await session.RunAsync("SELECT count(*) FROM t"));
        Assert.Equal("10000", await session.RunAsync("SELECT count(*) FROM t WHERE y = 3"));
    }
}
