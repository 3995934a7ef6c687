using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class SimplifyOuterJoinsTests
{
    [Theory]
    [InlineData(
        "SELECT 1 FROM t LEFT JOIN s ON t.a = s.k WHERE s.v > 0",
        """
        Project [1 AS ?column?]
          Filter (v > 0)
            Inner Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM t FULL JOIN s ON t.a = s.k WHERE t.b > 0",
        """
        Project [1 AS ?column?]
          Filter (b > 0)
            Left Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM t FULL JOIN s ON t.a = s.k WHERE t.b > 0 AND s.v IS NOT NULL",
        """
        Project [1 AS ?column?]
          Filter ((b > 0) AND NOT v IS NULL)
            Inner Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM t LEFT JOIN s ON t.a = s.k JOIN r ON s.v = r.w",
        """
        Project [1 AS ?column?]
          Inner Join on (v = w)
            Inner Join on (a = k)
              Get t
              Get s
            Get r
        """)]
    [InlineData(
        "SELECT 1 FROM (SELECT s.v + 1 AS n, count(*) FROM t LEFT JOIN s ON t.a = s.k GROUP BY s.v) x WHERE n = 2",
        """
        Project [1 AS ?column?]
          Filter (n = 2)
            Project [(v + 1) AS n, count]
              Aggregate by [v] compute [count(*)]
                Inner Join on (a = k)
                  Get t
                  Get s
        """)]
    public void A_condition_that_needs_the_other_side_makes_the_join_inner(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("simplify", sql));

    [Theory]
    [InlineData(
        "SELECT 1 FROM t LEFT JOIN s ON t.a = s.k WHERE s.v IS NULL",
        """
        Project [1 AS ?column?]
          Filter v IS NULL
            Left Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM t LEFT JOIN s ON t.a = s.k WHERE coalesce(s.v, 1) > 0",
        """
        Project [1 AS ?column?]
          Filter (coalesce(v, 1) > 0)
            Left Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM t LEFT JOIN s ON t.a = s.k WHERE s.v > 0 OR t.b = 1",
        """
        Project [1 AS ?column?]
          Filter ((v > 0) OR (b = 1))
            Left Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT 1 FROM r LEFT JOIN (t LEFT JOIN s ON t.a = s.k) ON r.k = t.a WHERE r.w > 0",
        """
        Project [1 AS ?column?]
          Filter (w > 0)
            Left Join on (k = a)
              Get r
              Left Join on (a = k)
                Get t
                Get s
        """)]
    [InlineData(
        "SELECT 1 FROM (SELECT s.v FROM t LEFT JOIN s ON t.a = s.k ORDER BY t.b LIMIT 3) x WHERE v > 0",
        """
        Project [1 AS ?column?]
          Filter (v > 0)
            Project [v]
              TopN order [order] limit 3
                Project [v, b AS order]
                  Left Join on (a = k)
                    Get t
                    Get s
        """)]
    public void Rows_without_a_partner_stay_where_they_may_be_wanted(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("simplify", sql));
}
