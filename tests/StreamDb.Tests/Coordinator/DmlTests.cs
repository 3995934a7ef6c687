using System.Globalization;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class DmlTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("CREATE TABLE t (k int PRIMARY KEY, v text NOT NULL DEFAULT 'd', n int CHECK (n > 0))");
        await _session.RunAsync("CREATE TABLE h (x int, y numeric)");
        await _session.RunAsync("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("INSERT INTO t VALUES (1, 'a', 1)", "Key (k)=(1) already exists.")]
    [InlineData("INSERT INTO t VALUES (5, 'a', 1), (5, 'b', 1)", "Key (k)=(5) already exists.")]
    [InlineData("INSERT INTO t SELECT 5, 'a', g FROM generate_series(1, 2) g", "Key (k)=(5) already exists.")]
    [InlineData("UPDATE t SET k = 2 WHERE k = 1", "Key (k)=(2) already exists.")]
    [InlineData("UPDATE t SET k = 7", "Key (k)=(7) already exists.")]
    public async Task A_key_is_taken_once(string sql, string detail)
    {
        SqlException exception = await _session.FailsAsync("23505", sql);

        Assert.Equal(detail, exception.Detail);
        Assert.Equal("t_pkey", exception.ConstraintName);
        Assert.Equal("1|a|1 2|b|2", await _session.RowsAsync("SELECT * FROM t ORDER BY k"));
    }

    [Fact]
    public async Task Of_many_connections_that_take_one_key_one_succeeds()
    {
        TestSession[] sessions = [.. Enumerable.Range(0, 8).Select(_ => _instance.Connect())];
        for (int key = 100; key < 120; key++)
        {
            string[] outcomes = await Task.WhenAll(sessions.Select((s, i) => Task.Run(() =>
                s.OutcomeAsync($"INSERT INTO t VALUES ({key}, 's{i}', {(i % 2 == 0 ? "1" : "1 + 1")})"))));
            Assert.Equal(1, outcomes.Count(o => o == "INSERT 0 1"));
            Assert.Equal(7, outcomes.Count(o => o == "23505"));
        }

        Assert.Equal("22", await _session.RunAsync("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("INSERT INTO t (k) VALUES (3)", "INSERT 0 1", "3|d|-")]
    [InlineData("INSERT INTO t VALUES (3, DEFAULT, 4)", "INSERT 0 1", "3|d|4")]
    [InlineData("INSERT INTO t (n, k) VALUES (4, 3)", "INSERT 0 1", "3|d|4")]
    public async Task Columns_left_out_get_their_defaults(string sql, string tag, string row)
    {
        Assert.Equal(tag, await _session.RunAsync(sql));
        Assert.Equal(row, await _session.RowsAsync("SELECT * FROM t WHERE k = 3"));
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (4, NULL, 1)", "23502", "Failing row contains (4, null, 1).")]
    [InlineData("INSERT INTO t VALUES (NULL, 'x', 1)", "23502", "Failing row contains (null, x, 1).")]
    [InlineData("INSERT INTO t VALUES (4, 'x', 0)", "23514", "Failing row contains (4, x, 0).")]
    [InlineData("INSERT INTO t VALUES (4, 'x', 1 - 1)", "23514", "Failing row contains (4, x, 0).")]
    [InlineData("UPDATE t SET v = NULL WHERE k = 1", "23502", "Failing row contains (1, null, 1).")]
    [InlineData("UPDATE t SET n = -n WHERE k = 2", "23514", "Failing row contains (2, b, -2).")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT (k) DO UPDATE SET n = -1", "23514", "Failing row contains (1, a, -1).")]
    public async Task A_row_that_breaks_a_constraint_is_shown(string sql, string state, string detail) =>
        Assert.Equal(detail, (await _session.FailsAsync(state, sql)).Detail);

    [Fact]
    public async Task A_check_that_is_unknown_holds() => Assert.Equal("INSERT 0 1", await _session.RunAsync("INSERT INTO t VALUES (9, 'x', NULL)"));

    [Theory]
    [InlineData("INSERT INTO t VALUES (1, 'z', 1) ON CONFLICT DO NOTHING", "INSERT 0 0", "1|a|1 2|b|2")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 1), (7, 'q', 7) ON CONFLICT (k) DO NOTHING RETURNING k, v", "7|q", "1|a|1 2|b|2 7|q|7")]
    [InlineData("INSERT INTO t VALUES (7, 'p', 7), (7, 'q', 7) ON CONFLICT DO NOTHING", "INSERT 0 1", "1|a|1 2|b|2 7|p|7")]
    [InlineData(
        "INSERT INTO t VALUES (1, 'z', 9), (3, 'c', 3) ON CONFLICT (k) DO UPDATE SET v = t.v || excluded.v, n = excluded.n RETURNING *",
        "1|az|9\n3|c|3",
        "1|az|9 2|b|2 3|c|3")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET v = 'w'", "INSERT 0 1", "1|w|1 2|b|2")]
    [InlineData(
        "INSERT INTO t AS o VALUES (1, 'z', 9), (2, 'y', 8) ON CONFLICT (k) DO UPDATE SET n = excluded.n WHERE o.n > 1 RETURNING k, n",
        "2|8",
        "1|a|1 2|b|8")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT (k) DO UPDATE SET n = 5 WHERE excluded.n > 100", "INSERT 0 0", "1|a|1 2|b|2")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT (k) DO UPDATE SET k = 10", "INSERT 0 1", "10|a|1 2|b|2")]
    public async Task On_conflict_ignores_or_updates(string sql, string result, string rows)
    {
        Assert.Equal(result, await _session.RunAsync(sql));
        Assert.Equal(
            string.Join(' ', rows.Split(' ').Order(StringComparer.Ordinal)), await _session.SortedAsync("SELECT * FROM t"));
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9), (1, 'w', 9) ON CONFLICT (k) DO UPDATE SET v = excluded.v", "21000")]
    [InlineData("INSERT INTO t VALUES (5, 'z', 9), (5, 'w', 9) ON CONFLICT (k) DO UPDATE SET v = excluded.v", "21000")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT (k) DO UPDATE SET k = 2", "23505")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT (v) DO NOTHING", "42P10")]
    [InlineData("INSERT INTO h VALUES (1, 1) ON CONFLICT (x) DO UPDATE SET y = 1", "42P10")]
    [InlineData("INSERT INTO t VALUES (1, 'z', 9) ON CONFLICT DO UPDATE SET v = 'x'", "42601")]
    public Task On_conflict_is_refused_where_it_says_nothing_definite(string sql, string state) => _session.FailsAsync(state, sql);

    [Fact]
    public async Task Keys_are_checked_after_the_whole_update()
    {
        Assert.Equal("2 3", await _session.SortedAsync("UPDATE t SET k = k + 1 RETURNING k"));
        Assert.Equal("2|a 3|b", await _session.SortedAsync("SELECT k, v FROM t"));
    }

    [Fact]
    public async Task Update_from_changes_each_row_once()
    {
        Assert.Equal(
            "2|20",
            await _session.RunAsync("UPDATE t SET v = s.x::text FROM (VALUES (2, 20), (2, 20), (9, 1)) s (id, x) WHERE s.id = t.k RETURNING t.k, v"));
        Assert.Equal("UPDATE 0", await _session.RunAsync("UPDATE t SET v = 'q' FROM h WHERE h.x = t.k"));
        Assert.Equal("1|a 2|20", await _session.SortedAsync("SELECT k, v FROM t"));
    }

    [Fact]
    public async Task Update_with_a_subquery_and_delete_using_read_the_state_before()
    {
        await _session.RunAsync("INSERT INTO h VALUES (1, 10), (1, 11), (2, 5)");
        Assert.Equal("UPDATE 2", await _session.RunAsync("UPDATE t SET n = (SELECT max(y)::int FROM h WHERE x = k)"));
        Assert.Equal("1|11 2|5", await _session.SortedAsync("SELECT k, n FROM t"));
        Assert.Equal("1", await _session.RunAsync("DELETE FROM t USING h WHERE h.x = t.k AND y > 10 RETURNING k"));
        Assert.Equal("DELETE 2", await _session.RunAsync("DELETE FROM h WHERE y > (SELECT min(y) FROM h)"));
    }

    [Fact]
    public async Task Copies_of_a_row_are_changed_together()
    {
        await _session.RunAsync("INSERT INTO h VALUES (1, 1), (1, 1), (1, 1), (2, 2)");
        Assert.Equal("UPDATE 3", await _session.RunAsync("UPDATE h SET y = y + 1 WHERE x = 1"));
        Assert.Equal("1|2 1|2 1|2 2|2", await _session.SortedAsync("SELECT * FROM h"));
        Assert.Equal("DELETE 3", await _session.RunAsync("DELETE FROM h WHERE x = 1"));
        Assert.Equal("TRUNCATE TABLE", await _session.RunAsync("TRUNCATE h, t"));
        Assert.Equal("0|0", await _session.RunAsync("SELECT (SELECT count(*) FROM h), (SELECT count(*) FROM t)"));
    }

    [Theory]
    [InlineData("numeric", "0.0", "-0.00")]
    [InlineData("numeric", "1.10", "1.1")]
    [InlineData("numeric", "'NaN'", "'NaN'")]
    [InlineData("float8", "'-0'", "0")]
    [InlineData("interval", "'1 month'", "'30 days'")]
    [InlineData("char(4)", "'a'", "'a  '")]
    [InlineData("timestamptz", "'2020-01-01 00:00:00Z'", "'2020-01-01 02:00:00+02'")]
    public async Task Equal_values_are_one_key_however_they_are_written(string type, string first, string second)
    {
        await _session.RunAsync($"CREATE TABLE z (k {type} PRIMARY KEY)");
        await _session.RunAsync($"INSERT INTO z VALUES ({first})");

        await _session.FailsAsync("23505", $"INSERT INTO z VALUES ({second})");
        Assert.Equal("1", await _session.RunAsync($"SELECT count(*) FROM z WHERE k = {second}::{type}"));
        Assert.Equal("DELETE 1", await _session.RunAsync($"DELETE FROM z WHERE k = {second}::{type}"));
    }

    /// <summary>As when there is no room for the spill file: rows that nobody would see must not be acknowledged.</summary>
    [Theory]
    [InlineData("INSERT INTO t VALUES (9, 'a', 1)")]
    [InlineData("INSERT INTO h SELECT g, g FROM generate_series(1, 3) g")]
    [InlineData("UPDATE t SET v = 'z'")]
    [InlineData("DELETE FROM t WHERE k = 1")]
    public async Task A_table_that_has_failed_takes_no_writes(string sql)
    {
        await _session.PauseAsync("t", "h");

        SqlException exception = await _session.FailsAsync("55000", sql);
        Assert.Contains("is paused: no room", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Rows of some epoch in the past are no answer.</summary>
    [Fact]
    public async Task What_is_paused_cannot_be_read_and_hinders_nothing_else()
    {
        await _session.RunAsync("CREATE TABLE sound (x int)");
        await _session.RunAsync("CREATE MATERIALIZED VIEW paused AS SELECT count(*) FROM sound");
        await _session.PauseAsync("t", "paused");

        foreach (string read in (string[])["SELECT count(*) FROM t", "SELECT v FROM t WHERE k = 1", "SELECT * FROM paused", "SELECT * FROM sound, paused"])
        {
            SqlException exception = await _session.FailsAsync("55000", read);
            Assert.Contains("is paused: no room", exception.Message, StringComparison.Ordinal);
            Assert.NotNull(exception.Hint);
        }

        await _session.FailsAsync("55000", "CREATE MATERIALIZED VIEW late AS SELECT x FROM sound UNION ALL SELECT k FROM t");
        await _session.FailsAsync("55000", "CREATE INDEX ON t (v)");
        Assert.Equal("INSERT 0 1", await _session.RunAsync("INSERT INTO sound VALUES (1)"));
        foreach (string statement in (string[])["SELECT * FROM paused", "SELECT v FROM t WHERE k = 1", "INSERT INTO t VALUES (9, 'a', 1)"])
        {
            await _session.RunAsync("BEGIN");
            Assert.Equal("1", await _session.RunAsync("SELECT x FROM sound"));
            await _session.FailsAsync("55000", statement);
            await _session.RunAsync("ROLLBACK");
        }

        Assert.Equal("DROP MATERIALIZED VIEW", await _session.RunAsync("DROP MATERIALIZED VIEW paused"));
        await _session.RunAsync("CREATE MATERIALIZED VIEW paused AS SELECT count(*) FROM sound");
        Assert.Equal("1", await _session.RunAsync("SELECT * FROM paused"));
    }

    /// <summary>What a transaction read before goes on to be what it reads.</summary>
    [Fact]
    public async Task A_transaction_from_before_the_pause_reads_on()
    {
        await _session.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        Assert.Equal("2", await _session.RunAsync("SELECT count(*) FROM t"));
        await _session.PauseAsync("t");

        Assert.Equal("2", await _session.RunAsync("SELECT count(*) FROM t"));
        await _session.RunAsync("ROLLBACK");
    }
}
