using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>Moves filter conjuncts as far down as they stay true, and join conjuncts of one side into that side.</summary>
/// <remarks>
/// Conditions under which a conjunct stops:
/// <para>Outer join: a WHERE conjunct may enter only the preserved side. <c>SELECT * FROM a LEFT JOIN b ON a.k = b.k WHERE
/// b.v IS NULL</c> would keep every row of a if the conjunct went into b. An ON conjunct may enter only the other side.</para>
/// <para>Aggregate, window, top-N: only over the grouping columns. <c>SELECT * FROM (SELECT k, sum(v) s … GROUP BY k) WHERE
/// s &gt; 5</c> must not filter rows before the sum. Without keys nothing passes: an aggregate of no rows is still a row.</para>
/// <para>Bounds by <c>now()</c> of both sides of a join stay above it, where a view can keep them: a join's own condition has no time.</para>
/// <para>Volatile conjuncts stay where they are, and nothing enters a node that has other parents.</para>
/// <para>A conjunct on a column that a join equates with another one is asked of both (<see cref="EqualColumns"/>).</para>
/// </remarks>
internal static class PushPredicates
{
    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root);

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (_done.TryGetValue(node, out LogicalNode? known))
            {
                return known;
            }

            LogicalNode result = PushInto(node, []);
            _done[node] = result;
            return result;
        }

        /// <summary>The node with <paramref name="conjuncts"/> (over its columns) applied, as deep as possible.</summary>
        private LogicalNode Push(LogicalNode node, List<ScalarExpression> conjuncts)
        {
            // A shared node is rewritten once, and nothing enters it: its other readers want all its rows.
            return parents.GetValueOrDefault(node) > 1 ? Filter(Visit(node), conjuncts) : PushInto(node, conjuncts);
        }

        private LogicalNode PushInto(LogicalNode node, List<ScalarExpression> conjuncts)
        {
            switch (node)
            {
                case LogicalFilter filter:
                    return Push(filter.Input, [.. LogicalExpressions.Conjuncts(filter.Predicate), .. conjuncts]);

                case LogicalProject project:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, c =>
                            !LogicalExpressions.ColumnsOf(c).Any(i => LogicalExpressions.IsVolatile(project.Expressions[i])));
                        LogicalNode input = Push(project.Input, [.. down.Select(c => LogicalExpressions.Substitute(c, project.Expressions))]);
                        return Filter(new LogicalProject(input, project.Expressions, project.Names), stay);
                    }

                case LogicalJoin join:
                    return PushJoin(join, conjuncts);

                case LogicalApply apply:
                    {
                        int width = apply.Left.Columns.Length;
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, c =>
                            apply.Kind is not (JoinKind.Right or JoinKind.Full) && LogicalExpressions.ColumnsOf(c).All(i => i < width));
                        return Filter(apply.WithInputs([Push(apply.Left, down), Visit(apply.Right)]), stay);
                    }

                case LogicalAggregate { Keys.Length: > 0 } aggregate:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, c =>
                            LogicalExpressions.ColumnsOf(c) is { Count: > 0 } columns && columns.All(i => i < aggregate.Keys.Length));
                        LogicalNode input = Push(
                            aggregate.Input, [.. down.Select(c => LogicalExpressions.Substitute(c, aggregate.Keys))]);
                        return Filter(aggregate.WithInputs([input]), stay);
                    }

                case LogicalDistinct distinct:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, _ => true);
                        return Filter(new LogicalDistinct(Push(distinct.Input, down)), stay);
                    }

                case LogicalSetOperation { Kind: SetOperationKind.Union } union:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, _ => true);
                        return Filter(
                            new LogicalSetOperation(
                                SetOperationKind.Union, union.IsAll, [.. union.Operands.Select(o => Push(o, [.. down]))]),
                            stay);
                    }

                case LogicalTableFunction function:
                    {
                        int width = function.Input.Columns.Length;
                        (List<ScalarExpression> down, List<ScalarExpression> stay) =
                            Split(conjuncts, c => LogicalExpressions.ColumnsOf(c).All(i => i < width));
                        return Filter(function.WithInputs([Push(function.Input, down)]), stay);
                    }

                case LogicalTopN top:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, c =>
                            LogicalExpressions.ColumnsOf(c) is { Count: > 0 } columns && columns.All(i => top.PartitionBy.Contains(i)));
                        return Filter(top.WithInputs([Push(top.Input, down)]), stay);
                    }

                case LogicalWindow window:
                    {
                        (List<ScalarExpression> down, List<ScalarExpression> stay) = Split(conjuncts, c =>
                            LogicalExpressions.ColumnsOf(c) is { Count: > 0 } columns
                            && columns.All(i => window.Calls.All(w => w.PartitionBy.Contains(i))));
                        return Filter(window.WithInputs([Push(window.Input, down)]), stay);
                    }

                default:
                    return Filter(LogicalRewriter.RewriteInputs(node, Visit), conjuncts);
            }
        }

        private LogicalNode PushJoin(LogicalJoin join, List<ScalarExpression> conjuncts)
        {
            int width = join.Left.Columns.Length;
            var left = new List<ScalarExpression>();
            var right = new List<ScalarExpression>();
            var above = new List<ScalarExpression>();
            var on = new List<ScalarExpression>();
            bool leftPreserved = join.Kind is not (JoinKind.Right or JoinKind.Full);
            bool rightPreserved = join.Kind is JoinKind.Inner or JoinKind.Right;
            foreach (ScalarExpression conjunct in conjuncts)
            {
                bool isVolatile = LogicalExpressions.IsVolatile(conjunct);
                if (leftPreserved && !isVolatile && IsLeft(conjunct))
                {
                    left.Add(conjunct);
                }
                else if (rightPreserved && !isVolatile && IsRight(conjunct))
                {
                    right.Add(LogicalExpressions.ShiftColumns(conjunct, -width));
                }
                else if (join.Kind == JoinKind.Inner && !isVolatile && !TemporalBound.UsesNow(conjunct))
                {
                    on.Add(conjunct);
                }
                else
                {
                    above.Add(conjunct);
                }
            }

            foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(join.Condition))
            {
                if (LogicalExpressions.IsVolatile(conjunct))
                {
                    on.Add(conjunct);
                    continue;
                }

                // ON: a left join keeps left rows that fail it, so it may only thin out the right side.
                if (join.Kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi && IsLeft(conjunct) && HasColumns(conjunct))
                {
                    left.Add(conjunct);
                }
                else if (join.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti
                    && IsRight(conjunct) && HasColumns(conjunct))
                {
                    right.Add(LogicalExpressions.ShiftColumns(conjunct, -width));
                }
                else
                {
                    (join.Kind == JoinKind.Inner && TemporalBound.UsesNow(conjunct) ? above : on).Add(conjunct);
                }
            }

            // What is asked of one side holds for the columns that the join equates with it, on a side that shows matched rows only.
            ScalarExpression equalities = LogicalExpression.And(on);
            List<ScalarExpression> rightBefore = [.. right.Select(c => LogicalExpressions.ShiftColumns(c, width))];
            if (join.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti)
            {
                right.AddRange(EqualColumns.Derive(equalities, width, left, toRight: true)
                    .Except(rightBefore).Select(c => LogicalExpressions.ShiftColumns(c, -width)));
            }

            if (join.Kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi)
            {
                left.AddRange(EqualColumns.Derive(equalities, width, rightBefore, toRight: false).Except(left).ToList());
            }

            return Filter(
                new LogicalJoin(join.Kind, Push(join.Left, left), Push(join.Right, right), LogicalExpression.And(on)), above);

            bool IsLeft(ScalarExpression e) => LogicalExpressions.ColumnsOf(e).All(i => i < width);

            bool IsRight(ScalarExpression e) => LogicalExpressions.ColumnsOf(e).All(i => i >= width);

            static bool HasColumns(ScalarExpression e) => LogicalExpressions.Any(e, x => x is ColumnExpression);
        }

        private static (List<ScalarExpression> Down, List<ScalarExpression> Stay) Split(
            List<ScalarExpression> conjuncts, Func<ScalarExpression, bool> mayPass)
        {
            ILookup<bool, ScalarExpression> parts = conjuncts.ToLookup(c => !LogicalExpressions.IsVolatile(c) && mayPass(c));
            return ([.. parts[true]], [.. parts[false]]);
        }

        private static LogicalNode Filter(LogicalNode node, List<ScalarExpression> conjuncts) =>
            conjuncts.Count == 0 ? node : new LogicalFilter(node, LogicalExpression.And(conjuncts));
    }
}
