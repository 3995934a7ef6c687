using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class ExtremeRowsTests
{
    private const string Greatest = "(SELECT k, max(v) AS most FROM s GROUP BY k)";

    [Theory]
    [InlineData(
        $"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.v = a.most",
        """
        TopN by [k] order [v DESC] limit 1 with ties
          Filter (NOT k IS NULL AND NOT v IS NULL)
            Get s
        """)]
    [InlineData(
        $"SELECT a.most, a.k FROM {Greatest} a, s WHERE s.k = a.k AND a.most = s.v",
        """
        Project [v AS most, k]
          TopN by [k] order [v DESC] limit 1 with ties
            Filter (NOT k IS NULL AND NOT v IS NULL)
              Get s
        """)]
    [InlineData(
        "SELECT s.k FROM s JOIN (SELECT k, min(v) AS least FROM s GROUP BY k) a ON s.k IS NOT DISTINCT FROM a.k AND s.v = a.least",
        """
        Project [k]
          TopN by [k] order [v] limit 1 with ties
            Filter NOT v IS NULL
              Get s
        """)]
    [InlineData(
        "SELECT * FROM t WHERE b = (SELECT max(b) FROM t)",
        """
        TopN order [b DESC] limit 1 with ties
          Filter NOT b IS NULL
            Get t
        """)]
    [InlineData(
        "SELECT a FROM t WHERE b = (SELECT max(b) FROM t u WHERE u.c = t.c)",
        """
        Project [a]
          TopN by [c] order [b DESC] limit 1 with ties
            Filter (NOT c IS NULL AND NOT b IS NULL)
              Get t
        """)]
    [InlineData(
        "SELECT * FROM s WHERE (k, v) IN (SELECT k, max(v) FROM s GROUP BY k)",
        """
        TopN by [k] order [v DESC] limit 1 with ties
          Filter (NOT k IS NULL AND NOT v IS NULL)
            Get s
        """)]
    [InlineData(
        "SELECT s.v FROM s JOIN (SELECT k / 10 AS w, max(v) AS most FROM s GROUP BY k / 10) a ON s.k / 10 = a.w AND s.v = a.most",
        """
        Project [v]
          TopN by [key1] order [v DESC] limit 1 with ties
            Filter (NOT key1 IS NULL AND NOT v IS NULL)
              Project [v, (k / 10) AS key1]
                Get s
        """)]
    [InlineData(
        "WITH n AS (SELECT k, v, count(*) AS seen FROM s GROUP BY k, v)"
        + " SELECT n.k, n.v FROM n JOIN (SELECT k, max(seen) AS most FROM n GROUP BY k) a ON n.k = a.k AND n.seen = a.most",
        """
        Project [k, v]
          TopN by [k] order [seen DESC] limit 1 with ties
            Filter NOT k IS NULL
              Project [k, v, count AS seen]
                Aggregate by [k, v] compute [count(*)]
                  Get s
        """)]
    [InlineData(
        "SELECT s.k FROM s JOIN (SELECT k, max(v) AS most FROM s WHERE v > 3 GROUP BY k) a ON s.k = a.k AND s.v = a.most WHERE s.k < 7 AND s.v > 3",
        """
        Project [k]
          TopN by [k] order [v DESC] limit 1 with ties
            Filter (NOT k IS NULL AND NOT v IS NULL)
              Filter ((k < 7) AND (v > 3))
                Get s
        """)]
    [InlineData(
        "SELECT s.k FROM s JOIN (SELECT k, max(v) AS most FROM s GROUP BY k HAVING max(v) > 3) a ON s.k = a.k AND s.v = a.most",
        """
        Project [k]
          Filter (v > 3)
            TopN by [k] order [v DESC] limit 1 with ties
              Filter (NOT k IS NULL AND NOT v IS NULL)
                Get s
        """)]
    [InlineData(
        $"SELECT s.k FROM s JOIN {Greatest} a ON s.k = a.k AND s.v = a.most AND s.v > a.k",
        """
        Project [k]
          Filter (v > k)
            TopN by [k] order [v DESC] limit 1 with ties
              Filter (NOT k IS NULL AND NOT v IS NULL)
                Get s
        """)]
    [InlineData(
        "SELECT m.g, m.n FROM m JOIN (SELECT g, max(n) AS most FROM m GROUP BY g) a ON m.g = a.g AND m.n = a.most",
        """
        TopN by [g] order [n DESC] limit 1 with ties
          Filter (NOT g IS NULL AND NOT n IS NULL)
            Project [g, n]
              Get m
        """)]
    [InlineData(
        "SELECT s.k FROM s JOIN (SELECT k, max(v) AS most, count(*) AS n FROM s GROUP BY k) a ON s.k = a.k AND s.v = a.most",
        """
        Project [k]
          TopN by [k] order [v DESC] limit 1 with ties
            Filter (NOT k IS NULL AND NOT v IS NULL)
              Get s
        """)]
    public void Rows_of_the_extreme_are_a_top_1_with_ties(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("optimize view", sql));

    [Theory]

    // Of other rows.
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(w) AS most FROM r GROUP BY k) a ON s.k = a.k AND s.v = a.most")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(v) AS most FROM s WHERE v < 9 GROUP BY k) a ON s.k = a.k AND s.v = a.most")]
    [InlineData($"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.v = a.most WHERE s.v < 9 OR s.k = 1")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(v) FILTER (WHERE v < 9) AS most FROM s GROUP BY k) a ON s.k = a.k AND s.v = a.most")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(v) AS most FROM s GROUP BY k HAVING count(*) > 1) a ON s.k = a.k AND s.v = a.most")]

    // Of other groups, or not the extreme.
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, v % 2 AS odd, max(v) AS most FROM s GROUP BY k, v % 2) a ON s.k = a.k AND s.v = a.most")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k / 10 AS w, max(v) AS most FROM s GROUP BY k / 10) a ON s.k = a.w AND s.v = a.most")]
    [InlineData($"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.k = a.most")]
    [InlineData($"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.v < a.most")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, sum(v) AS most FROM s GROUP BY k) a ON s.k = a.k AND s.v = a.most")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(v + 1) AS most FROM s GROUP BY k) a ON s.k = a.k AND s.v = a.most")]

    // NULL equals NULL: where there is no value, all rows of the group are wanted.
    [InlineData($"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.v IS NOT DISTINCT FROM a.most")]

    // Rows without a partner are shown, or alone.
    [InlineData($"SELECT s.*, a.most FROM s LEFT JOIN {Greatest} a ON s.k = a.k AND s.v = a.most")]
    [InlineData($"SELECT a.*, s.v FROM s RIGHT JOIN {Greatest} a ON s.k = a.k AND s.v = a.most")]
    [InlineData("SELECT * FROM s WHERE (k, v) NOT IN (SELECT k, max(v) FROM s GROUP BY k)")]

    // More is read of the group.
    [InlineData("SELECT s.*, a.n FROM s JOIN (SELECT k, max(v) AS most, count(*) AS n FROM s GROUP BY k) a ON s.k = a.k AND s.v = a.most")]

    // 1.0 and 1.00, 0 and -0 are equal, and not the same.
    [InlineData("SELECT m.g, a.most FROM m JOIN (SELECT g, max(n) AS most FROM m GROUP BY g) a ON m.g = a.g AND m.n = a.most")]
    [InlineData("SELECT m.g, a.most FROM m JOIN (SELECT g, max(f) AS most FROM m GROUP BY g) a ON m.g = a.g AND m.f = a.most")]
    [InlineData("SELECT m.g FROM m JOIN (SELECT g, max(n) AS most FROM m GROUP BY g) a ON m.g = a.g AND m.n = a.most AND a.most::text > '1'")]
    [InlineData("SELECT a.n FROM m JOIN (SELECT n, max(g) AS most FROM m GROUP BY n) a ON m.n = a.n AND m.g = a.most")]

    // What changes with the time, or at each look.
    [InlineData(
        "SELECT e.day FROM e JOIN (SELECT day, max(late) AS most FROM e WHERE at > now() GROUP BY day) a ON e.day = a.day AND e.late = a.most WHERE e.at > now()")]
    [InlineData("SELECT s.* FROM s JOIN (SELECT k, max(v) AS most FROM s WHERE random() < 0.5 GROUP BY k) a ON s.k = a.k AND s.v = a.most WHERE random() < 0.5")]

    // Recursion.
    [InlineData(
        "WITH MUTUALLY RECURSIVE x (k int, v int) AS (SELECT k, v FROM s UNION SELECT x.k, x.v + 1 FROM x JOIN"
        + " (SELECT k, max(v) AS most FROM x GROUP BY k) a ON x.k = a.k AND x.v = a.most WHERE x.v < 9) SELECT * FROM x")]
    public void Other_joins_stay(string sql) =>
        Assert.DoesNotContain("TopN", RuleFixture.After("optimize view", sql), StringComparison.Ordinal);

    [Fact]
    public void A_query_that_runs_once_streams_past_a_join() => Assert.DoesNotContain(
        "TopN", RuleFixture.After("optimize", $"SELECT s.* FROM s JOIN {Greatest} a ON s.k = a.k AND s.v = a.most"), StringComparison.Ordinal);
}
