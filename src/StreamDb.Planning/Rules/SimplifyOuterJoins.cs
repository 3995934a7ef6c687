using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Outer joins whose NULL-extended rows are thrown away above become inner joins, or one-sided ones.</summary>
/// <remarks>
/// <c>SELECT * FROM a LEFT JOIN b ON a.k = b.k WHERE b.v &gt; 0</c> is an inner join: a row without partner has NULL in b.v.
/// <c>WHERE b.v IS NULL</c> or <c>coalesce(b.v, 1) &gt; 0</c> keeps such rows and the join stays as it is. What is known of the
/// rows that go goes down through projections, grouping columns, inner joins and the conditions of joins, but not into the
/// side that an outer join preserves by its own condition: <c>a LEFT JOIN b ON a.k = b.k</c> keeps rows of a without k. Nor
/// into nodes that others read too, nor below a top-N, whose other rows would move up.
/// </remarks>
internal static class SimplifyOuterJoins
{
    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root, []);

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        /// <summary>A node with the same rows, but for rows that have NULL in one of the columns <paramref name="known"/>.</summary>
        public LogicalNode Visit(LogicalNode node, HashSet<int> known)
        {
            if (parents.GetValueOrDefault(node) <= 1)
            {
                return VisitNew(node, known);
            }

            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                result = VisitNew(node, []);
                _done.Add(node, result);
            }

            return result;
        }

        private LogicalNode VisitNew(LogicalNode node, HashSet<int> known)
        {
            switch (node)
            {
                case LogicalFilter filter:
                    return Over(filter, [.. known, .. NullRejection.Of(filter.Predicate)]);
                case LogicalProject project:
                    return Over(project, [.. known.SelectMany(c => NullRejection.NullWith(project.Expressions[c]))]);
                case LogicalAggregate { Keys.Length: > 0 } aggregate:
                    return Over(aggregate, [.. known.Where(c => c < aggregate.Keys.Length).SelectMany(c => NullRejection.NullWith(aggregate.Keys[c]))]);
                case LogicalDistinct or LogicalSetOperation { Kind: SetOperationKind.Union }:
                    return LogicalRewriter.RewriteInputs(node, input => Visit(input, known));
                case LogicalTableFunction function:
                    {
                        int width = function.Input.Columns.Length;
                        IEnumerable<int> arguments = function.Function.IsStrict ? function.Arguments.SelectMany(NullRejection.NullWith) : [];
                        return Over(function, [.. known.Where(c => c < width), .. arguments]);
                    }

                case LogicalJoin join:
                    return VisitJoin(join, known);
                default:
                    return LogicalRewriter.RewriteInputs(node, input => Visit(input, []));
            }
        }

        private LogicalNode Over(LogicalNode node, HashSet<int> known) => LogicalRewriter.RewriteInputs(node, input => Visit(input, known));

        private LogicalNode VisitJoin(LogicalJoin join, HashSet<int> known)
        {
            int width = join.Left.Columns.Length;
            JoinKind kind = Simplify(join.Kind, known.Any(c => c < width), known.Any(c => c >= width));
            HashSet<int> matched = NullRejection.Of(join.Condition);
            bool fillsLeft = kind is JoinKind.Right or JoinKind.Full;
            bool fillsRight = kind is JoinKind.Left or JoinKind.Full;

            // Rows of a side that only shows matched rows must satisfy the condition; those of a preserved side only what is above.
            HashSet<int> left = [.. kind == JoinKind.Full ? [] : known.Where(c => c < width && !fillsLeft)];
            HashSet<int> right = [.. kind is JoinKind.Full or JoinKind.Semi or JoinKind.Anti ? [] : known.Where(c => c >= width && !fillsRight)];
            if (kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi)
            {
                left.UnionWith(matched.Where(c => c < width));
            }

            if (kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti)
            {
                right.UnionWith(matched.Where(c => c >= width));
            }

            LogicalNode newLeft = Visit(join.Left, left);
            LogicalNode newRight = Visit(join.Right, [.. right.Select(c => c - width)]);
            return kind == join.Kind && ReferenceEquals(newLeft, join.Left) && ReferenceEquals(newRight, join.Right)
                ? join
                : new LogicalJoin(kind, newLeft, newRight, join.Condition);
        }

        private static JoinKind Simplify(JoinKind kind, bool needsLeft, bool needsRight) => (kind, needsLeft, needsRight) switch
        {
            (JoinKind.Left, _, true) or (JoinKind.Right, true, _) or (JoinKind.Full, true, true) => JoinKind.Inner,
            (JoinKind.Full, true, false) => JoinKind.Left,
            (JoinKind.Full, false, true) => JoinKind.Right,
            _ => kind,
        };
    }
}
