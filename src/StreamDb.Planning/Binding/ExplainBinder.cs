using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>EXPLAIN.</summary>
internal static class ExplainBinder
{
    public static ExplainPlan Bind(ExplainSyntax explain, BinderState state)
    {
        MaterializedViewItem? view = null;
        StatementPlan inner = explain.Statement is not null
            ? StatementBinder.Bind(explain.Statement, state)
            : Stored(explain, state, out view);
        return inner is QueryPlan or CreateMaterializedViewPlan or CreateViewPlan or InsertPlan or UpdatePlan or DeletePlan or CreateTablePlan { AsQuery: not null }
            ? new ExplainPlan(inner, Stage(explain), explain.IsAnalyze || explain.Options.Any(o => o.Name == "analyze" && OptionValues.Boolean(o))) { View = view }
            : throw BindError.NotSupported("EXPLAIN of this statement", explain.Position);
    }

    private static string Stage(ExplainSyntax explain)
    {
        if (explain.Options.Any(o => o.Name == "trace" && OptionValues.Boolean(o)))
        {
            return "trace";
        }

        if (explain.Options.Any(o => o.Name == "logical" && OptionValues.Boolean(o)))
        {
            return "optimized";
        }

        return explain.Stage switch
        {
            null or "plan" or "physical plan" => "physical",
            "raw plan" or "logical plan" => "logical",
            "decorrelated plan" or "locally optimized plan" or "optimized plan" => "optimized",
            string other => throw BindError.NotSupported($"EXPLAIN {other.ToUpperInvariant()}", explain.Position),
        };
    }

    /// <summary>EXPLAIN … VIEW name: the stored query.</summary>
    private static QueryPlan Stored(ExplainSyntax explain, BinderState state, out MaterializedViewItem? materialized)
    {
        RelationItem item = state.Relations.Relation(explain.ItemName!, explain.ItemName!.Position);
        materialized = item as MaterializedViewItem;
        string text = item switch
        {
            ViewItem view => view.QueryText,
            MaterializedViewItem view => view.QueryText,
            RelationItem other => throw BindError.At(SqlState.WrongObjectType, explain.ItemName.Position, $"\"{other.Name}\" is not a view"),
        };
        return state.WithFixedPath(() => new QueryBinder(state).Bind(StoredText.Query(text), QueryEnvironment.Empty).ToPlan());
    }
}
