using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class PruneColumnsTests
{
    [Theory]
    [InlineData(
        "SELECT t.a FROM t JOIN s ON t.a = s.k",
        """
        Project [a]
          Inner Join on (a = k)
            Get t
            Get s
        =>
        Project [a]
          Inner Join on (a = k)
            Project [a]
              Get t
            Project [k]
              Get s
        """)]
    public void A_join_gets_its_keys_and_what_is_read(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("prune", sql));

    [Theory]
    [InlineData(
        "SELECT k FROM (SELECT k, count(*) AS n, sum(v) AS m FROM s GROUP BY k) x",
        """
        Project [k]
          Project [k, count AS n, sum AS m]
            Aggregate by [k] compute [count(*), sum(v)]
              Get s
        =>
        Project [k]
          Project [k]
            Aggregate by [k] compute []
              Project [k]
                Get s
        """)]
    public void Unread_aggregates_go_and_keys_stay(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("prune", sql));

    [Theory]
    [InlineData(
        "SELECT k FROM (SELECT k, v FROM s UNION ALL SELECT k, w FROM r) x",
        """
        Project [k]
          Union All
            Project [k, v]
              Get s
            Project [k, w]
              Get r
        =>
        Project [k]
          Union All
            Project [k]
              Project [k]
                Get s
            Project [k]
              Project [k]
                Get r
        """)]
    public void A_union_keeps_the_same_columns_everywhere(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("prune", sql));

    [Theory]
    [InlineData(
        "WITH x AS (SELECT k, v, k + v AS z FROM s WHERE v > 0) SELECT p.k, q.v FROM x AS p JOIN x AS q ON p.k = q.k",
        """
        Project [k, v]
          Inner Join on (k = k)
            Project [k, v, (k + v) AS z]  (shared 1)
              Filter (v > 0)
                Get s
            Shared 1
        =>
        Project [k, v]
          Inner Join on (k = k)
            Project [k]
              Project [k, v]  (shared 1)
                Filter (v > 0)
                  Get s
            Shared 1
        """)]
    public void A_shared_node_keeps_what_any_reader_needs(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("prune", sql));

    [Theory]
    [InlineData(
        "SELECT k FROM (SELECT DISTINCT k, v FROM s) x",
        """
        Project [k]
          Distinct
            Project [k, v]
              Get s
        =>
        Project [k]
          Distinct
            Project [k, v]
              Get s
        """)]
    [InlineData(
        "SELECT k FROM (SELECT k, v FROM s EXCEPT SELECT k, w FROM r) x",
        """
        Project [k]
          Except
            Project [k, v]
              Get s
            Project [k, w]
              Get r
        =>
        Project [k]
          Except
            Project [k, v]
              Get s
            Project [k, w]
              Get r
        """)]
    [InlineData(
        "SELECT k FROM (SELECT k, v FROM s ORDER BY k LIMIT 1) x",
        """
        Project [k]
          TopN order [k] limit 1
            Project [k, v]
              Get s
        =>
        Project [k]
          TopN order [k] limit 1
            Project [k, v]
              Get s
        """)]
    public void Every_column_counts_where_rows_are_compared_whole(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("prune", sql));
}
