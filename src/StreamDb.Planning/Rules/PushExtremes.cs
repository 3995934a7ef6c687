using System.Collections.Immutable;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>An aggregation of a view to which duplicates do not matter groups a side of its join first, so that the join keeps one row a group.</summary>
/// <remarks>
/// <c>SELECT c.country, max(o.price) FROM c JOIN o ON o.customer = c.id GROUP BY c.country</c> needs of each customer's orders the
/// greatest price alone: the join keeps that instead of all orders, and hears of an order only when it is a new greatest one.
/// Rows of a side that agree in the columns that the join compares find the same partners; those that agree in the columns that
/// the aggregation groups by, too, go to the same groups, and so they may be one row with their extremes. The aggregation above
/// takes the extremes of these, or goes, when its groups have one row each. That holds for every kind of join: what an outer
/// join fills up is NULL, which extremes pass over.
/// <para>Not when an aggregate counts rows: <c>max(o.price), count(*)</c>. Not when an aggregate's argument or filter reads more of the
/// side than one row a group has, unless it reads nothing but that side: <c>max(o.price - c.discount)</c>.</para>
/// <para>Not expressions that can fail: <c>max(10 / o.n)</c> must not be asked of an order without customer. And on the side that an
/// outer join fills up no expressions at all: <c>max(coalesce(o.price, 0))</c> of a customer without orders is 0.</para>
/// <para>Not when a join of the same rows is read elsewhere, nor a filter over both sides stands between; not over a recursion's
/// tables; not for columns whose equal values may differ (1.0 and 1.00), which the condition or the result may tell apart.</para>
/// Where it pays:
/// <para>Groups must not be as fine as rows: they hold no key of the side, and no column but those of the join's equalities,
/// unless the query groups by these, too, and then the groups below are the query's own. Nexmark's q4 (<c>b.date_time BETWEEN
/// a.date_time AND a.expires</c>) would group bids by their time.</para>
/// <para>Not when a filter thins out the other side: TPC-H's q2 would find the least cost of every part in order to look at a few.</para>
/// <para>A side without extremes to take is made distinct only when the aggregation above then goes.</para>
/// <para>Not where indexes keep the rows by the join's columns anyway: delta joins, and a relation that has such an index.</para>
/// <para>Not in a query that runs once: it would group rows that the join drops, to keep them for nothing.</para>
/// </remarks>
internal static class PushExtremes
{
    /// <param name="indexes">By what columns whole relations are kept for joins.</param>
    public static LogicalNode Apply(LogicalNode root, JoinIndexes indexes) => new Pass(LogicalRewriter.CountParents(root), indexes).Visit(root);

    /// <summary>An aggregation right above a join.</summary>
    /// <param name="Keys">Over the join's row, as the calls.</param>
    private sealed record Grouping(LogicalJoin Join, ImmutableArray<ScalarExpression> Keys, ImmutableArray<AggregateCall> Calls)
    {
        public int Width => Join.Left.Columns.Length;

        /// <summary>Columns that the aggregation groups by, and those that the join makes equal to them.</summary>
        public HashSet<int> GroupedBy()
        {
            HashSet<int> columns = [.. Keys.OfType<ColumnExpression>().Select(c => c.Index)];
            foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(Join.Condition))
            {
                // A left join's right column is the left one, or NULL; the left one is not told by that.
                if (Join.Kind is JoinKind.Inner or JoinKind.Left && EqualColumns.AreEqual(conjunct, out ColumnExpression first, out ColumnExpression second))
                {
                    if (columns.Contains(first.Index) && (Join.Kind == JoinKind.Inner || first.Index < Width))
                    {
                        columns.Add(second.Index);
                    }
                    else if (columns.Contains(second.Index) && (Join.Kind == JoinKind.Inner || second.Index < Width))
                    {
                        columns.Add(first.Index);
                    }
                }
            }

            return columns;
        }

