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

    [Theory]
    [InlineData(
        "SELECT DISTINCT s.v, r.k FROM s JOIN r ON s.k = r.k",
        """
        Distinct
          Project [v, k]
            Semi Join on (k = k)
              Get s
              Get r
        """)]
    [InlineData(
        "SELECT max(r.w) FROM s JOIN r ON s.k = r.k WHERE r.w > 3",
        """
        Project [max]
          Aggregate by [] compute [max(w)]
            Filter (w > 3)
              Semi Join on (k = k)
                Get r
                Get s
        """)]
    [InlineData(
        "SELECT max(s.v) FROM s, r",
        """
        Project [max]
          Aggregate by [] compute [max(v)]
            Semi Join on t
              Get s
              Get r
        """)]
    [InlineData(
        "SELECT max(s.v) FROM s LEFT JOIN r ON s.k = r.k AND s.v > r.w",
        """
        Project [max]
          Aggregate by [] compute [max(v)]
            Get s
        """)]
    [InlineData(
        "SELECT k, every(big) FROM (SELECT s.k, s.v > 10 AS big FROM s JOIN r ON s.k = r.k) x GROUP BY k",
        """
        Project [k, bool_and AS every]
          Aggregate by [k] compute [bool_and(big)]
            Project [k, (v > 10) AS big]
              Semi Join on (k = k)
                Get s
                Get r
        """)]
    public void Where_duplicates_do_not_matter_a_join_of_which_nothing_is_read_looks_for_partners_at_most(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("joins", sql));

    [Theory]
    [InlineData("SELECT max(s.v) FROM s JOIN t ON t.a = s.k")]
    [InlineData("SELECT max(s.v) FROM s JOIN r ON s.k = r.k AND s.v > r.w")]
    [InlineData("SELECT max(s.v), count(*) FROM s JOIN r ON s.k = r.k")]
    [InlineData("SELECT max(s.v) FROM s JOIN r ON s.k = r.k GROUP BY r.w")]
    [InlineData("SELECT DISTINCT * FROM s JOIN r ON s.k = r.k")]
    [InlineData("WITH MUTUALLY RECURSIVE x (k int) AS (SELECT k FROM s UNION SELECT DISTINCT r.w FROM r JOIN x ON r.k = x.k) SELECT * FROM x")]
    public void It_stays_when_more_is_asked_of_it_or_there_are_no_duplicates_to_save(string sql) =>
        Assert.DoesNotContain("Semi Join", RuleFixture.After("joins", sql), StringComparison.Ordinal);
}
