using Xunit;

namespace StreamDb.Tests.Coordinator;

/// <summary>Answers of queries whose plans are rewritten most: PostgreSQL 15's answers to the same, recorded.</summary>
public sealed class QuerySemanticsTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("CREATE TABLE t (a int PRIMARY KEY, b int, c text); CREATE TABLE s (k int, v int); CREATE TABLE r (k int, w int)");
        await _session.RunAsync("INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, NULL, NULL), (4, 20, 'y')");
        await _session.RunAsync("INSERT INTO s VALUES (1, 10), (1, 20), (2, 20), (2, 20), (NULL, 5), (4, NULL)");
        await _session.RunAsync("INSERT INTO r VALUES (1, 10), (2, 20), (NULL, 1), (2, 5)");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.k = t.a) FROM t ORDER BY a",
        "1|2 2|2 3|0 4|1")]
    [InlineData(
        "SELECT a, (SELECT sum(v) + t.b FROM s WHERE s.k = t.a AND v > 10) FROM t ORDER BY a",
        "1|30 2|60 3|- 4|-")]
    public Task A_missing_group_counts_zero_and_sums_to_null(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE b IN (SELECT v FROM s) ORDER BY a",
        "1 2 4")]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s) ORDER BY a",
        "")]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s WHERE v IS NOT NULL) ORDER BY a",
        "")]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s WHERE false) ORDER BY a",
        "1 2 3 4")]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s WHERE s.k = t.a) ORDER BY a",
        "3")]
    [InlineData(
        "SELECT a, b IN (SELECT v FROM s) FROM t ORDER BY a",
        "1|t 2|t 3|- 4|t")]
    [InlineData(
        "SELECT a, b NOT IN (SELECT v FROM s WHERE s.k = t.a) FROM t ORDER BY a",
        "1|f 2|f 3|t 4|-")]
    [InlineData(
        "SELECT a, b = ANY (SELECT v FROM s WHERE s.k = t.a) FROM t ORDER BY a",
        "1|t 2|t 3|f 4|-")]
    [InlineData(
        "SELECT a, b > ALL (SELECT v FROM s WHERE s.k = t.a) FROM t ORDER BY a",
        "1|f 2|f 3|t 4|-")]
    public Task Not_in_and_any_know_null(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.k = t.a AND s.v >= t.b) ORDER BY a",
        "1 2")]
    [InlineData(
        "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.k = t.a) ORDER BY a",
        "3")]
    public Task Exists_keeps_each_row_once(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT a, x.v FROM t, LATERAL (SELECT v FROM s WHERE s.k = t.a ORDER BY v DESC LIMIT 1) x ORDER BY a",
        "1|20 2|20 4|-")]
    [InlineData(
        "SELECT a, x.v FROM t LEFT JOIN LATERAL (SELECT v FROM s WHERE s.k = t.a ORDER BY v DESC LIMIT 1) x ON true ORDER BY a",
        "1|20 2|20 3|- 4|-")]
    [InlineData(
        "SELECT a, x.n FROM t LEFT JOIN LATERAL (SELECT v + 1 AS n FROM s WHERE s.k = t.a) x ON x.n > 11 ORDER BY a, n",
        "1|21 2|21 2|21 3|- 4|-")]
    [InlineData(
        "SELECT a, x.y FROM t, LATERAL (VALUES (t.a), (t.b)) x (y) ORDER BY a, y",
        "1|1 1|10 2|2 2|20 3|3 3|- 4|4 4|20")]
    [InlineData(
        "SELECT a, x.y FROM t, LATERAL generate_series(1, t.a) x (y) WHERE a < 3 ORDER BY a, y",
        "1|1 2|1 2|2")]
    [InlineData(
        "SELECT a, (SELECT sum(y) FROM generate_series(1, t.a) x (y)) FROM t ORDER BY a",
        "1|1 2|3 3|6 4|10")]
    public Task Lateral_subqueries_run_for_each_row(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT t.a, s.v FROM t LEFT JOIN s ON t.a = s.k AND t.b < s.v ORDER BY 1, 2",
        "1|20 2|- 3|- 4|-")]
    [InlineData(
        "SELECT t.a, s.v FROM t RIGHT JOIN s ON t.a = s.k AND t.b < s.v ORDER BY 1, 2",
        "1|20 -|5 -|10 -|20 -|20 -|-")]
    [InlineData(
        "SELECT t.a, s.v FROM t FULL JOIN s ON t.a = s.k AND t.b < s.v ORDER BY 1, 2",
        "1|20 2|- 3|- 4|- -|5 -|10 -|20 -|20 -|-")]
    [InlineData(
        "SELECT t.a, s.v FROM t LEFT JOIN s ON t.b < s.v AND s.v > 15 ORDER BY 1, 2",
        "1|20 1|20 1|20 2|- 3|- 4|-")]
    [InlineData(
        "SELECT s.k, s.v, r.w FROM s LEFT JOIN r ON s.k = r.k AND s.v > r.w ORDER BY 1, 2, 3",
        "1|10|- 1|20|10 2|20|5 2|20|5 4|-|- -|5|-")]
    [InlineData(
        "SELECT s.k, s.v, r.w FROM s FULL JOIN r ON s.k = r.k AND s.v > r.w ORDER BY 1, 2, 3",
        "1|10|- 1|20|10 2|20|5 2|20|5 4|-|- -|5|- -|-|1 -|-|20")]
    [InlineData(
        "SELECT s.k, s.v, r.w FROM s LEFT JOIN r ON false ORDER BY 1, 2, 3",
        "1|10|- 1|20|- 2|20|- 2|20|- 4|-|- -|5|-")]
    [InlineData(
        "SELECT t.a, s.v FROM t FULL JOIN s ON t.a = s.k AND s.v > 10 WHERE t.b > 1 ORDER BY 1, 2",
        "1|20 2|20 2|20 4|-")]
    [InlineData(
        "SELECT string_agg(x.c, ',') FROM (SELECT t.c FROM s LEFT JOIN t ON t.a = s.k AND t.b > 10) x",
        "y,y,y")]
    public Task Outer_joins_with_conditions_beyond_equal_keys_keep_duplicates_and_nulls(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.k < t.a) FROM t ORDER BY a",
        "1|0 2|2 3|4 4|4")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.v = t.b OR t.b IS NULL) FROM t ORDER BY a",
        "1|1 2|3 3|6 4|3")]
    [InlineData(
        "SELECT a, (SELECT v FROM s WHERE s.k = t.a AND v > 10 LIMIT 1) FROM t ORDER BY a",
        "1|20 2|20 3|- 4|-")]
    [InlineData(
        "SELECT a, (SELECT v FROM s WHERE false) FROM t ORDER BY a",
        "1|- 2|- 3|- 4|-")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.v = t.b AND EXISTS (SELECT 1 FROM r WHERE r.k = t.a AND r.w = s.v)) FROM t ORDER BY a",
        "1|1 2|3 3|0 4|0")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.v = t.b AND EXISTS (SELECT 1 FROM r WHERE r.k < t.a)) FROM t ORDER BY a",
        "1|0 2|3 3|0 4|3")]
    [InlineData(
        "SELECT a, (SELECT max(v) + (SELECT count(*) FROM r WHERE r.k = t.a) FROM s WHERE s.k = t.a) FROM t ORDER BY a",
        "1|21 2|22 3|- 4|-")]
    [InlineData(
        "SELECT a, (SELECT (SELECT count(*) FROM r WHERE r.k = s.k AND r.w <= t.b) FROM s WHERE s.k = t.a LIMIT 1) FROM t ORDER BY a",
        "1|1 2|2 3|- 4|0")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM (SELECT w FROM r WHERE r.k = t.a EXCEPT SELECT v FROM s WHERE s.k = t.a) x) FROM t ORDER BY a",
        "1|0 2|1 3|0 4|0")]
    [InlineData(
        "SELECT a, (SELECT n FROM (SELECT k, count(*) AS n FROM s GROUP BY k) x WHERE x.k = t.a) FROM t ORDER BY a",
        "1|2 2|2 3|- 4|1")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.k = t.a HAVING count(*) > 1) FROM t ORDER BY a",
        "1|2 2|2 3|- 4|-")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s FULL JOIN r ON s.k = r.k AND r.w > t.b) FROM t ORDER BY a",
        "1|9 2|10 3|10 4|10")]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s LEFT JOIN r ON s.k = r.k AND r.w > t.b WHERE r.k IS NULL) FROM t ORDER BY a",
        "1|4 2|6 3|6 4|6")]
    [InlineData(
        "SELECT a, (SELECT count(r.k) FROM s RIGHT JOIN r ON s.k = r.k AND r.w > t.b) FROM t ORDER BY a",
        "1|4 2|3 3|3 4|3")]
    [InlineData(
        "SELECT a, (SELECT b FROM t u WHERE u.a = t.a) FROM t ORDER BY a",
        "1|10 2|20 3|- 4|20")]
    public Task Correlated_subqueries_of_every_shape_decorrelate(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT sum(v) AS n FROM s) x WHERE 1 = 2",
        "")]
    [InlineData(
        "SELECT * FROM (SELECT count(*) FILTER (WHERE v > 10) AS n, string_agg(v::text, ',' ORDER BY v DESC) FROM s) x",
        "3|20,20,20,10,5")]
    [InlineData(
        "SELECT t.a, s.v, r.w FROM t, s, r WHERE t.a = r.k AND r.w = s.v ORDER BY 1, 2, 3",
        "1|10|10 2|5|5 2|20|20 2|20|20 2|20|20")]
    [InlineData(
        "WITH x AS (SELECT k, v, k + v AS z FROM s WHERE v > 0) SELECT p.k, q.v FROM x AS p JOIN x AS q ON p.k = q.k ORDER BY 1, 2",
        "1|10 1|10 1|20 1|20 2|20 2|20 2|20 2|20")]
    public Task Joins_and_shared_queries_give_the_rows_written(string sql, string rows) => AnswersAsync(sql, rows);

    [Theory]
    [InlineData("SELECT a, (SELECT v FROM s WHERE s.k = t.a) FROM t")]
    [InlineData("SELECT a, (SELECT v FROM s) FROM t")]
    [InlineData("SELECT a FROM t WHERE b = (SELECT v FROM s WHERE s.k = 1)")]
    public Task A_scalar_subquery_of_several_rows_is_refused(string sql) => _session.FailsAsync("21000", sql);

    [Fact]
    public async Task A_volatile_expression_is_computed_for_each_copy_of_a_row()
    {
        Assert.Equal("6", await _session.RunAsync("SELECT count(DISTINCT x) FROM (SELECT gen_random_uuid() AS x FROM s) y"));
        Assert.Equal(
            "6", await _session.RunAsync("WITH x AS (SELECT random() AS v FROM s) SELECT count(*) FROM x AS p JOIN x AS q ON p.v = q.v"));
    }

    private async Task AnswersAsync(string sql, string rows)
    {
        Assert.Equal(rows, await _session.RowsAsync(sql));

        // The same as a maintained view, which meets the rows before it and then in changes that cancel.
        await _session.RunAsync($"CREATE MATERIALIZED VIEW answer AS {sql}");
        string[] expected = [.. rows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        Assert.Equal(string.Join(' ', expected), await _session.SortedAsync("SELECT * FROM answer"));
        await _session.RunAsync("INSERT INTO s SELECT k + 1, v FROM s; INSERT INTO r SELECT k - 1, w FROM r; UPDATE t SET b = b + 10");
        await _session.RunAsync("DELETE FROM s; DELETE FROM r; DELETE FROM t");
        await _session.RunAsync("INSERT INTO r VALUES (1, 10), (2, 20), (NULL, 1), (2, 5)");
        await _session.RunAsync("INSERT INTO s VALUES (1, 10), (1, 20), (2, 20), (2, 20), (NULL, 5), (4, NULL)");
        await _session.RunAsync("INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, NULL, NULL), (4, 20, 'y')");
        Assert.Equal(string.Join(' ', expected), await _session.SortedAsync("SELECT * FROM answer"));
    }
}
