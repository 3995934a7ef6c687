using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using Xunit;
using static StreamDb.Tests.Planning.Binding.BindingFixture;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>CREATE, DROP, ALTER, COMMENT, EXPLAIN.</summary>
public sealed class DefinitionTests
{
    [Fact]
    public void A_table_has_types_key_defaults_and_checks()
    {
        TableItem table = Bind<CreateTablePlan>(
            "CREATE TABLE s.x (i bigint, n numeric(10, 2) DEFAULT 1 + 1, v varchar(20) NOT NULL, r int[], w struct<p int, q text>, "
            + "y int AS (i::int * 2), PRIMARY KEY (v, i), CHECK (n > 0), CONSTRAINT short CHECK (i < 5)) APPEND ONLY").Table;

        Assert.Equal((16389u, "x"), (table.SchemaOid, table.Name));
        Assert.Equal(
            ["bigint", "numeric(10,2)", "character varying(20)", "integer[]", "struct<p integer, q text>", "integer"],
            table.Columns.Select(c => c.Type.ToString()));
        Assert.Equal<int>([2, 0], table.PrimaryKey);
        Assert.Equal("x_pkey", table.PrimaryKeyName);
        Assert.Equal([false, true, false, true, true, true], table.Columns.Select(c => c.IsNullable));
        Assert.Equal("1 + 1", table.Columns[1].DefaultText);
        Assert.NotNull(table.Columns[5].GeneratedText);
        Assert.Equal(["x_check", "short"], table.Checks.Select(c => c.Name));
        Assert.True(table.IsAppendOnly);
    }

    [Fact]
    public void A_table_may_come_from_a_query()
    {
        CreateTablePlan plan = Bind<CreateTablePlan>("CREATE TABLE x (p) AS SELECT a, b FROM t");

        Assert.Equal(["p integer", "b text"], plan.Table.Columns.Select(c => $"{c.Name} {c.Type}"));
        Assert.Equal("Project[#0, #1](t)", Text(plan.AsQuery!.Root));
    }

    [Fact]
    public void A_source_has_a_connector()
    {
        SourceItem source = Bind<CreateSourcePlan>(
            "CREATE SOURCE x (id int, ts timestamp) WITH (connector = 'datagen', fields.id.kind = 'sequence', datagen.rows.per.second = 10) FORMAT PLAIN ENCODE JSON").Source;

        Assert.Equal("datagen", source.Connector.Name);
        Assert.Equal("10", source.Connector.Options["datagen.rows.per.second"]);
        Assert.Equal("sequence", source.Connector.Options["fields.id.kind"]);
        Assert.Equal(("PLAIN", "JSON"), (source.Connector.Format, source.Connector.Encode));
    }

    [Fact]
    public void A_view_keeps_qualified_text_and_dependencies()
    {
        ViewItem view = Bind<CreateViewPlan>(
            "CREATE VIEW x (p) AS WITH w AS (SELECT a FROM t) SELECT w.a, t.b FROM w, t, s.t AS z WHERE t.a IN (SELECT n FROM m) ORDER BY 1").View;

        Assert.Equal(["p", "b"], view.Columns.Select(c => c.Name));
        Assert.Equal<uint>([T, M, S], view.Dependencies);
        Assert.Equal(
            "WITH w AS (SELECT a FROM public.t) SELECT w.a, t.b FROM w, public.t, s.t AS z WHERE t.a IN (SELECT n FROM public.m) ORDER BY 1",
            view.QueryText);
    }

    [Fact]
    public void A_materialized_view_depends_through_views()
    {
        CreateMaterializedViewPlan plan = Bind<CreateMaterializedViewPlan>(
            "CREATE MATERIALIZED VIEW x AS SELECT x, count(*) AS n FROM v GROUP BY x ORDER BY n LIMIT 3");

        Assert.Equal<uint>([T, V], plan.View.Dependencies);
        Assert.StartsWith("TopN[; #1; 3; 0](Project[#0, #1](Aggregate[#0; count()]", Text(plan.Query.Root), StringComparison.Ordinal);
        Assert.Empty(plan.Query.Finishing.OrderBy);
        Assert.Equal([false, true], [plan.View.FailsOnError, Bind<CreateMaterializedViewPlan>(
            "CREATE MATERIALIZED VIEW x WITH (on_error = 'fail') AS SELECT 1 AS a").View.FailsOnError]);
    }

    [Fact]
    public void An_index_names_columns()
    {
        IndexItem index = Bind<CreateIndexPlan>("CREATE INDEX ON u (d DESC, a)").Index;

        Assert.Equal(("u_d_a_idx", U), (index.Name, index.RelationOid));
        Assert.Equal<int>([1, 0], index.KeyColumns);
        Assert.Equal<bool>([true, false], index.Descending);
    }

    [Fact]
    public void Dropping_takes_dependents_first()
    {
        DropPlan drop = Bind<DropPlan>("DROP TABLE IF EXISTS nope, t CASCADE");

        Assert.Equal(["m", "v", "t_b_idx", "t"], drop.Items.Select(i => i.Name));
        Assert.Equal<string>(["table \"nope\" does not exist, skipping", "drop cascades to 2 other objects"], drop.Notices);
        Assert.Equal("DROP TABLE", drop.CommandTag);
        Assert.Equal(["t", "s"], Bind<DropPlan>("DROP SCHEMA s CASCADE").Items.Select(i => i.Name));
        Assert.Equal(["m", "v"], Bind<DropPlan>("DROP VIEW v CASCADE").Items.Select(i => i.Name));
    }

    [Fact]
    public void Items_can_be_renamed_and_described()
    {
        AlterPlan rename = Bind<AlterPlan>("ALTER TABLE u RENAME TO w");
        AlterPlan comment = Bind<AlterPlan>("COMMENT ON COLUMN t.b IS 'name'");

        Assert.Equal(("u", "w"), (rename.Before.Name, rename.After.Name));
        Assert.Equal("name", ((TableItem)comment.After).Columns[1].Comment);
        Assert.Equal(SqlState.FeatureNotSupported, Fails("ALTER TABLE t RENAME TO w").State);
        Assert.Equal(SqlState.FeatureNotSupported, Fails("ALTER TABLE t ADD COLUMN z int").State);
    }

    [Theory]
    [InlineData("EXPLAIN SELECT 1", "physical")]
    [InlineData("EXPLAIN (TRACE) SELECT 1", "trace")]
    [InlineData("EXPLAIN RAW PLAN FOR SELECT 1", "logical")]
    [InlineData("EXPLAIN OPTIMIZED PLAN FOR SELECT 1", "optimized")]
    public void Explain_names_a_stage(string sql, string stage) => Assert.Equal(stage, Bind<ExplainPlan>(sql).Stage);

    [Fact]
    public void Stored_expressions_bind_again()
    {
        TableItem g = (TableItem)BindingFixture.Catalog.Find(G)!;

        Assert.Equal("(#0 * 2)", Text(StatementBinder.BindGenerated(g, 1, Context)));
        Assert.Equal("7", Text(StatementBinder.BindDefault(g.Columns[2], Context)));
        Assert.Equal("(#0 > 1)", Text(StatementBinder.BindCheck(g, new CheckConstraint("c", "k > 1"), Context)));
        Assert.Equal(SqlType.Int32, StatementBinder.BindDefault(g.Columns[0], Context).Type);
    }
}
