using System.Text;
using StreamDb.Coordinator.Checkpoints;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Explain;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Rendering;

namespace StreamDb.Coordinator.Statements;

/// <summary>EXPLAIN: the plan at the stage asked for, one line a row.</summary>
internal static class Explain
{
    public static BufferedRows Run(ExplainPlan explain, Catalog catalog, StatementContext context)
    {
        var text = new StringBuilder();
        LogicalNode? root = RootOf(explain.Inner, out bool isView);
        isView |= explain.View is not null;
        if (root is null)
        {
            text.Append(explain.Inner.GetType().Name.Replace("Plan", "", StringComparison.Ordinal));
        }
        else
        {
            using EvaluationContext evaluation = context.Evaluation();
            ViewOrigin? origin = OriginOf(explain.View, context);
            Func<RelationItem, long?> sizes = origin is null ? context.SizeOf : origin.SizeOf;
            JoinIndexes? indexes = origin?.Indexes ?? (isView ? JoinIndexes.Of(root, catalog) : null);
            switch (explain.Stage)
            {
                case "logical":
                    text.Append(PlanPrinter.Print(root));
                    break;
                case "optimized":
                    text.Append(PlanPrinter.Print(Optimizer.Optimize(root, evaluation, sizes: sizes, indexes: indexes)));
                    break;
                case "trace":
                    text.Append("bound\n").Append(PlanPrinter.Print(root));
                    Optimizer.Optimize(root, evaluation, (rule, plan) => text.Append("\n\n").Append(rule).Append('\n').Append(PlanPrinter.Print(plan)), sizes, indexes);
                    break;
                default:
                    {
                        LogicalNode optimized = Optimizer.Optimize(root, evaluation, sizes: sizes, indexes: indexes);
                        text.Append(indexes is not null
                            ? PrintView(Lowering.LowerView(optimized, indexes), explain.View, catalog, context)
                            : PlanPrinter.Print(Lowering.LowerQuery(optimized, QueryRunner.ArrangementsOf(catalog))));
                        break;
                    }
            }
        }

        ColumnBatch rows = ColumnBatch.FromRows(
            [PhysicalType.Bytes], [.. text.ToString().Split('\n').Select(line => System.Collections.Immutable.ImmutableArray.Create(Datum.Text(line)))]);
        return new BufferedRows([new ResultColumn("QUERY PLAN", SqlType.Text)], [rows], "EXPLAIN");
    }

    private static ViewOrigin? OriginOf(MaterializedViewItem? view, StatementContext context) =>
        view is null ? null : context.Database.ViewOrigins.GetValueOrDefault(view.Id);

    /// <summary>A view's plan, with the names of other views beside what those keep, too, and it need not.</summary>
    /// <param name="view">null: it is not there yet.</param>
    private static string PrintView(PhysicalNode root, MaterializedViewItem? view, Catalog catalog, StatementContext context)
    {
        StatementContext creator = OriginOf(view, context)?.Context(context.Database) ?? context;
        DataflowDescription dataflow = Renderer.RenderView(
            root, view?.Id ?? default, view?.Key ?? [], creator.Rendering, out IReadOnlyDictionary<PhysicalNode, Node> nodes);
        ILookup<Node, SharedPart> shared = context.Database.Engine.SharedParts(dataflow).Where(part => part.Users.Count > 0).ToLookup(part => part.Node);
        return PlanPrinter.Print(root, node => nodes.TryGetValue(node, out Node? rendered)
            ? string.Concat(shared[rendered].Select(part => Note(node, part)))
            : "");

        string Note(PhysicalNode node, SharedPart part)
        {
            string users = string.Join(", ", part.Users.Select(id => catalog.Find(id.Value)?.Name ?? "a changelog").Distinct());
            PhysicalNode? side = part.Side is null ? null : node.Inputs.FirstOrDefault(input => nodes.GetValueOrDefault(input) == part.Side);
            return side is null
                ? $"  (kept for {users})"
                : $"  (index of {((PhysicalGet)side).Relation.Name} by [{string.Join(", ", part.Keys.Select(key => side.Columns[key].Name))}] kept for {users})";
        }
    }

    private static LogicalNode? RootOf(StatementPlan plan, out bool isView)
    {
        isView = plan is CreateMaterializedViewPlan;
        return plan switch
        {
            QueryPlan query => query.Root,
            CreateMaterializedViewPlan create => create.Query.Root,
            InsertPlan insert => insert.Source,
            UpdatePlan update => update.Source,
            DeletePlan delete => delete.Source,
            _ => null,
        };
    }
}
