using StreamDb.Planning.Explain;
using StreamDb.Planning.Physical;
using StreamDb.Tests.Planning.Rules;
using Xunit;
using SqlException = StreamDb.Core.Errors.SqlException;

namespace StreamDb.Tests.Planning.Physical;

public class LoweringTests
{
    [Theory]
    [InlineData("SELECT k, v FROM s WHERE v > random()")]
    [InlineData("SELECT k, random() AS x FROM s")]
    [InlineData("SELECT gen_random_uuid() AS x FROM s")]
    [InlineData("SELECT count(*) FILTER (WHERE v > random()) FROM s")]
    [InlineData("SELECT at FROM e WHERE at > clock_timestamp()")]
    [InlineData("SELECT at FROM e WHERE at > statement_timestamp()")]
    [InlineData("SELECT at, now() FROM e")]
    [InlineData("SELECT day FROM e WHERE day < current_date")]
    [InlineData("SELECT at FROM e WHERE at > now() - interval '1 day' OR at IS NULL")]
    [InlineData("SELECT at FROM e WHERE at > now() - interval '1 month'")]
    [InlineData("SELECT at FROM e WHERE late > now()::timestamp(0)")]
    public void A_view_refuses_what_would_change_by_itself(string sql) =>
        Assert.Equal("0A000", Assert.Throws<SqlException>(() => RuleFixture.LowerView(sql)).State);

    [Fact]
    public void A_view_of_constant_rows_may_be_volatile() =>
        Assert.Contains("random()", PlanPrinter.Print(RuleFixture.LowerView("SELECT random() AS x")));

    [Theory]
    [InlineData("at > now()", "now() < bound", "at AS bound")]
    [InlineData("at >= now()", "now() < bound", "(at + '00:00:00.000001') AS bound")]
    [InlineData("at < now()", "bound <= now()", "(at + '00:00:00.000001') AS bound")]
    [InlineData("at <= now()", "bound <= now()", "at AS bound")]
    [InlineData("now() < at", "now() < bound", "at AS bound")]
    [InlineData("now() >= at", "bound <= now()", "at AS bound")]
    [InlineData("at > now() - interval '1 hour'", "now() < bound", "(at + '01:00:00') AS bound")]
    [InlineData("at <= now() + interval '1 day 2 hours'", "bound <= now()", "(at + '-26:00:00') AS bound")]
    [InlineData("at + interval '1 hour' > now()", "now() < bound", "(at + '01:00:00') AS bound")]
    [InlineData("late > now() - interval '1 hour' - interval '1 minute'", "now() < bound", "(late::timestamp with time zone + '01:01:00') AS bound")]
    public void A_comparison_with_now_is_solved_for_now(string condition, string filter, string bound)
    {
        string plan = PlanPrinter.Print(RuleFixture.LowerView($"SELECT at, late FROM e WHERE {condition}"));

        Assert.Contains("TemporalFilter " + filter, plan);
        Assert.Contains(bound, plan);
    }

    [Theory]
    [InlineData("SELECT * FROM t LEFT JOIN s ON t.a = s.k", "a b? c? k? v?")]
    [InlineData("SELECT * FROM s RIGHT JOIN t ON t.a = s.k", "k? v? a b? c?")]
    [InlineData("SELECT * FROM t FULL JOIN s ON t.a = s.k", "a? b? c? k? v?")]
    [InlineData("SELECT * FROM t LEFT JOIN s ON t.a = s.k AND t.b > s.v", "a b? c? k? v?")]
    [InlineData("SELECT x.a, y.a AS z, y.a IS NULL AS n FROM t x LEFT JOIN t y ON x.b = y.a AND x.a < y.a", "a z? n")]
    [InlineData("SELECT x.a, y.a + 1 AS z FROM t x LEFT JOIN t y ON x.b = y.a", "a z?")]
    [InlineData("SELECT a FROM t UNION ALL SELECT k FROM s", "a?")]
    [InlineData("SELECT a, count(*), max(a) FROM t GROUP BY a", "a count max?")]
    [InlineData("SELECT a, (SELECT count(*) FROM s WHERE s.k = t.a) AS n FROM t", "a n")]
    [InlineData("SELECT a, (SELECT a FROM t u WHERE u.b = t.a) AS n FROM t", "a n?")]
    [InlineData("SELECT a FROM t WHERE b NOT IN (SELECT v FROM s)", "a")]
    [InlineData("SELECT * FROM (VALUES (1, NULL), (2, 3)) x (p, q)", "column1 column2?")]
    public void Columns_are_nullable_where_a_null_can_come_up(string sql, string columns)
    {
        PhysicalNode plan = Lowering.LowerQuery(RuleFixture.Optimize(RuleFixture.Bind(sql)), null);

        Assert.Equal(columns, string.Join(' ', plan.Columns.Select(c => c.Name + (c.IsNullable ? "?" : ""))));
    }

    [Fact]
    public void An_outer_join_with_more_than_equal_keys_matches_again_by_what_its_condition_reads() => Assert.Equal(
        """
        Union
          Filter (b < v)
            Inner Join on [a = k]  (shared 1)
              Get t
              Get s
          Map [a, b, c, NULL AS k, NULL AS v]
            Anti Join on [a = a nulls match, b = b nulls match]
              Get t
              Distinct
                Map [a, b] where (b < v)
                  Shared 1
        """.ReplaceLineEndings("\n"),
        PlanPrinter.Print(RuleFixture.LowerView("SELECT * FROM t LEFT JOIN s ON t.a = s.k AND t.b < s.v")));

    [Fact]
    public void An_outer_join_on_equal_keys_alone_is_one_operator() => Assert.Equal(
        """
        Left Join on [a = k]
          Get t
          Get s
        """.ReplaceLineEndings("\n"),
        PlanPrinter.Print(RuleFixture.LowerView("SELECT * FROM t LEFT JOIN s ON t.a = s.k")));

    [Theory]
    [InlineData("SELECT * FROM t", "0")]
    [InlineData("SELECT c, a FROM t WHERE b > 1", "1")]
    [InlineData("SELECT c, b FROM t", "")]
    [InlineData("SELECT a + 1 FROM t", "")]
    [InlineData("SELECT k FROM s", "")]
    [InlineData("SELECT k, count(*) FROM s GROUP BY k", "0")]
    [InlineData("SELECT count(*), k, v FROM s GROUP BY v, k", "2 1")]
    [InlineData("SELECT count(*) FROM s GROUP BY k", "")]
    [InlineData("SELECT DISTINCT v, k FROM s", "0 1")]
    [InlineData("SELECT a, b FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.k = t.b)", "0")]
    [InlineData("SELECT t.a FROM t JOIN s ON t.a = s.k", "")]
    [InlineData("SELECT a FROM t ORDER BY b LIMIT 3", "0")]
    [InlineData("SELECT a FROM t UNION ALL SELECT a FROM t", "")]
    public void A_key_is_inferred_only_where_rows_are_unique(string sql, string key) =>
        Assert.Equal(key, string.Join(' ', KeyInference.KeyOf(RuleFixture.Optimize(RuleFixture.Bind(sql)))));
}
