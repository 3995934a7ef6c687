using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class FoldEmptyTests
{
    [Theory]
    [InlineData(
        "SELECT t.a FROM t JOIN (SELECT * FROM s WHERE false) x ON t.a = x.k",
        """
        Values 
        """)]
    [InlineData(
        "SELECT a FROM t UNION ALL SELECT k FROM s WHERE NULL::boolean",
        """
        Project [a]
          Get t
        """)]
    [InlineData(
        "SELECT k, count(*) FROM s WHERE false GROUP BY k",
        """
        Values 
        """)]
    [InlineData(
        "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM s LIMIT 0)",
        """
        Project [a]
          Get t
        """)]
    public void Nothing_spreads(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("empty", sql));

    [Theory]
    [InlineData(
        "SELECT count(*) FROM s WHERE false",
        """
        Project [count]
          Aggregate by [] compute [count(*)]
            Values 
        """)]
    [InlineData(
        "SELECT t.a, x.v FROM t LEFT JOIN (SELECT * FROM s WHERE false) x ON t.a = x.k",
        """
        Project [a, v]
          Project [a, b, c, NULL AS k, NULL AS v]
            Get t
        """)]
    [InlineData(
        "SELECT a FROM t EXCEPT SELECT k FROM s WHERE false",
        """
        Except
          Project [a]
            Get t
          Values 
        """)]
    public void A_row_of_nothing_is_still_a_row(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("empty", sql));
}
