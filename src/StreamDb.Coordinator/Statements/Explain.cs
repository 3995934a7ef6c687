using System.Text;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Explain;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;

namespace StreamDb.Coordinator.Statements;

/// <summary>EXPLAIN: the plan at the stage asked for, one line a row.</summary>
internal static class Explain
{
    public static BufferedRows Run(ExplainPlan explain, Catalog catalog, StatementContext context)
    {
        var text = new StringBuilder();
        LogicalNode? root = RootOf(explain.Inner, out bool isView);
        if (root is null)
        {
            text.Append(explain.Inner.GetType().Name.Replace("Plan", "", StringComparison.Ordinal));
        }
        else
        {
            using EvaluationContext evaluation = context.Evaluation();
            switch (explain.Stage)
            {
                case "logical":
                    text.Append(PlanPrinter.Print(root));
                    break;
                case "optimized":
                    text.Append(PlanPrinter.Print(Optimizer.Optimize(root, evaluation)));
                    break;
                case "trace":
                    text.Append("bound\n").Append(PlanPrinter.Print(root));
                    Optimizer.Optimize(root, evaluation, (rule, plan) => text.Append("\n\n").Append(rule).Append('\n').Append(PlanPrinter.Print(plan)));
                    break;
                default:
                    {
                        LogicalNode optimized = Optimizer.Optimize(root, evaluation);
                        text.Append(PlanPrinter.Print(isView
                            ? Lowering.LowerView(optimized)
                            : Lowering.LowerQuery(optimized, QueryRunner.ArrangementsOf(catalog))));
                        break;
                    }
            }
        }

        ColumnBatch rows = ColumnBatch.FromRows(
            [PhysicalType.Bytes], [.. text.ToString().Split('\n').Select(line => System.Collections.Immutable.ImmutableArray.Create(Datum.Text(line)))]);
        return new BufferedRows([new ResultColumn("QUERY PLAN", SqlType.Text)], [rows], "EXPLAIN");
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
