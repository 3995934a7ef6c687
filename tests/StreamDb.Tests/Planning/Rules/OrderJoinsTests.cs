using StreamDb.Planning.Rules;
using Xunit;

namespace StreamDb.Tests.Planning.Rules;

public class OrderJoinsTests
{
    [Theory]
    [InlineData(
        "SELECT * FROM t, s, r WHERE t.a = r.k AND r.w = s.v",
        """
        Project [a, b, c, k, v, k, w]
          Inner Join on ((a = k) AND (w = v))
            Inner Join on t
              Get t
              Get s
            Get r
        =>
        Project [a, b, c, k, v, k, w]
          Project [a, b, c, k, v, k, w]
            Inner Join on (w = v)
              Inner Join on (a = k)
                Get t
                Get r
              Get s
        """)]
    public void A_cross_product_gives_way_to_an_equality(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("order", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM t, s, r WHERE t.a = s.k AND t.b = r.k AND s.v + r.w > 3",
        """
        Project [a, b, c, k, v, k, w]
          Inner Join on ((b = k) AND ((v + w) > 3))
            Inner Join on (a = k)
              Get t
              Get s
            Get r
        =>
        Project [a, b, c, k, v, k, w]
          Inner Join on ((b = k) AND ((v + w) > 3))
            Inner Join on (a = k)
              Get t
              Get s
            Get r
        """)]
    public void Joins_with_equalities_keep_the_order_written(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("order", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM t, s, r",
        """
        Project [a, b, c, k, v, k, w]
          Inner Join on t
            Inner Join on t
              Get t
              Get s
            Get r
        =>
        Project [a, b, c, k, v, k, w]
          Inner Join on t
            Inner Join on t
              Get t
              Get s
            Get r
        """)]
    public void Without_equalities_nothing_moves(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("order", sql));

    [Theory]
    [InlineData(
        "SELECT * FROM t LEFT JOIN s ON t.a = s.k, r WHERE r.w = t.b",
        """
        Project [a, b, c, k, v, k, w]
          Inner Join on (w = b)
            Left Join on (a = k)
              Get t
              Get s
            Get r
        =>
        Project [a, b, c, k, v, k, w]
          Inner Join on (w = b)
            Left Join on (a = k)
              Get t
              Get s
            Get r
        """)]
    public void Outer_joins_stay_whole(string sql, string plans) =>
        Assert.Equal(plans.ReplaceLineEndings("\n"), RuleFixture.Run("order", sql));

    [Theory]
    [InlineData(
        "SELECT 1 FROM s, r, t WHERE s.k = r.k AND s.v = t.a AND t.b = 3",
        1000, 10, 1000,
        """
        Project [1 AS ?column?]
          Project [k, v, k, w, a, b, c]
            Inner Join on (k = k)
              Get r
              Inner Join on (v = a)
                Get s
                Filter (b = 3)
                  Get t
        """)]
    [InlineData(
        "SELECT 1 FROM s, t, r WHERE s.k = t.a AND r.k = t.a",
        100000, 100, 10,
        """
        Project [1 AS ?column?]
          Inner Join on (a = k)
            Get s
            Inner Join on (a = k)
              Get t
              Get r
        """)]
    public void Sizes_tell_the_order_and_the_larger_side_is_the_left_one(string sql, int s, int t, int r, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), Ordered(sql, name => name switch { "s" => s, "t" => t, _ => r }));

    [Fact]
    public void Where_a_size_is_unknown_or_nothing_is_there_yet_the_order_is_the_one_written()
    {
        const string Sql = "SELECT 1 FROM s, t, r WHERE s.k = t.a AND r.k = t.b AND r.w = 3";
        string written = RuleFixture.After("order", Sql);
        Assert.Equal(written, Ordered(Sql, name => name == "t" ? null : 1000));
        Assert.Equal(written, Ordered(Sql, _ => 0));
    }

    [Fact]
    public void An_input_that_no_equality_reaches_leaves_the_order_as_written()
    {
        const string Sql = "SELECT 1 FROM s, t, r WHERE s.k = t.a AND r.k < t.b";
        Assert.Equal(RuleFixture.After("order", Sql), Ordered(Sql, _ => 1000));
    }

    private static string Ordered(string sql, Func<string, long?> sizes) =>
        RuleFixture.Print(OrderJoins.Apply(PushPredicates.Apply(RuleFixture.Bind(sql)), relation => sizes(relation.Name)));

    [Theory]
    [InlineData(
        "SELECT 1 FROM t, s, r WHERE t.a = s.k AND r.k = t.a AND r.w = s.k",
        """
        Project [1 AS ?column?]
          Inner Join on ((a = k) AND (a = w))
            Inner Join on (a = k)
              Get t
              Get s
            Filter (k = w)
              Get r
        """)]
    [InlineData(
        "SELECT 1 FROM s, r, t WHERE s.k = t.a AND r.k = t.a",
        """
        Project [1 AS ?column?]
          Project [k, v, k, w, a, b, c]
            Inner Join on (k = k)
              Inner Join on (k = a)
                Get s
                Get t
              Get r
        """)]
    public void Equalities_are_transitive(string sql, string plan) =>
        Assert.Equal(plan.ReplaceLineEndings("\n"), RuleFixture.After("order", sql));
}
