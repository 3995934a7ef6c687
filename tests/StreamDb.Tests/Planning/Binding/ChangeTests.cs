using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using Xunit;
using static StreamDb.Tests.Planning.Binding.BindingFixture;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>INSERT, UPDATE, DELETE, COPY.</summary>
public sealed class ChangeTests
{
    [Theory]
    [InlineData("INSERT INTO t VALUES (1, 'x')", "Values[1, 'x', 1.5::double precision]")]
    [InlineData("INSERT INTO t (b, a) VALUES ('x', 1), (NULL, '2')", "Values[1, 'x', 1.5::double precision; 2, NULL, 1.5::double precision]")]
    [InlineData("INSERT INTO t (a, c) VALUES (1, DEFAULT)", "Values[1, NULL, 1.5::double precision]")]
    [InlineData("INSERT INTO t (a) SELECT a FROM u", "Project[#0, NULL, 1.5::double precision](Project[#0](u))")]
    [InlineData("INSERT INTO s.t SELECT a FROM u", "Project[#0](Project[#0::smallint](u))")]
    [InlineData("INSERT INTO t SELECT 1, 'x'", "Project[#0, #1, 1.5::double precision](Project[1, 'x'](Row))")]
    [InlineData("INSERT INTO g VALUES (3)", "Project[#0, (#0 * 2), #2](Values[3, NULL, 7])")]
    [InlineData("INSERT INTO g DEFAULT VALUES", "Project[#0, (#0 * 2), #2](Values[NULL, NULL, 7])")]
    [InlineData("INSERT INTO t VALUES ((SELECT max(a) FROM u))",
        "Project[#0, NULL, 1.5::double precision](LeftApplyScalar[True](Row, Project[#0](Aggregate[; max(#0)](u))))")]
    public void Inserted_rows_are_complete(string sql, string source) => Assert.Equal(source, Text(Bind<InsertPlan>(sql).Source));

    [Fact]
    public void Conflicts_can_be_ignored_or_update()
    {
        Assert.Null(Bind<InsertPlan>("INSERT INTO t VALUES (1)").OnConflict);
        Assert.Equal(ConflictBehavior.Ignore, Bind<InsertPlan>("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING").OnConflict);

        InsertPlan upsert = Bind<InsertPlan>("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = t.c + 1 WHERE t.a > 0");

        Assert.Equal(ConflictBehavior.Overwrite, upsert.OnConflict);
        Assert.Equal(
            ["#0", "#4", "(#2 + 1::double precision)"],
            upsert.ConflictUpdate!.Value.Select(BindingFixture.Text));
        Assert.Equal("(#0 > 0)", BindingFixture.Text(upsert.ConflictWhere!));
    }

    [Theory]
    [InlineData("UPDATE t SET b = 'x' WHERE a = 1", "Project[#0, #1, #2, #0, 'x', #2](Filter[(#0 = 1)](t))")]
    [InlineData("UPDATE t SET c = DEFAULT", "Project[#0, #1, #2, #0, #1, 1.5::double precision](t)")]
    [InlineData("UPDATE t SET (a, b) = (2, 'y')", "Project[#0, #1, #2, 2, 'y', #2](t)")]
    [InlineData("UPDATE g SET k = k + 1", "Project[#0, #1, #2, (#0 + 1), ((#0 + 1) * 2), #2](g)")]
    [InlineData("UPDATE t SET b = (SELECT 'q' FROM u WHERE u.a = t.a)",
        "Project[#0, #1, #2, #0, #3, #2](LeftApplyScalar[True](t, Project['q'](Filter[(#0 = ^1#0)](u))))")]
    [InlineData("UPDATE t SET (b, c) = (SELECT 'q', 2.5::float8 FROM u WHERE u.a = t.a)",
        "Project[#0, #1, #2, #0, #3, #4](LeftApplyScalar[True](t, Project['q', 2.5::double precision](Filter[(#0 = ^1#0)](u))))")]
    [InlineData("UPDATE t SET c = 2 FROM u WHERE u.a = t.a",
        "TopN[0; ; 1; 0](Project[#0, #1, #2, #0, #1, 2::double precision](Filter[(#3 = #0)](InnerJoin[True](t, u))))")]
    public void Updated_rows_come_old_and_new(string sql, string source) => Assert.Equal(source, Text(Bind<UpdatePlan>(sql).Source));

    [Theory]
    [InlineData("DELETE FROM t", "t")]
    [InlineData("DELETE FROM t AS q WHERE q.a > 1", "Filter[(#0 > 1)](t)")]
    [InlineData("DELETE FROM t USING u WHERE u.a = t.a", "SemiJoin[(#3 = #0)](t, u)")]
    [InlineData("DELETE FROM t WHERE a IN (SELECT a FROM u)", "SemiApply[(#0 = #3)](t, Project[#0](u))")]
    public void Deleted_rows_are_those_of_the_table(string sql, string source) => Assert.Equal(source, Text(Bind<DeletePlan>(sql).Source));

    [Fact]
    public void Returning_is_over_the_row()
    {
        ReturningClause returning = Bind<DeletePlan>("DELETE FROM t RETURNING *, a + 1 AS next").Returning!;

        Assert.Equal(["#0", "#1", "#2", "(#0 + 1)"], returning.Expressions.Select(BindingFixture.Text));
        Assert.Equal(["a", "b", "c", "next"], returning.Columns.Select(c => c.Name));
    }

    [Fact]
    public void Copy_knows_columns_defaults_and_options()
    {
        CopyPlan copy = Bind<CopyPlan>("COPY t (b, a) FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';')");

        Assert.Equal<int>([1, 0], copy.TableColumns);
        Assert.Equal("1.5::double precision", Text(copy.Defaults[2]));
        Assert.Equal(new CopyOptions(CopyFormat.Csv, ';', "", true, '"', '"'), copy.Options);
        Assert.Equal("Project[#0, #1, #2](t)", Text(Bind<CopyPlan>("COPY t TO STDOUT").Query!.Root));
        Assert.Equal(new CopyOptions(CopyFormat.Text, '\t', "\\N", false, '"', '\\'), Bind<CopyPlan>("COPY (SELECT 1) TO STDOUT").Options);
    }

    [Fact]
    public void A_literal_insert_learns_its_target()
    {
        InsertTarget target = StatementBinder.BindTarget(
            StreamDb.Sql.Syntax.QualifiedNameSyntax.Of("g"), [], Context);

        Assert.Equal<int>([0, 2], target.Columns);
        Assert.True(target.HasGeneratedColumns);
        Assert.Equal("7", Text(target.Defaults[2]));
    }
}
