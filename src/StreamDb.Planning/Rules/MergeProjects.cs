using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Two projections in a row become one, and a projection of every column in place disappears.</summary>
/// <remarks>
/// Not when that would compute an expression twice: <c>SELECT x + x FROM (SELECT f(a) AS x …)</c> keeps the inner projection
/// unless f(a) is a plain column or is read once. Nor across a volatile expression or a shared node.
/// </remarks>
internal static class MergeProjects
{
    public static LogicalNode Apply(LogicalNode root)
    {
        Dictionary<LogicalNode, int> parents = LogicalRewriter.CountParents(root);
        return new LogicalRewriter(node => Merge(node, parents)).Rewrite(root);
    }

    private static LogicalNode Merge(LogicalNode node, Dictionary<LogicalNode, int> parents)
    {
        if (node is not LogicalProject outer)
        {
            return node;
        }

        if (outer.Input is LogicalProject inner && parents.GetValueOrDefault(inner) <= 1)
        {
            int[] reads = new int[inner.Expressions.Length];
            LogicalExpressions.Visit(outer, e =>
            {
                if (e is Expressions.Trees.ColumnExpression column)
                {
                    reads[column.Index]++;
                }
            });
            bool mayMerge = inner.Expressions.Select((e, i) => e is Expressions.Trees.ColumnExpression or Expressions.Trees.LiteralExpression
                || (reads[i] <= 1 && !LogicalExpressions.IsVolatile(e))).All(ok => ok);
            if (mayMerge)
            {
                outer = new LogicalProject(
                    inner.Input, [.. outer.Expressions.Select(e => LogicalExpressions.Substitute(e, inner.Expressions))], outer.Names);
            }
        }

        return outer.Expressions.Length == outer.Input.Columns.Length
            && outer.Expressions.Select((e, i) => e is Expressions.Trees.ColumnExpression column && column.Index == i).All(same => same)
            && outer.Names.SequenceEqual(outer.Input.Columns.Select(f => f.Name))
                ? outer.Input
                : outer;
    }
}
