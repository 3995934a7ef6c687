using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class MergeProjectsTests
{
    [Theory]
    [InlineData(
        "SELECT x + 1 FROM (SELECT k + v AS x FROM s) y",
        """
        Project [(x + 1) AS ?column?]
          Project [(k + v) AS x]
            Get s
        =>
        Project [((k + v) + 1) AS ?column?]
          Get s
        """)]
    public void Two_projections_become_one(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("merge", sql));

    [Theory]
    [InlineData(
        "SELECT k, v FROM s",
        """
        Project [k, v]
          Get s
        =>
        Get s
        """)]
    public void A_projection_of_every_column_disappears(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("merge", sql));

    [Theory]
    [InlineData(
        "SELECT x + x FROM (SELECT k + v AS x FROM s) y",
        """
        Project [(x + x) AS ?column?]
          Project [(k + v) AS x]
            Get s
        =>
        Project [(x + x) AS ?column?]
          Project [(k + v) AS x]
            Get s
        """)]
    public void What_is_read_twice_is_computed_once(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("merge", sql));

    [Theory]
    [InlineData(
        "WITH x AS (SELECT k, v FROM (SELECT k + 1 AS k, v FROM s) z) SELECT k FROM x UNION ALL SELECT v FROM x",
        """
        Union All
          Project [k]
            Project [k, v]  (shared 1)
              Project [(k + 1) AS k, v]
                Get s
          Project [v]
            Shared 1
        =>
        Union All
          Project [k]
            Project [(k + 1) AS k, v]  (shared 1)
              Get s
          Project [v]
            Shared 1
        """)]
    public void A_shared_projection_stays(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("merge", sql));
}
