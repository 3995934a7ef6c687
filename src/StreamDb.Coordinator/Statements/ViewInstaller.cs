using StreamDb.Coordinator.Checkpoints;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Rendering;

namespace StreamDb.Coordinator.Statements;

/// <summary>Puts the dataflow of a materialized view into the engine.</summary>
internal static class ViewInstaller
{
    /// <summary>The plan that is rendered.</summary>
    public static LogicalNode Optimize(LogicalNode root, ViewOrigin origin, StatementContext context)
    {
        using EvaluationContext evaluation = context.Evaluation();
        return Optimizer.Optimize(root, evaluation, sizes: origin.SizeOf, indexes: origin.Indexes);
    }

    /// <summary>The plan of a new view, by the sizes and indexes that its relations have now.</summary>
    /// <param name="origin">Of the view; with these sizes and indexes.</param>
    public static LogicalNode Optimize(LogicalNode root, Catalog catalog, StatementContext context, out ViewOrigin origin)
    {
        var sizes = new Dictionary<RelationId, long>();
        var indexes = JoinIndexes.Of(root, catalog);
        using EvaluationContext evaluation = context.Evaluation();
        LogicalNode optimized = Optimizer.Optimize(root, evaluation, sizes: SizeOf, indexes: indexes);
        origin = ViewOrigin.Of(context) with { Sizes = sizes, Indexes = indexes };
        return optimized;

        // Asked twice it says the same: rows may come meanwhile.
        long? SizeOf(RelationItem relation)
        {
            if (!sizes.TryGetValue(relation.Id, out long size))
            {
                if (context.SizeOf(relation) is not { } rows)
                {
                    return null;
                }

                sizes.Add(relation.Id, size = rows);
            }

            return size;
        }
    }

    /// <summary>Optimizes and installs; when it returns, snapshots show the view.</summary>
    public static InstallOutcome Install(
        Database database, MaterializedViewItem view, LogicalNode root, ViewOrigin origin, StatementContext context, Epoch asOf, long nowMicroseconds) =>
        InstallOptimized(database, view, Optimize(root, origin, context), origin, context, asOf, nowMicroseconds);

    /// <param name="context">Of the session that created the view.</param>
    /// <param name="nowMicroseconds">What now() is.</param>
    public static InstallOutcome InstallOptimized(
        Database database, MaterializedViewItem view, LogicalNode optimized, ViewOrigin origin, StatementContext context, Epoch asOf, long nowMicroseconds)
    {
        var errors = new ViewErrorCollector();
        InstallOutcome outcome = database.Engine.Install(Describe(view, optimized, origin, context), asOf, nowMicroseconds, errors);
        database.ViewErrors[view.Id] = errors;
        database.ViewOrigins[view.Id] = origin;
        return outcome;
    }

    /// <summary>The view's dataflow.</summary>
    public static DataflowDescription Describe(MaterializedViewItem view, LogicalNode optimized, ViewOrigin origin, StatementContext context) =>
        Renderer.RenderView(Lowering.LowerView(optimized, origin.Indexes), view.Id, view.Key, context.Rendering);
}
