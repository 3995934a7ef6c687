using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class RankFiltersTests
{
    private const string Numbered = "(SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v) AS n FROM s) x";

    private const string Ranked = "(SELECT k, v, rank() OVER (PARTITION BY k ORDER BY v) AS n FROM s) x";

    private const string Dense = "(SELECT k, v, dense_rank() OVER (ORDER BY v) AS n FROM s) x";

    [Theory]
    [InlineData("n <= 3", "limit 3", "")]
    [InlineData("n < 3", "limit 2", "")]
    [InlineData("3 >= n", "limit 3", "")]
    [InlineData("3 > n", "limit 2", "")]
    [InlineData("n = 1", "limit 1", "")]
    [InlineData("n <= 0", "limit 0", "")]
    [InlineData("n = 4", "limit 4", "Filter (row_number = 4)")]
    [InlineData("n BETWEEN 2 AND 3", "limit 3", "Filter (row_number >= 2)")]
    [InlineData("n <= 3 AND v > k", "limit 3", "Filter (v > k)")]
    [InlineData("n <= 3 AND k = 7", "limit 3", "Filter (k = 7)")]
    public void A_bounded_row_number_is_a_top_n(string condition, string limit, string rest)
    {
        string after = After($"SELECT * FROM {Numbered} WHERE {condition}");
        Assert.Contains($"TopN by [k] order [v] {limit}\n", after, StringComparison.Ordinal);
        Assert.Equal(rest.Length > 0, after.Contains("Filter", StringComparison.Ordinal));
        Assert.Contains(rest, after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ranked, "n <= 3")]
    [InlineData(Ranked, "n = 1")]
    [InlineData(Dense, "n = 1")]
    [InlineData(Dense, "n < 2")]
    public void A_bounded_rank_takes_ties_along(string from, string condition) =>
        Assert.Contains("with ties", After($"SELECT * FROM {from} WHERE {condition}"), StringComparison.Ordinal);

    [Theory]
    [InlineData(Numbered, "n <= 3 OR v = 1")]
    [InlineData(Numbered, "n > 3")]
    [InlineData(Numbered, "n <> 1")]
    [InlineData(Numbered, "n <= k")]
    [InlineData(Numbered, "n + 1 <= 3")]
    [InlineData(Numbered, "n <= 100000")]
    [InlineData(Numbered, "v <= 3")]
    [InlineData(Dense, "n <= 2")]
    [InlineData("(SELECT v, count(*) OVER (ORDER BY v) AS n FROM s) x", "n <= 2")]
    [InlineData("(SELECT v, ntile(4) OVER (ORDER BY v) AS n FROM s) x", "n <= 2")]
    public void Other_conditions_leave_the_window_alone(string from, string condition) =>
        Assert.DoesNotContain("TopN", After($"SELECT * FROM {from} WHERE {condition}"), StringComparison.Ordinal);

    [Fact]
    public void Other_calls_see_all_rows()
    {
        string after = After(
            "SELECT * FROM (SELECT v, row_number() OVER (PARTITION BY k ORDER BY v) AS n, count(*) OVER (PARTITION BY k) AS c FROM s) x WHERE n <= 3");
        int topN = after.IndexOf("TopN", StringComparison.Ordinal);
        Assert.True(topN > after.IndexOf("row_number() OVER", StringComparison.Ordinal));
        Assert.True(topN < after.IndexOf("count(*) OVER", StringComparison.Ordinal));
    }

    [Fact]
    public void A_window_with_other_readers_stays()
    {
        string after = After($"WITH w AS (SELECT * FROM {Numbered}) SELECT a.v FROM w a JOIN w b ON a.k = b.k WHERE a.n <= 3 AND b.n <= 2");
        Assert.DoesNotContain("TopN", after, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_nobody_reads_are_not_computed()
    {
        string plan = RuleFixture.Run("lower", $"SELECT k, v FROM {Numbered} WHERE n <= 3");
        Assert.Contains("TopN by [k] order [v] limit 3", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Window", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_on_partition_columns_pass_below()
    {
        string plan = RuleFixture.Run("lower", $"SELECT * FROM {Numbered} WHERE k = 7 AND v = 2");
        Assert.True(plan.IndexOf("(v = 2)", StringComparison.Ordinal) < plan.IndexOf("Window", StringComparison.Ordinal));
        Assert.True(plan.IndexOf("(k = 7)", StringComparison.Ordinal) > plan.IndexOf("Window", StringComparison.Ordinal));
    }

    private static string After(string sql) => RuleFixture.Run("rank", sql).Split("\n=>\n")[1] + "\n";
}
