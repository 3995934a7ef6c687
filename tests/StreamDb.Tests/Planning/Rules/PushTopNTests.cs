using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class PushTopNTests
{
    [Theory]
    [InlineData(
        "SELECT 1 FROM (SELECT * FROM t LEFT JOIN s ON t.a = s.k ORDER BY t.b LIMIT 3 OFFSET 2) x",
        """
        Project [1 AS ?column?]
          TopN order [b] limit 3 offset 2
            Project [a, b, c, k, v]
              Left Join on (a = k)
                TopN order [b] limit 5 with ties
                  Get t
                Get s
        """)]
    public void A_left_join_is_made_of_the_first_rows_alone(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("topn", sql));

    [Theory]
    [InlineData(
        "SELECT 1 FROM (SELECT * FROM t JOIN s ON t.a = s.k ORDER BY t.b LIMIT 3) x",
        """
        Project [1 AS ?column?]
          TopN order [b] limit 3
            Project [a, b, c, k, v]
              Inner Join on (a = k)
                Get t
                Get s
        """)]
    [InlineData(
        "SELECT 1 FROM (SELECT * FROM t LEFT JOIN s ON t.a = s.k ORDER BY t.b, s.v LIMIT 3) x",
        """
        Project [1 AS ?column?]
          TopN order [b, v] limit 3
            Project [a, b, c, k, v]
              Left Join on (a = k)
                Get t
                Get s
        """)]
    public void Not_when_the_other_side_decides(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("topn", sql));
}
