using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Two projections in a row become one, and a projection of every column in place disappears.</summary>
/// <remarks>
/// Not when that would compute an expression twice: <c>SELECT x + x FROM (SELECT f(a) AS x …)</c> keeps the inner projection
/// unless f(a) is a plain column or is read once. Nor across a volatile expression or a shared node.
/// </remarks>
internal static class MergeProjects
{
    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root);

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        /// <summary>Rewritten nodes that several others read.</summary>
        private readonly HashSet<LogicalNode> _shared = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (_done.TryGetValue(node, out LogicalNode? known))
            {
                return known;
            }

            LogicalNode result = Merge(LogicalRewriter.RewriteInputs(node, Visit));
            _done.Add(node, result);
            if (parents.GetValueOrDefault(node) > 1)
            {
                _shared.Add(result);
            }

            return result;
        }

        private LogicalNode Merge(LogicalNode node)
        {
            if (node is not LogicalProject outer)
            {
                return node;
            }

            if (outer.Input is LogicalProject inner && !_shared.Contains(inner))
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
}
