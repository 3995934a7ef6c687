using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;
using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class DecorrelateTests
{
    [Theory]
    [InlineData(
        "SELECT t.a, x.n FROM t, LATERAL (SELECT t.b + 1 AS n) x",
        """
        Project [a, n]
          Inner Apply on t
            Get t
            Project [(outer1.#1 + 1) AS n]
              Values ()
        =>
        Project [a, n]
          Project [a, b, c, (b + 1) AS n]
            Get t
        """)]
    public void One_computed_row_becomes_a_projection(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.k = t.a AND s.v > t.b)",
        """
        Project [a]
          Semi Apply on t
            Get t
            Project [1 AS ?column?]
              Filter ((k = outer1.#0) AND (v > outer1.#1))
                Get s
        =>
        Project [a]
          Semi Join on ((k = a) AND (v > b))
            Get t
            Get s
        """)]
    [InlineData(
        "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.k = t.a)",
        """
        Project [a]
          Anti Apply on t
            Get t
            Project [1 AS ?column?]
              Filter (k = outer1.#0)
                Get s
        =>
        Project [a]
          Anti Join on (k = a)
            Get t
            Get s
        """)]
    [InlineData(
        "SELECT a FROM t WHERE b IN (SELECT v FROM s WHERE s.k = t.a)",
        """
        Project [a]
          Semi Apply on (b = v)
            Get t
            Project [v]
              Filter (k = outer1.#0)
                Get s
        =>
        Project [a]
          Semi Join on ((k = a) AND (b = v))
            Get t
            Get s
        """)]
    public void Correlated_filters_become_join_conditions(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s WHERE s.k = t.a)",
        """
        Project [a]
          Anti Apply on ((b = v) OR (b = v) IS NULL)
            Get t
            Project [v]
              Filter (k = outer1.#0)
                Get s
        =>
        Project [a]
          Anti Join on ((k = a) AND ((b = v) OR (b = v) IS NULL))
            Get t
            Get s
        """)]
    [InlineData(
        "SELECT a FROM t WHERE b NOT IN (SELECT v FROM s)",
        """
        Project [a]
          Anti Apply on ((b = v) OR (b = v) IS NULL)
            Get t
            Project [v]
              Get s
        =>
        Project [a]
          Anti Join on ((b = v) OR (b = v) IS NULL)
            Get t
            Project [v]
              Get s
        """)]
    public void Not_in_fails_rows_whose_comparison_is_unknown(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, x.n FROM t LEFT JOIN LATERAL (SELECT v + 1 AS n FROM s WHERE s.k = t.a) x ON true",
        """
        Project [a, n]
          Left Apply on t
            Get t
            Project [(v + 1) AS n]
              Filter (k = outer1.#0)
                Get s
        =>
        Project [a, n]
          Project [a, b, c, n]
            Left Join on a IS NOT DISTINCT FROM a
              Get t
              Project [a, (v + 1) AS n]
                Filter (k = a)
                  Inner Join on t
                    Distinct
                      Project [a]
                        Get t
                    Get s
        """)]
    public void Filters_below_a_computed_column_of_a_left_join_are_not_pulled_up(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.k = t.a) FROM t",
        """
        Project [a, count]
          Left Apply on t single
            Get t
            Project [count]
              Aggregate by [] compute [count(*)]
                Filter (k = outer1.#0)
                  Get s
        =>
        Project [a, count]
          Project [a, b, c, coalesce(count, 0) AS count]
            Left Join on (a = key0)
              Get t
              Aggregate by [k] compute [count(*)]
                Get s
        """)]
    [InlineData(
        "SELECT a, (SELECT sum(v) + t.b FROM s WHERE s.k = t.a AND v > 0) FROM t",
        """
        Project [a, ?column?]
          Left Apply on t single
            Get t
            Project [(sum + outer1.#1::bigint) AS ?column?]
              Aggregate by [] compute [sum(v)]
                Filter ((k = outer1.#0) AND (v > 0))
                  Get s
        =>
        Project [a, ?column?]
          Project [a, b, c, (sum + b::bigint) AS ?column?]
            Left Join on (a = key0)
              Get t
              Aggregate by [k] compute [sum(v)]
                Filter (v > 0)
                  Get s
        """)]
    public void A_scalar_aggregate_over_equal_keys_groups_and_joins(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.k < t.a) FROM t",
        """
        Project [a, count]
          Left Apply on t single
            Get t
            Project [count]
              Aggregate by [] compute [count(*)]
                Filter (k < outer1.#0)
                  Get s
        =>
        Project [a, count]
          Project [a, b, c, count]
            Left Join on a IS NOT DISTINCT FROM a
              Get t
              Project [a, count]
                Project [a, coalesce(count, 0) AS count]
                  Left Join on a IS NOT DISTINCT FROM a
                    Distinct  (shared 1)
                      Project [a]
                        Get t
                    Aggregate by [a] compute [count(*)]
                      Filter (k < a)
                        Inner Join on t
                          Shared 1
                          Get s
        """)]
    public void A_scalar_aggregate_over_unequal_keys_is_computed_for_each_outer_value(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, (SELECT v FROM s WHERE s.k = t.a) FROM t",
        """
        Project [a, v]
          Left Apply on t single
            Get t
            Project [v]
              Filter (k = outer1.#0)
                Get s
        =>
        Project [a, v]
          Project [a, b, c, v]
            Left Join on a IS NOT DISTINCT FROM a
              Get t
              AssertSingle by [a]
                Project [a, v]
                  Filter (k = a)
                    Inner Join on t
                      Distinct
                        Project [a]
                          Get t
                      Get s
        """)]
    public void A_scalar_subquery_of_many_rows_is_checked_per_outer_value(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, (SELECT v FROM s) FROM t",
        """
        Project [a, v]
          Left Apply on t single
            Get t
            Project [v]
              Get s
        =>
        Project [a, v]
          Left Join on t
            Get t
            AssertSingle by []
              Project [v]
                Get s
        """)]
    [InlineData(
        "SELECT a, (SELECT max(v) FROM s) FROM t",
        """
        Project [a, max]
          Left Apply on t single
            Get t
            Project [max]
              Aggregate by [] compute [max(v)]
                Get s
        =>
        Project [a, max]
          Left Join on t
            Get t
            Project [max]
              Aggregate by [] compute [max(v)]
                Get s
        """)]
    public void An_uncorrelated_subquery_is_joined_as_it_is(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a, x.v FROM t, LATERAL (SELECT v FROM s WHERE s.k = t.a ORDER BY v DESC LIMIT 2) x",
        """
        Project [a, v]
          Inner Apply on t
            Get t
            TopN order [v DESC] limit 2
              Project [v]
                Filter (k = outer1.#0)
                  Get s
        =>
        Project [a, v]
          Project [a, b, c, v]
            Inner Join on a IS NOT DISTINCT FROM a
              Get t
              TopN by [a] order [v DESC] limit 2
                Project [a, v]
                  Filter (k = a)
                    Inner Join on t
                      Distinct
                        Project [a]
                          Get t
                      Get s
        """)]
    public void A_limit_becomes_a_limit_per_outer_value(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    [Theory]
    [InlineData(
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.k = t.a AND EXISTS (SELECT 1 FROM r WHERE r.k = s.k AND r.w = t.b))",
        """
        Project [a]
          Semi Apply on t
            Get t
            Project [1 AS ?column?]
              Semi Apply on t
                Filter (k = outer1.#0)
                  Get s
                Project [1 AS ?column?]
                  Filter ((k = outer1.#0) AND (w = outer2.#1))
                    Get r
        =>
        Project [a]
          Semi Join on (a IS NOT DISTINCT FROM a AND b IS NOT DISTINCT FROM b)
            Get t
            Project [a, b, 1 AS ?column?]
              Semi Join on ((k = k) AND (w = b))
                Filter (k = a)
                  Inner Join on t
                    Distinct
                      Project [a, b]
                        Get t
                    Get s
                Get r
        """)]
    [InlineData(
        "SELECT a, (SELECT count(*) FROM s WHERE s.v = t.b AND EXISTS (SELECT 1 FROM r WHERE r.w = t.a)) FROM t",
        """
        Project [a, count]
          Left Apply on t single
            Get t
            Project [count]
              Aggregate by [] compute [count(*)]
                Semi Apply on t
                  Filter (v = outer1.#1)
                    Get s
                  Project [1 AS ?column?]
                    Filter (w = outer2.#0)
                      Get r
        =>
        Project [a, count]
          Project [a, b, c, count]
            Left Join on (a IS NOT DISTINCT FROM a AND b IS NOT DISTINCT FROM b)
              Get t
              Project [a, b, count]
                Project [a, b, coalesce(count, 0) AS count]
                  Left Join on (a IS NOT DISTINCT FROM a AND b IS NOT DISTINCT FROM b)
                    Distinct  (shared 1)
                      Project [a, b]
                        Get t
                    Aggregate by [a, b] compute [count(*)]
                      Semi Join on (w = a)
                        Filter (v = b)
                          Inner Join on t
                            Shared 1
                            Get s
                        Get r
        """)]
    public void A_reference_across_two_levels_carries_the_outer_values_down(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("decorrelate", sql));

    /// <summary>Each level has its subquery three times, and the domain of a level holds all levels above: what is shared must be visited once.</summary>
    [Fact]
    public void Subqueries_in_subqueries_do_not_grow_beyond_all_bounds()
    {
        string predicate = "x.b = 1";
        for (int level = 0; level < 4; level++)
        {
            predicate = $"x.c NOT IN (SELECT x.c FROM t AS x JOIN t AS y ON x.b = y.b WHERE y.c < x.c AND ({predicate})) OR x.b NOT IN (SELECT v FROM s WHERE k = x.b)";
        }

        LogicalNode plan = RuleFixture.Optimize(RuleFixture.Bind($"SELECT x.b FROM t AS x WHERE {predicate}"));
        Assert.InRange(LogicalRewriter.CountParents(plan).Count, 50, 5000);
    }
}
