using StreamDb.Planning.Explain;
using StreamDb.Planning.Physical;
using StreamDb.Tests.Planning.Rules;
using Xunit;

namespace StreamDb.Tests.Planning.Physical;

/// <summary>Which joins of three and more relations keep nothing, and which do not.</summary>
public class DeltaJoinsTests
{
    private const uint T = 16384;
    private const uint S = 16385;
    private const uint R = 16386;

    private static readonly (uint, int)[] _all = [(T, 0), (T, 1), (S, 0), (R, 0)];

    [Fact]
    public void Each_relation_finds_its_way_by_the_indexes() => Assert.Equal(
        """
        Map [v, w, c]
          Delta Join
              from s where (v > 3), t on a = k, r on k = k
              from t, s on k = a where (v > 3), r on k = k
              from r, t on a = k, s on k = a where (v > 3)
            Get s
            Get t
            Get r
        """.ReplaceLineEndings("\n"),
        Plan("SELECT s.v, r.w, t.c FROM s JOIN t ON s.k = t.a JOIN r ON t.a = r.k WHERE s.v > 3", _all));

    [Fact]
    public void Equalities_that_no_lookup_ensures_are_asked() =>
        Assert.Contains("where", Plan("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON r.k = t.b AND r.w = s.v", _all), StringComparison.Ordinal);

    /// <summary>As t.c = t.c, which is not true of NULL: no lookup ensures what a column is equal to itself by.</summary>
    [Fact]
    public void A_column_that_equals_itself_is_asked_about_on_every_way() => Assert.Equal(
        4, Plan("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.a = r.k WHERE t.c = t.c", _all).Split("(c = c)").Length);

    [Fact]
    public void Filters_and_chosen_columns_do_not_stand_in_the_way_and_what_can_fail_comes_last()
    {
        string plan = Plan("SELECT s.v FROM (SELECT k, v FROM s WHERE v > 1) s JOIN t ON s.k = t.a JOIN r ON t.b = r.k WHERE 10 / r.w > 1", _all);
        Assert.StartsWith("Map [v] where ((10 / w) > 1)\n  Delta Join\n      from s where (v > 1), ", plan, StringComparison.Ordinal);
        Assert.Equal(2, plan.Split("/").Length);
    }

    [Theory]
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a")] // Two relations.
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b = r.w")] // No index of r by w.
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a LEFT JOIN r ON t.b = r.k")] // Two inner, one outer.
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b + 1 = r.k")] // By what is computed.
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b IS NOT DISTINCT FROM r.k")] // NULLs match.
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN (SELECT k FROM r GROUP BY k) r ON t.b = r.k")] // More than a filter between.
    [InlineData("SELECT s.v FROM s JOIN s s2 ON s.k = s2.k JOIN s s3 ON s.k = s3.k")] // One relation three times.
    public void Otherwise_two_are_joined_at_a_time(string sql) =>
        Assert.DoesNotContain("Delta", Plan(sql, _all), StringComparison.Ordinal);

    [Fact]
    public void A_join_that_others_read_is_made_once() => Assert.DoesNotContain(
        "Delta",
        Plan("WITH j AS (SELECT s.k, t.b FROM s JOIN t ON s.k = t.a) SELECT x.k FROM j x JOIN r ON x.b = r.k UNION ALL SELECT k FROM j", _all),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT a.v, b.v FROM s a JOIN t ON a.k = t.a JOIN s b ON b.k = t.b")]
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b = r.k WHERE t.a IN (SELECT v FROM s)")]
    [InlineData("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b = r.k JOIN e ON e.late = 'today'")] // Nothing leads to the fourth.
    public void It_may_be_part_of_more(string sql) => Assert.Contains("Delta", Plan(sql, _all), StringComparison.Ordinal);

    [Fact]
    public void An_ad_hoc_query_has_no_indexes_to_read() => Assert.DoesNotContain(
        "Delta",
        PlanPrinter.Print(Lowering.LowerQuery(RuleFixture.Optimize(RuleFixture.Bind("SELECT s.v FROM s JOIN t ON s.k = t.a JOIN r ON t.b = r.k")), null)),
        StringComparison.Ordinal);

    private static string Plan(string sql, params (uint Table, int Column)[] indexes) =>
        PlanPrinter.Print(RuleFixture.LowerView(sql, indexes)).ReplaceLineEndings("\n");
}
