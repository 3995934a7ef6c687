using StreamDb.Core.Codecs;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Rendering;
using StreamDb.Sql.Parsing;

namespace StreamDb.Benchmarks.Engine;

/// <summary>Tables and views of a workload, declared in SQL and planned as the server plans them, in an engine that is fed directly.</summary>
internal sealed class SqlSchema(EngineRun run)
{
    private readonly RenderContext _rendering = new();
    private Catalog _catalog = Catalog.Empty;
    private uint _oid = Catalog.FirstUserOid;

    /// <summary>CREATE TABLE.</summary>
    /// <param name="isStored">Keeps the rows for views that are created later; else they only flow through the views that are there.</param>
    public RelationId Table(string sql, bool isStored = false)
    {
        var plan = (CreateTablePlan)Bind(sql);
        TableItem table = plan.Table with { Oid = _oid++ };
        _catalog = _catalog.With(table);
        run.Engine.AddRelation(table.Id, [.. table.Columns.Select(c => c.Field.Shape)], table.PrimaryKey, isStored);
        return table.Id;
    }

    /// <summary>A view whose deltas are counted as outputs of the run, and not stored.</summary>
    public RelationId Counted(string query)
    {
        LogicalNode optimized = Optimize(((QueryPlan)Bind(query)).Root);
        var id = new RelationId(_oid++);
        run.Install(Renderer.RenderChangelog(Lowering.LowerView(optimized), id, run, _rendering));
        return id;
    }

    /// <summary>CREATE MATERIALIZED VIEW.</summary>
    public RelationId MaterializedView(string sql)
    {
        DataflowDescription view = Describe(sql);
        run.Install(view);
        return view.Id;
    }

    /// <summary>The dataflow of CREATE MATERIALIZED VIEW; it is in the catalog from now on.</summary>
    public DataflowDescription Describe(string sql)
    {
        var plan = (CreateMaterializedViewPlan)Bind(sql);
        LogicalNode optimized = Optimize(plan.Query.Root);
        MaterializedViewItem view = plan.View with { Oid = _oid++, Key = KeyInference.KeyOf(optimized) };
        _catalog = _catalog.With(view);
        return Renderer.RenderView(Lowering.LowerView(optimized), view.Id, view.Key, _rendering);
    }

    private static LogicalNode Optimize(LogicalNode root)
    {
        using EvaluationContext evaluation = new RenderContext().CreateEvaluation(ThrowingErrorSink.Instance);
        return Optimizer.Optimize(root, evaluation, indexes: JoinIndexes.None);
    }

    private StatementPlan Bind(string sql) => StatementBinder.Bind(
        SqlParser.ParseScript(sql)[0].Syntax,
        new BindingContext(_catalog, ["public"], "root", "dev", TextFormat.Default, null),
        out _);
}
