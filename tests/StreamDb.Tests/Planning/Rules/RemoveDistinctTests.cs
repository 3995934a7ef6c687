using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class RemoveDistinctTests
{
    [Theory]
    [InlineData(
        "SELECT DISTINCT a, c FROM t",
        """
        Project [a, c]
          Get t
        """)]
    [InlineData(
        "SELECT DISTINCT k, n FROM (SELECT k, count(*) AS n FROM s GROUP BY k) x",
        """
        Project [k, n]
          Project [k, count AS n]
            Aggregate by [k] compute [count(*)]
              Get s
        """)]
    [InlineData(
        "SELECT DISTINCT t.a, t.b FROM r LEFT JOIN t ON r.k = t.a",
        """
        Distinct
          Project [a, b]
            Left Join on (k = a)
              Get r
              Get t
        """)]
    [InlineData(
        "SELECT a, b FROM t GROUP BY a, b",
        """
        Project [a, b]
          Project [a, b]
            Get t
        """)]
    public void Rows_that_differ_anyway_need_no_distinct(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("distinct", sql));

    [Theory]
    [InlineData(
        "SELECT DISTINCT c FROM t",
        """
        Distinct
          Project [c]
            Get t
        """)]
    [InlineData(
        "SELECT DISTINCT t.a FROM t JOIN s ON t.a = s.k",
        """
        Distinct
          Project [a]
            Inner Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT DISTINCT (a % 2) FROM t",
        """
        Distinct
          Project [(a % 2) AS ?column?]
            Get t
        """)]
    public void Rows_that_may_repeat_keep_it(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("distinct", sql));

    [Theory]
    [InlineData(
        "SELECT max(v) FROM (SELECT DISTINCT k, v FROM s) x",
        """
        Project [max]
          Aggregate by [] compute [max(v)]
            Project [k, v]
              Get s
        """)]
    [InlineData(
        "SELECT k, max(v) FROM (SELECT k, v FROM s UNION SELECT k, w FROM r) x WHERE k > 3 GROUP BY k",
        """
        Project [k, max]
          Aggregate by [k] compute [max(v)]
            Filter (k > 3)
              Union All
                Project [k, v]
                  Get s
                Project [k, w]
                  Get r
        """)]
    [InlineData(
        "SELECT DISTINCT k FROM (SELECT k, v FROM s GROUP BY k, v) x",
        """
        Distinct
          Project [k]
            Project [k, v]
              Project [k, v]
                Get s
        """)]
    [InlineData(
        "SELECT max(n) FROM (SELECT DISTINCT v::numeric AS n FROM s) x",
        """
        Project [max]
          Aggregate by [] compute [max(n)]
            Project [v::numeric AS n]
              Get s
        """)]
    public void Below_what_duplicates_do_not_matter_to_it_goes(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("distinct", sql));

    [Theory]
    [InlineData(
        "SELECT count(v) FROM (SELECT DISTINCT k, v FROM s) x",
        """
        Project [count]
          Aggregate by [] compute [count(v)]
            Distinct
              Project [k, v]
                Get s
        """)]
    [InlineData(
        "SELECT count(DISTINCT n::text) FROM (SELECT DISTINCT v::numeric AS n FROM s) x",
        """
        Project [count]
          Aggregate by [] compute [count(DISTINCT n::text)]
            Distinct
              Project [v::numeric AS n]
                Get s
        """)]
    [InlineData(
        "WITH x AS (SELECT DISTINCT k, v FROM s) SELECT max(v) FROM x UNION ALL SELECT sum(v) FROM x",
        """
        Union All
          Project [max::bigint AS max]
            Aggregate by [] compute [max(v)]
              Distinct  (shared 1)
                Project [k, v]
                  Get s
          Project [sum]
            Aggregate by [] compute [sum(v)]
              Shared 1
        """)]
    public void Below_what_counts_rows_or_tells_equal_values_apart_it_stays(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("distinct", sql));
}