        /// <summary>Whether each group has one row, whose values are what the aggregates give.</summary>
        public bool IsOfSingleRows() => Keys.Length > 0
            && Calls.All(c => c.Filter is null && Duplicates.IsOfExtremes(c) && c.Type.Equals(c.Arguments[0].Type))
            && UniqueKeys.Covers(Join, GroupedBy());
    }

    private sealed class Pass(Dictionary<LogicalNode, int> parents, JoinIndexes indexes)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                // From the top: what is pushed into a join may go on into a join below.
                result = LogicalRewriter.RewriteInputs(Push(node) ?? node, Visit);
                _done.Add(node, result);
            }

            return result;
        }

        private LogicalNode? Push(LogicalNode node)
        {
            if (!Duplicates.DoNotMatterTo(node) || GroupingOf(node) is not { } grouping || StaysWhole(grouping.Join))
            {
                return null;
            }

            bool isChanged = false;
            foreach (bool isRight in (bool[])[false, true])
            {
                if (Push(grouping, isRight, takesExtremes: true) is { } pushed)
                {
                    (grouping, isChanged) = (pushed, true);
                }
            }

            Grouping distinct = Push(grouping, isRight: false, takesExtremes: false) ?? grouping;
            distinct = Push(distinct, isRight: true, takesExtremes: false) ?? distinct;
            ImmutableArray<string> names = [.. node.Columns.Select(f => f.Name)];
            return distinct.IsOfSingleRows() && (isChanged || !ReferenceEquals(distinct, grouping))
                ? new LogicalProject(distinct.Join, [.. distinct.Keys, .. distinct.Calls.Select(c => c.Arguments[0])], names)
                : isChanged ? new LogicalAggregate(grouping.Join, grouping.Keys, grouping.Calls, names)
                : null;
        }

        private Grouping? GroupingOf(LogicalNode node)
        {
            LogicalNode input = node.Inputs[0];
            ImmutableArray<ScalarExpression> keys = node is LogicalAggregate { Keys: var given } ? given : [.. LogicalExpressions.AllColumns(input)];
            ImmutableArray<AggregateCall> calls = node is LogicalAggregate { Aggregates: var all } ? all : [];
            while (input is LogicalProject project && !IsShared(project) && !project.Expressions.Any(LogicalExpressions.IsVolatile))
            {
                keys = [.. keys.Select(k => LogicalExpressions.Substitute(k, project.Expressions))];
                calls = [.. calls.Select(c => LogicalExpressions.Map(c, e => LogicalExpressions.Substitute(e, project.Expressions)))];
                input = project.Input;
            }

            return input is LogicalJoin join ? new Grouping(join, keys, calls) : null;
        }

        private bool IsShared(LogicalNode node) => parents.GetValueOrDefault(node) > 1;

        private bool StaysWhole(LogicalJoin join) => IsShared(join) || LogicalExpressions.IsVolatile(join.Condition) || TemporalBound.UsesNow(join.Condition)
            || LogicalRewriter.ReadsRecursion(join) || DeltaJoins.IsOne(join, indexes, IsShared);

        /// <summary>The aggregation over a join whose one side is grouped; null where it stays as it is.</summary>
        /// <param name="takesExtremes">Whether extremes of that side are asked for; otherwise it is made distinct.</param>
        private Grouping? Push(Grouping grouping, bool isRight, bool takesExtremes)
        {
            LogicalJoin join = grouping.Join;
            if ((isRight && join.Kind is JoinKind.Semi or JoinKind.Anti) || JoinColumnsOf(join, isRight) is not { Count: > 0 } columns)
            {
                return null;
            }

            (LogicalNode side, LogicalNode other) = isRight ? (join.Right, join.Left) : (join.Left, join.Right);
            (int start, int end) = isRight ? (grouping.Width, grouping.Width + side.Columns.Length) : (0, grouping.Width);
            bool isFilled = join.Kind == JoinKind.Full || join.Kind == (isRight ? JoinKind.Left : JoinKind.Right);
            bool isOfQuery = columns.IsSubsetOf(grouping.GroupedBy());
            bool showsAll = join.Kind == JoinKind.Full || join.Kind == (isRight ? JoinKind.Right : JoinKind.Left);
            if (IsKept(side, [.. columns.Select(c => c - start)]) || (!showsAll && LogicalRewriter.Any(other, static node => node is LogicalFilter)))
            {
                return null;
            }

            foreach (ScalarExpression key in grouping.Keys)
            {
                int[] read = [.. LogicalExpressions.ColumnsOf(key).Where(c => c >= start && c < end && !columns.Contains(c))];
                if (read.Length > 0 && (!isOfQuery || key is not ColumnExpression))
                {
                    return null;
                }

                columns.UnionWith(read);
            }

            var parts = new List<AggregateCall>();
            var calls = new List<(AggregateCall Call, int Part)>();
            foreach (AggregateCall call in grouping.Calls)
            {
                if (!ReadsOther(call))
                {
                    calls.Add((call, -1));
                }
                else if (Divide(call) is { } divided)
                {
                    calls.Add((divided.Above, parts.Count));
                    parts.Add(divided.Below);
                }
                else
                {
                    return null;
                }
            }

            int[] kept = [.. columns.Order().Select(c => c - start)];
            if (parts.Count > 0 != takesExtremes
                || kept.Any(c => !EqualColumns.HasOneForm(side.Columns[c].Type))
                || UniqueKeys.Covers(side, kept))
            {
                return null;
            }

            return Over(Group(side, kept, parts), kept);

            // Whether the call reads what rows of a group may differ in.
            bool ReadsOther(AggregateCall call)
            {
                bool reads = false;
                LogicalExpressions.Map(call, e =>
                {
                    reads |= Others(e).Any();
                    return e;
                });
                return reads;
            }

            IEnumerable<int> Others(ScalarExpression e) => LogicalExpressions.ColumnsOf(e).Where(c => c >= start && c < end && !columns.Contains(c));

            // An extreme of the side's groups, over the side's row, and what is left to do with it. A filter is asked on one of the two levels.
            (AggregateCall Below, AggregateCall Above)? Divide(AggregateCall call)
            {
                ScalarExpression[] filter = call.Filter is null ? [] : [call.Filter];
                bool filtersBelow = filter.Any(f => Others(f).Any());
                return Duplicates.IsOfExtremes(call) && IsOfSide(call.Arguments[0]) && (!filtersBelow || filter.All(IsOfSide))
                    && (!isFilled || call.Arguments[0] is ColumnExpression)
                    ? (LogicalExpressions.Map(
                        call with { IsDistinct = false, Filter = filtersBelow ? call.Filter : null }, e => LogicalExpressions.ShiftColumns(e, -start)),
                        call with { IsDistinct = false, Filter = filtersBelow ? null : call.Filter })
                    : null;
            }

            bool IsOfSide(ScalarExpression e) => LogicalExpressions.ColumnsOf(e).All(c => c >= start && c < end) && EqualColumns.CannotFail(e);

            Grouping Over(LogicalNode grouped, int[] groupedBy)
            {
                int dropped = side.Columns.Length - grouped.Columns.Length;
                LogicalJoin result = new(join.Kind, isRight ? join.Left : grouped, isRight ? grouped : join.Right, Moved(join.Condition));
                return new Grouping(
                    result,
                    [.. grouping.Keys.Select(Moved)],
                    [.. calls.Select(c => c.Part < 0
                        ? LogicalExpressions.Map(c.Call, Moved)
                        : c.Call with
                        {
                            Arguments = [LogicalExpressions.Column(result, start + groupedBy.Length + c.Part)],
                            Filter = c.Call.Filter is null ? null : Moved(c.Call.Filter),
                        })]);

                ScalarExpression Moved(ScalarExpression e) => LogicalExpressions.RemapColumns(
                    e, c => c < start ? c : c >= end ? c - dropped : start + Array.IndexOf(groupedBy, c - start));
            }
        }

        private static LogicalNode Group(LogicalNode side, int[] columns, List<AggregateCall> parts)
        {
            ImmutableArray<ScalarExpression> keys = [.. columns.Select(c => LogicalExpressions.Column(side, c))];
            ImmutableArray<string> names = [.. columns.Select(c => side.Columns[c].Name)];
            return parts.Count == 0
                ? new LogicalDistinct(new LogicalProject(side, keys, names))
                : new LogicalAggregate(side, keys, [.. parts], names.AddRange(parts.Select(p => p.Function.Name)));
        }

        /// <summary>The columns of a side that the condition reads, when that is to compare them with the other side's only; over the join's row.</summary>
        private static HashSet<int>? JoinColumnsOf(LogicalJoin join, bool isRight)
        {
            int width = join.Left.Columns.Length;
            (List<(ScalarExpression Left, ScalarExpression Right, bool NullsMatch)> keys, List<ScalarExpression> residual) = EquiKeys.Split(join.Condition, width);
            HashSet<int> columns = [];
            foreach ((ScalarExpression left, ScalarExpression right, _) in keys)
            {
                if ((isRight ? right : left) is not ColumnExpression column)
                {
                    return null;
                }

                columns.Add(isRight ? column.Index + width : column.Index);
            }

            return residual.SelectMany(LogicalExpressions.ColumnsOf).All(c => c >= width != isRight || columns.Contains(c)) ? columns : null;
        }

        /// <summary>Whether an index keeps the rows of a relation by these columns.</summary>
        private bool IsKept(LogicalNode side, int[] columns) => side switch
        {
            LogicalGet get => indexes.KeysOf(get.Relation.Id).Any(key => key.ToHashSet().SetEquals(columns)),
            LogicalProject { Input: LogicalGet get } project when project.Expressions.All(e => e is ColumnExpression) =>
                IsKept(get, [.. columns.Select(c => ((ColumnExpression)project.Expressions[c]).Index)]),
            _ => false,
        };
    }
}
