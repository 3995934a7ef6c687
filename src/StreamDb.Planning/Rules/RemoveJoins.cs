using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>An outer join of whose other side nothing is read goes, and an inner one becomes a semi join, where neither changes how often rows come, or nobody asks.</summary>
/// <remarks>
/// <c>SELECT a.* FROM a LEFT JOIN b ON a.k = b.k</c> with b.k unique is a. Without the key, rows of a come once per partner:
/// <c>SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k</c> counts pairs; but <c>SELECT max(a.x)</c> does not, nor <c>SELECT DISTINCT
/// a.x</c> (<see cref="Duplicates"/>). An inner join also asks whether there is a partner: where duplicates do not matter, that is
/// all it asks, and the join keeps of b its keys alone. A column of b that the join equates with one of a is read from a.
/// <para>An inner join stays when each row finds at most one partner, since there are no duplicates to save; when its condition
/// is more than equalities, which a semi join would ask of pairs anyway; over a recursion's tables; and as part of a delta
/// join, which keeps nothing at all.</para>
/// </remarks>
internal static class RemoveJoins
{
    /// <param name="indexes">By what columns whole relations are kept for joins; null: the query runs once.</param>
    public static LogicalNode Apply(LogicalNode root, JoinIndexes? indexes = null)
    {
        var pass = new Pass(LogicalRewriter.CountParents(root), indexes ?? JoinIndexes.None);
        return pass.Visit(root);
    }

    private sealed class Pass(Dictionary<LogicalNode, int> parents, JoinIndexes indexes)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                // Again for what comes to stand below: the join of a join may go, too.
                result = node;
                while (Remove(result) is { } simpler)
                {
                    result = simpler;
                }

                result = LogicalRewriter.RewriteInputs(result, Visit);
                _done.Add(node, result);
            }

            return result;
        }

        private bool IsShared(LogicalNode node) => parents.GetValueOrDefault(node) > 1;

        /// <summary>The node over one side of the join that it stands on; null where the join stays.</summary>
        private LogicalNode? Remove(LogicalNode node)
        {
            bool mayRepeat = Duplicates.DoNotMatterTo(node);
            if (node is not (LogicalProject or LogicalAggregate) && !mayRepeat)
            {
                return null;
            }

            // Filters, and where duplicates do not matter projections, may stand between. What is above the first projection does not see the join.
            HashSet<int> read = Read(node);
            var between = new Stack<LogicalNode>();
            LogicalNode input = node.Inputs[0];
            while (!IsShared(input) && (input is LogicalFilter || (input is LogicalProject && mayRepeat)) && !IsVolatile(input))
            {
                read = input is LogicalProject ? Read(input) : [.. read, .. Read(input)];
                between.Push(input);
                input = input.Inputs[0];
            }

            // A DISTINCT right above the join shows every column.
            bool hasList = node is not LogicalDistinct || between.Any(step => step is LogicalProject);
            return hasList && input is LogicalJoin join && Kept(join, read, mayRepeat) is { } kept ? Above(node, between, kept.Node, kept.Map) : null;
        }

        private static LogicalNode Above(LogicalNode node, Stack<LogicalNode> between, LogicalNode kept, Func<int, int> map)
        {
            foreach (LogicalNode step in between.Append(node))
            {
                Func<int, int> now = map;
                kept = LogicalExpressions.MapExpressions(step.WithInputs([kept]), e => LogicalExpressions.RemapColumns(e, now));
                map = step is LogicalProject ? static c => c : map;
            }

            return kept;
        }

        /// <summary>What is left of a join of which only these columns are read, and where they are; null: all of it.</summary>
        private (LogicalNode Node, Func<int, int> Map)? Kept(LogicalJoin join, HashSet<int> read, bool mayRepeat)
        {
            int width = join.Left.Columns.Length;
            switch (join.Kind)
            {
                case JoinKind.Left when read.All(c => c < width) && (mayRepeat || UniqueKeys.IsMatchedOnce(join, right: true)):
                    return (join.Left, c => c);
                case JoinKind.Right when read.All(c => c >= width) && (mayRepeat || UniqueKeys.IsMatchedOnce(join, right: false)):
                    return (join.Right, c => c - width);
                case JoinKind.Inner when mayRepeat && !IsShared(join) && !LogicalExpressions.IsVolatile(join.Condition):
                    return HalfOf(join, read, left: true) ?? HalfOf(join, read, left: false);
                default:
                    return null;
            }
        }

        /// <summary>The rows of one side that have partners.</summary>
        private (LogicalNode Node, Func<int, int> Map)? HalfOf(LogicalJoin join, HashSet<int> read, bool left)
        {
            int width = join.Left.Columns.Length;
            Dictionary<int, int> equal = [];
            foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(join.Condition))
            {
                if (EqualColumns.AreEqual(conjunct, out ColumnExpression first, out ColumnExpression second)
                    && first.Index < width != second.Index < width)
                {
                    (int kept, int other) = first.Index < width == left ? (first.Index, second.Index) : (second.Index, first.Index);
                    equal.TryAdd(other, kept);
                }
            }

            if (!read.All(c => c < width == left || equal.ContainsKey(c))
                || EquiKeys.Split(join.Condition, width).Residual.Count > 0
                || UniqueKeys.IsMatchedOnce(join, right: left)
                || LogicalRewriter.ReadsRecursion(join)
                || DeltaJoins.IsOne(join, indexes, IsShared))
            {
                return null;
            }

            int rightWidth = join.Right.Columns.Length;
            return left
                ? (new LogicalJoin(JoinKind.Semi, join.Left, join.Right, join.Condition), c => c < width ? c : equal[c])
                : (
                    new LogicalJoin(
                        JoinKind.Semi,
                        join.Right,
                        join.Left,
                        LogicalExpressions.RemapColumns(join.Condition, c => c < width ? c + rightWidth : c - width)),
                    c => (c < width ? equal[c] : c) - width);
        }

        private static bool IsVolatile(LogicalNode node)
        {
            bool isVolatile = false;
            LogicalExpressions.Visit(node, e => isVolatile |= LogicalExpressions.IsVolatile(e));
            return isVolatile;
        }

        private static HashSet<int> Read(LogicalNode node)
        {
            HashSet<int> columns = [.. node is LogicalDistinct ? Enumerable.Range(0, node.Columns.Length) : []];
            LogicalExpressions.Visit(node, e =>
            {
                if (e is ColumnExpression column)
                {
                    columns.Add(column.Index);
                }
            });
            return columns;
        }
    }
}
