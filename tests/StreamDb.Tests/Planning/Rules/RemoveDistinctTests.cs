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
}
