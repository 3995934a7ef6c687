using StreamDb.Planning.Explain;
using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class PushExtremesTests
{
    [Theory]
    [InlineData(
        "SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c",
        """
        Project [c, max]
          Aggregate by [c] compute [max(max)]
            Inner Join on (a = k)
              Get t
              Aggregate by [k] compute [max(v)]
                Get s
        """)]
    [InlineData(
        "SELECT max(s.v), min(r.w) FROM s JOIN r ON s.k = r.k",
        """
        Project [max, min]
          Aggregate by [] compute [max(max), min(min)]
            Inner Join on (k = k)
              Aggregate by [k] compute [max(v)]
                Get s
              Aggregate by [k] compute [min(w)]
                Get r
        """)]
    [InlineData(
        "SELECT t.c, max(x.m) FROM t JOIN (SELECT k, v + k AS m FROM s) x ON t.a = x.k GROUP BY t.c HAVING max(x.m) > 3",
        """
        Project [c, max]
          Filter (max > 3)
            Aggregate by [c] compute [max(max)]
              Inner Join on (a = k)
                Get t
                Aggregate by [k] compute [max(m)]
                  Project [k, (v + k) AS m]
                    Get s
        """)]
    [InlineData(
        "SELECT s.k, max(s.v), count(DISTINCT r.w) FROM s JOIN r ON s.k = r.k GROUP BY s.k",
        """
        Project [k, max, count]
          Aggregate by [k] compute [max(max), count(DISTINCT w)]
            Inner Join on (k = k)
              Aggregate by [k] compute [max(v)]
                Get s
              Get r
        """)]
    public void A_side_of_which_extremes_are_asked_is_grouped_by_what_joins_it(string sql, string plan) => Check(sql, plan);

    [Theory]
    [InlineData(
        "SELECT t.a, t.c, max(s.v), min(s.v) FILTER (WHERE s.v > 5), bool_or(s.v > 3) FROM t JOIN s ON t.a = s.k GROUP BY t.a, t.c",
        """
        Project [a, c, max, min, bool_or]
          Project [a, c, max, min, bool_or]
            Inner Join on (a = k)
              Get t
              Aggregate by [k] compute [max(v), min(v) FILTER ((v > 5)), bool_or((v > 3))]
                Get s
        """)]
    [InlineData(
        "SELECT t.a, max(s.v) FROM t LEFT JOIN s ON t.a = s.k GROUP BY t.a",
        """
        Project [a, max]
          Project [a, max]
            Left Join on (a = k)
              Get t
              Aggregate by [k] compute [max(v)]
                Get s
        """)]
    [InlineData(
        "SELECT s.k, max(s.v) FROM s WHERE EXISTS (SELECT 1 FROM r WHERE r.k = s.k) GROUP BY s.k",
        """
        Project [k, max]
          Project [k, max]
            Semi Join on (k = k)
              Aggregate by [k] compute [max(v)]
                Get s
              Get r
        """)]
    public void The_aggregation_above_goes_when_its_groups_have_one_row(string sql, string plan) => Check(sql, plan);

    [Theory]
    [InlineData(
        "SELECT s.k, s.v, max(r.w) FILTER (WHERE s.v > 3) FROM s JOIN r ON s.k = r.k GROUP BY s.k, s.v",
        """
        Project [k, v, max]
          Aggregate by [k, v] compute [max(max) FILTER ((v > 3))]
            Inner Join on (k = k)
              Get s
              Aggregate by [k] compute [max(w)]
                Get r
        """)]
    public void A_filter_over_the_other_side_stays_above(string sql, string plan) => Check(sql, plan);

    [Theory]
    [InlineData(
        "SELECT max(s.v) FROM s LEFT JOIN (SELECT * FROM r WHERE w > 3) x ON s.k = x.k GROUP BY x.w",
        """
        Project [max]
          Aggregate by [w] compute [max(max)]
            Left Join on (k = k)
              Aggregate by [k] compute [max(v)]
                Get s
              Project [k, w]
                Filter (w > 3)
                  Get r
        """)]
    [InlineData(
        "SELECT max(s.v), min(r.w) FROM s FULL JOIN r ON s.k = r.k",
        """
        Project [max, min]
          Aggregate by [] compute [max(max), min(min)]
            Full Join on (k = k)
              Aggregate by [k] compute [max(v)]
                Get s
              Aggregate by [k] compute [min(w)]
                Get r
        """)]
    public void Sides_of_outer_joins_are_grouped_too(string sql, string plan) => Check(sql, plan);

    [Theory]
    [InlineData(
        "SELECT DISTINCT t.a, t.c, s.v FROM t JOIN s ON t.a = s.k",
        """
        Project [a, c, v]
          Inner Join on (a = k)
            Get t
            Distinct
              Project [k, v]
                Get s
        """)]
    [InlineData(
        "SELECT s.k, s.v, r.w FROM s JOIN r ON s.k = r.k GROUP BY s.k, s.v, r.w",
        """
        Project [k, v, w]
          Project [k, v, w]
            Inner Join on (k = k)
              Distinct
                Project [k, v]
                  Get s
              Distinct
                Project [k, w]
                  Get r
        """)]
    public void A_side_is_made_distinct_where_the_distinct_above_then_goes(string sql, string plan) => Check(sql, plan);

    [Theory]
    [InlineData("SELECT t.c, max(s.v), count(*) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, sum(s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, bit_xor(s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, count(DISTINCT s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, string_agg(DISTINCT s.v::text, ',') FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    public void Not_when_rows_are_counted_or_values_collected(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("SELECT t.c, max(s.v + t.b) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FILTER (WHERE s.v > t.b) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k AND s.v > t.b GROUP BY t.c")]
    [InlineData("SELECT max(x.v) FROM (SELECT s.v, r.w FROM s LEFT JOIN r ON s.k = r.k) x WHERE x.w IS NULL OR x.v > x.w")]
    [InlineData("SELECT max(s.v) FROM t JOIN s ON t.a > s.k")]
    [InlineData("SELECT max(s.v) FROM t, s")]
    public void Not_when_the_sides_are_read_together(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("SELECT t.c, max(10 / s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FILTER (WHERE 10 / s.v > 1) FROM t JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, bool_or(s.v > 0) FROM t LEFT JOIN s ON t.a = s.k GROUP BY t.c")]
    [InlineData("SELECT t.c, max(coalesce(s.v, 0)) FROM t LEFT JOIN s ON t.a = s.k GROUP BY t.c")]
    public void Not_expressions_that_can_fail_or_see_what_is_filled_up(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("SELECT t.b, max(t.c) FROM t JOIN s ON t.a = s.k GROUP BY t.b")]
    [InlineData("SELECT s.v, max(s.k + s.v) FROM s JOIN t ON t.a = s.k GROUP BY s.v")]
    [InlineData("SELECT max(x.n) FROM (SELECT k, max(v) AS n FROM s GROUP BY k) x JOIN r ON x.k = r.k GROUP BY r.w")]
    [InlineData("SELECT DISTINCT t.c, s.v FROM t JOIN s ON t.a = s.k")]
    [InlineData("SELECT r.w, s.v, max(s.k) FROM s JOIN r ON s.k = r.k GROUP BY r.w, s.v")]
    public void Not_when_groups_may_be_as_fine_as_rows(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k WHERE t.b > 3 GROUP BY t.c")]
    [InlineData("SELECT max(s.v) FROM t LEFT JOIN s ON t.a = s.k WHERE t.b > 3")]
    [InlineData("SELECT s.k, max(s.v) FROM s WHERE EXISTS (SELECT 1 FROM r WHERE r.k = s.k AND r.w > 3) GROUP BY s.k")]
    public void Not_when_the_other_side_is_thinned_out(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("WITH x AS (SELECT s.k, s.v, t.c FROM s JOIN t ON t.a = s.k) SELECT max(v) FROM x GROUP BY c UNION ALL SELECT count(*) FROM x")]
    [InlineData("SELECT t.c, max(x.v) FROM (SELECT k::numeric AS n, v FROM s) x JOIN t ON t.a::numeric = x.n GROUP BY t.c")]
    public void Not_when_the_join_is_there_anyway_or_equal_keys_may_differ(string sql) => CheckNot(sql);

    [Theory]
    [InlineData("SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k AND now() > to_timestamp(s.k + t.a) GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FROM t LEFT JOIN s ON t.a = s.k AND to_timestamp(s.k + t.a) > now() GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FROM t LEFT JOIN s ON t.a = s.k AND random() > 0.5 GROUP BY t.c")]
    [InlineData("SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k AND random() > 0.5 GROUP BY t.c")]
    public void Not_under_conditions_that_change_with_the_time_or_by_chance(string sql) => CheckNot(sql);

    [Fact]
    public void Not_over_the_tables_of_a_recursion() =>
        CheckNot(
            "WITH MUTUALLY RECURSIVE x (k int, v int) AS (SELECT k, v FROM s UNION SELECT r.w, max(x.v) FROM x JOIN r ON r.k = x.k GROUP BY r.w) SELECT * FROM x");

    [Fact]
    public void Not_where_indexes_keep_the_rows()
    {
        const string Two = "SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c";
        Assert.Contains("Reduce by [k]", PlanPrinter.Print(RuleFixture.LowerView(Two)), StringComparison.Ordinal);
        Assert.DoesNotContain("Reduce by [k]", PlanPrinter.Print(RuleFixture.LowerView(Two, (16385, 0))), StringComparison.Ordinal);

        const string Three = "SELECT t.c, max(s.v), max(r.w) FROM t JOIN s ON t.a = s.k JOIN r ON t.a = r.k GROUP BY t.c";
        Assert.Contains("Reduce by [k]", PlanPrinter.Print(RuleFixture.LowerView(Three)), StringComparison.Ordinal);
        Assert.Contains("Delta Join", PlanPrinter.Print(RuleFixture.LowerView(Three, (16384, 0), (16385, 0), (16386, 0))), StringComparison.Ordinal);
    }

    [Fact]
    public void Not_in_a_query_that_runs_once() => Assert.DoesNotContain(
        "Aggregate by [k]", RuleFixture.After("optimize", "SELECT t.c, max(s.v) FROM t JOIN s ON t.a = s.k GROUP BY t.c"), StringComparison.Ordinal);

    private static void Check(string sql, string plan) => Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("extremes", sql));

    private static void CheckNot(string sql) => Assert.Equal(RuleFixture.After("decorrelated", sql), RuleFixture.After("extremes", sql));
}
