using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class ShareSubplansTests
{
    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE b > 1 UNION ALL SELECT a FROM t WHERE b > 1",
        """
        Union All
          Project [a]  (shared 1)
            Filter (b > 1)
              Get t
          Shared 1
        """)]
    public void Equal_parts_are_computed_once(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("share", sql));

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE b > 1 UNION ALL SELECT a FROM t WHERE b > 2",
        """
        Union All
          Project [a]
            Filter (b > 1)
              Get t
          Project [a]
            Filter (b > 2)
              Get t
        """)]
    [InlineData(
        "SELECT random() FROM s UNION ALL SELECT random() FROM s",
        """
        Union All
          Project [random() AS random]
            Get s
          Project [random() AS random]
            Get s
        """)]
    public void Parts_that_differ_or_draw_lots_stay_apart(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("share", sql));
}
