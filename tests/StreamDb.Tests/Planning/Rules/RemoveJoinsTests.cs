using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class RemoveJoinsTests
{
    [Theory]
    [InlineData(
        "SELECT s.v FROM s LEFT JOIN t ON s.k = t.a",
        """
        Project [v]
          Get s
        """)]
    [InlineData(
        "SELECT count(*) FROM t RIGHT JOIN s ON s.k = t.a AND t.b > 0 WHERE s.v > 1",
        """
        Project [count]
          Aggregate by [] compute [count(*)]
            Filter (v > 1)
              Get s
        """)]
    public void An_outer_join_of_which_nothing_is_read_goes(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("joins", sql));

    [Theory]
    [InlineData(
        "SELECT t.a FROM t LEFT JOIN s ON s.k = t.a",
        """
        Project [a]
          Left Join on (k = a)
            Get t
            Get s
        """)]
    [InlineData(
        "SELECT s.v FROM s JOIN t ON s.k = t.a",
        """
        Project [v]
          Inner Join on (k = a)
            Get s
            Get t
        """)]
    [InlineData(
        "SELECT s.v, t.b FROM s LEFT JOIN t ON s.k = t.a",
        """
        Project [v, b]
          Left Join on (k = a)
            Get s
            Get t
        """)]
    [InlineData(
        "SELECT s.v FROM s LEFT JOIN t ON s.k > t.a",
        """
        Project [v]
          Left Join on (k > a)
            Get s
            Get t
        """)]
    public void It_stays_when_rows_could_repeat_or_go(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("joins", sql));
}
