using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class PushPredicatesTests
{
    [Theory]
    [InlineData(
        "SELECT * FROM t, s WHERE t.a = s.k AND t.b = 1 AND s.v = 2",
        """
        Project [a, b, c, k, v]
          Filter ((a = k) AND (b = 1) AND (v = 2))
            Inner Join on t
              Get t
              Get s
        =>
        Project [a, b, c, k, v]
          Inner Join on (a = k)
            Filter (b = 1)
              Get t
            Filter (v = 2)
              Get s
        """)]
    public void Conditions_reach_the_side_they_read(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM t LEFT JOIN s ON t.a = s.k WHERE t.b > 1",
        """
        Project [a, b, c, k, v]
          Filter (b > 1)
            Left Join on (a = k)
              Get t
              Get s
        =>
        Project [a, b, c, k, v]
          Left Join on (a = k)
            Filter (b > 1)
              Get t
            Get s
        """)]
    [InlineData(
        "SELECT * FROM t LEFT JOIN s ON t.a = s.k WHERE s.v IS NULL",
        """
        Project [a, b, c, k, v]
          Filter v IS NULL
            Left Join on (a = k)
              Get t
              Get s
        =>
        Project [a, b, c, k, v]
          Filter v IS NULL
            Left Join on (a = k)
              Get t
              Get s
        """)]
    [InlineData(
        "SELECT * FROM t FULL JOIN s ON t.a = s.k AND s.v > 1 WHERE t.b > 1",
        """
        Project [a, b, c, k, v]
          Filter (b > 1)
            Full Join on ((a = k) AND (v > 1))
              Get t
              Get s
        =>
        Project [a, b, c, k, v]
          Filter (b > 1)
            Full Join on ((a = k) AND (v > 1))
              Get t
              Get s
        """)]
    public void A_where_condition_enters_only_the_preserved_side(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM t LEFT JOIN s ON t.a = s.k AND s.v > 1 AND t.b > 2",
        """
        Project [a, b, c, k, v]
          Left Join on ((a = k) AND (v > 1) AND (b > 2))
            Get t
            Get s
        =>
        Project [a, b, c, k, v]
          Left Join on ((a = k) AND (b > 2))
            Get t
            Filter (v > 1)
              Get s
        """)]
    public void An_on_condition_enters_only_the_other_side(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT k, sum(v) AS n FROM s GROUP BY k) x WHERE k > 1 AND n > 5",
        """
        Project [k, n]
          Filter ((k > 1) AND (n > 5::bigint))
            Project [k, sum AS n]
              Aggregate by [k] compute [sum(v)]
                Get s
        =>
        Project [k, n]
          Project [k, sum AS n]
            Filter (sum > 5::bigint)
              Aggregate by [k] compute [sum(v)]
                Filter (k > 1)
                  Get s
        """)]
    [InlineData(
        "SELECT * FROM (SELECT sum(v) AS n FROM s) x WHERE 1 = 2",
        """
        Project [n]
          Filter (1 = 2)
            Project [sum AS n]
              Aggregate by [] compute [sum(v)]
                Get s
        =>
        Project [n]
          Project [sum AS n]
            Filter (1 = 2)
              Aggregate by [] compute [sum(v)]
                Get s
        """)]
    public void Only_grouping_columns_pass_an_aggregate(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT k, v FROM s ORDER BY v LIMIT 2) x WHERE k > 1",
        """
        Project [k, v]
          Filter (k > 1)
            TopN order [v] limit 2
              Project [k, v]
                Get s
        =>
        Project [k, v]
          Filter (k > 1)
            TopN order [v] limit 2
              Project [k, v]
                Get s
        """)]
    public void Nothing_passes_a_limit(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT DISTINCT k FROM s) x WHERE k > 1",
        """
        Project [k]
          Filter (k > 1)
            Distinct
              Project [k]
                Get s
        =>
        Project [k]
          Distinct
            Project [k]
              Filter (k > 1)
                Get s
        """)]
    [InlineData(
        "SELECT * FROM (SELECT k FROM s UNION ALL SELECT k FROM r) x WHERE k > 1",
        """
        Project [k]
          Filter (k > 1)
            Union All
              Project [k]
                Get s
              Project [k]
                Get r
        =>
        Project [k]
          Union All
            Project [k]
              Filter (k > 1)
                Get s
            Project [k]
              Filter (k > 1)
                Get r
        """)]
    public void Every_condition_passes_distinct_and_union(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT k FROM s EXCEPT SELECT k FROM r) x WHERE k > 1",
        """
        Project [k]
          Filter (k > 1)
            Except
              Project [k]
                Get s
              Project [k]
                Get r
        =>
        Project [k]
          Filter (k > 1)
            Except
              Project [k]
                Get s
              Project [k]
                Get r
        """)]
    public void Nothing_passes_a_difference(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM (SELECT DISTINCT k FROM s) x WHERE k > random()",
        """
        Project [k]
          Filter (k::double precision > random())
            Distinct
              Project [k]
                Get s
        =>
        Project [k]
          Filter (k::double precision > random())
            Distinct
              Project [k]
                Get s
        """)]
    [InlineData(
        "SELECT * FROM t JOIN s ON t.a = s.k AND t.b > random()",
        """
        Project [a, b, c, k, v]
          Inner Join on ((a = k) AND (b::double precision > random()))
            Get t
            Get s
        =>
        Project [a, b, c, k, v]
          Inner Join on ((a = k) AND (b::double precision > random()))
            Get t
            Get s
        """)]
    [InlineData(
        "SELECT * FROM (SELECT random() AS x, k FROM s) y WHERE x > 0.5 AND k = 1",
        """
        Project [x, k]
          Filter ((x > 0.5::double precision) AND (k = 1))
            Project [random() AS x, k]
              Get s
        =>
        Project [x, k]
          Filter (x > 0.5::double precision)
            Project [random() AS x, k]
              Filter (k = 1)
                Get s
        """)]
    public void Volatile_conditions_stay_where_they_are(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "WITH x AS (SELECT k, v FROM s WHERE v > 0) SELECT * FROM x AS p JOIN x AS q ON p.k = q.v WHERE p.k > 1",
        """
        Project [k, v, k, v]
          Filter (k > 1)
            Inner Join on (k = v)
              Project [k, v]  (shared 1)
                Filter (v > 0)
                  Get s
              Shared 1
        =>
        Project [k, v, k, v]
          Inner Join on (k = v)
            Filter (k > 1)
              Project [k, v]  (shared 1)
                Filter (v > 0)
                  Get s
            Filter (v > 1)
              Shared 1
        """)]
    public void Nothing_enters_a_node_that_others_read(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("push", sql));

    [Theory]
    [InlineData(
        "SELECT 1 FROM s JOIN r ON s.k = r.k WHERE s.k > 5",
        """
        Project [1 AS ?column?]
          Inner Join on (k = k)
            Filter (k > 5)
              Get s
            Filter (k > 5)
              Get r
        """)]
    [InlineData(
        "SELECT 1 FROM s LEFT JOIN r ON s.k = r.k WHERE s.k = 5",
        """
        Project [1 AS ?column?]
          Left Join on (k = k)
            Filter (k = 5)
              Get s
            Filter (k = 5)
              Get r
        """)]
    public void What_is_asked_of_a_column_is_asked_of_its_equal(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("push", sql));

    [Theory]
    [InlineData(
        "SELECT 1 FROM s LEFT JOIN r ON s.k = r.k AND r.k > 5",
        """
        Project [1 AS ?column?]
          Left Join on (k = k)
            Get s
            Filter (k > 5)
              Get r
        """)]
    [InlineData(
        "SELECT 1 FROM s JOIN r ON s.k = r.k WHERE 10 / s.k > 1",
        """
        Project [1 AS ?column?]
          Inner Join on (k = k)
            Filter ((10 / k) > 1)
              Get s
            Get r
        """)]
    [InlineData(
        "SELECT 1 FROM s JOIN r ON s.k < r.k WHERE s.k > 5",
        """
        Project [1 AS ?column?]
          Inner Join on (k < k)
            Filter (k > 5)
              Get s
            Get r
        """)]
    public void But_not_of_a_side_that_keeps_its_rows_nor_when_it_may_fail(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("push", sql));
}
