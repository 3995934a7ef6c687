using StreamDb.Planning.Explain;
using StreamDb.Tests.Planning.Rules;
using Xunit;

namespace StreamDb.Tests.Planning.Physical;

/// <summary>Which joins keep whole rows for an SQL index, and which do not.</summary>
public class JoinIndexesTests
{
    private const uint S = 16385;
    private const uint R = 16386;

    [Fact]
    public void A_join_by_the_columns_of_an_index_keeps_all_columns_and_gives_those_that_are_wanted() => Assert.Equal(
        """
        Map [k]
          Inner Join on [k = k]
            Map [k]
              Get s
            Get r
        """.ReplaceLineEndings("\n"),
        Plan("SELECT s.k FROM s JOIN r ON s.k = r.k", (R, 0)));

    [Fact]
    public void Both_sides_and_a_semi_join_may_have_one() => Assert.Equal(
        """
        Map [k]
          Semi Join on [k = k]
            Get s
            Get r
        """.ReplaceLineEndings("\n"),
        Plan("SELECT s.k FROM s WHERE EXISTS (SELECT 1 FROM r WHERE r.k = s.k)", (S, 0), (R, 0)));

    [Theory]
    [InlineData("SELECT s.k FROM s JOIN r ON s.k = r.k", 1u, 0)] // Another relation's.
    [InlineData("SELECT s.k FROM s JOIN r ON s.k = r.k", R, 1)] // By another column.
    [InlineData("SELECT s.k FROM s JOIN r ON s.k = r.k WHERE r.w > 1", R, 0)] // What the filter leaves out need not be kept.
    [InlineData("SELECT s.k FROM s JOIN r ON s.k = r.k + 1", R, 0)] // By what is computed.
    public void Otherwise_a_join_keeps_what_its_view_needs(string sql, uint table, int column) =>
        Assert.Equal(Plan(sql), Plan(sql, (table, column)));

    private static string Plan(string sql, params (uint Table, int Column)[] indexes) =>
        PlanPrinter.Print(RuleFixture.LowerView(sql, indexes)).ReplaceLineEndings("\n");
}
