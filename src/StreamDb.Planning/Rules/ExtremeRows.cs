using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>The rows that equal the least or the greatest value of their group are a top-1 with ties, which keeps every row once.</summary>
/// <remarks>
/// <c>SELECT t.* FROM t JOIN (SELECT g, max(x) AS m FROM t GROUP BY g) a ON t.g = a.g AND t.x = a.m</c>, and what
/// <c>WHERE x = (SELECT max(x) FROM t u WHERE u.g = t.g)</c> becomes, would keep an index of t by (g, x), all values of each
/// group for max, and an index of the greatest ones. Conditions:
/// <para>The group is of the same rows: <c>… JOIN (SELECT g, max(x) AS m FROM t WHERE y > 0 GROUP BY g) …</c> finds rows with
/// any y that equal the greatest x of others.</para>
/// <para>All that the group is by is equated, and the value; what else is said of both, or of the group (HAVING), is asked of the
/// rows found.</para>
/// <para>Nothing but least or greatest value and keys is read of the group: <c>SELECT t.*, a.n FROM t JOIN (SELECT g, max(x) AS m,
/// count(*) AS n …)</c> wants to know how many rows there are.</para>
/// <para>Where equal values may look different (1.0 and 1.00, 0 and -0) no value of the group is read: max gives one of them for
/// all, a row has its own.</para>
/// <para>The join finds no partner for NULL, so rows with NULL as the value or, unless NULLs match, in a key go first: ordered
/// they would be the greatest of a group that has no other values.</para>
/// <para>Not inside recursion, where every operator but a few looks at a whole group each time; for views alone: a query that
/// runs once streams the rows past the join and need not keep them.</para>
/// </remarks>
internal static class ExtremeRows
{
    public static LogicalNode Apply(LogicalNode root) => new LogicalRewriter(node => node switch
    {
        LogicalJoin join => Replace(join, [.. Enumerable.Range(0, join.Columns.Length)]) ?? join,
        LogicalProject { Input: LogicalJoin join } project => Replace(join, ColumnsOf(project)) is { } rows ? project.WithInputs([rows]) : project,
        _ => node,
    }).Rewrite(root);

    /// <summary>The top-1 with ties with the join's columns; null where the join is none.</summary>
    /// <param name="read">Columns of the join that are looked at.</param>
    private static LogicalNode? Replace(LogicalJoin join, HashSet<int> read) => join.Kind switch
    {
        JoinKind.Inner => Match.Of(join, isGroupRight: true)?.Build(read) ?? Match.Of(join, isGroupRight: false)?.Build(read),
        JoinKind.Semi => Match.Of(join, isGroupRight: true)?.Build(read),
        _ => null,
    };

    private static HashSet<int> ColumnsOf(LogicalProject project) => [.. project.Expressions.SelectMany(LogicalExpressions.ColumnsOf)];

    /// <summary>What lies below projections and filters, and their columns and conditions over it.</summary>
    private sealed record Source(LogicalNode Base, ImmutableArray<ScalarExpression> Columns, ImmutableArray<ScalarExpression> Filters)
    {
        public static Source Of(LogicalNode node)
        {
            switch (node)
            {
                case LogicalProject project:
                    Source projected = Of(project.Input);
                    return projected with { Columns = [.. project.Expressions.Select(projected.Over)] };
                case LogicalFilter filter:
                    Source filtered = Of(filter.Input);
                    return filtered with { Filters = [.. filtered.Filters, .. LogicalExpressions.Conjuncts(filter.Predicate).Select(filtered.Over)] };
                default:
                    return new Source(node, [.. LogicalExpressions.AllColumns(node)], []);
            }
        }

        /// <summary>An expression over the node as one over the base.</summary>
        public ScalarExpression Over(ScalarExpression expression) => LogicalExpressions.Substitute(expression, Columns);

        public bool HasSameRows(Source other) =>
            Filters.ToHashSet().SetEquals(other.Filters) && !Filters.Any(IsOfTime) && ShareSubplans.AreEqual(Base, other.Base);
    }

    /// <summary>A join of rows with an extreme of theirs.</summary>
    /// <param name="Copies">Of each column of the aggregate, the expression over the rows that equals it: the keys, then the value.</param>
    /// <param name="NotNull">Of each whether rows with NULL there find no partner.</param>
    /// <param name="Own">The rows.</param>
    /// <param name="Residual">What else the condition says, over the join's columns.</param>
    private sealed record Match(
        LogicalJoin Join, bool IsGroupRight, Source Group, Source Own, bool IsMax, ScalarExpression[] Copies, bool[] NotNull, List<ScalarExpression> Residual)
    {
        private LogicalNode Rows => IsGroupRight ? Join.Left : Join.Right;

        public static Match? Of(LogicalJoin join, bool isGroupRight)
        {
            Source group = Source.Of(isGroupRight ? join.Right : join.Left);
            if (group is not { Base: LogicalAggregate { Aggregates: [{ Filter: null, Arguments: [var value] } extreme] } aggregate } || group.Filters.Any(IsOfTime)
                || extreme.Function.Kind is not (AggregateKind.Min or AggregateKind.Max)
                || aggregate.Columns.Any(column => !HasOrder(column.Type)))
            {
                return null;
            }

            LogicalNode rows = isGroupRight ? join.Left : join.Right;
            Source grouped = Source.Of(aggregate.Input);
            Source own = Source.Of(rows);
            (List<(ScalarExpression Left, ScalarExpression Right, bool NullsMatch)> keys, List<ScalarExpression> residual) =
                EquiKeys.Split(join.Condition, join.Left.Columns.Length);
            ScalarExpression[] expected = [.. aggregate.Keys.Append(value).Select(grouped.Over)];
            var copies = new ScalarExpression?[expected.Length];
            bool[] notNull = new bool[expected.Length];
            foreach ((ScalarExpression left, ScalarExpression right, bool nullsMatch) in keys)
            {
                ScalarExpression copy = isGroupRight ? left : right;
                if (group.Over(isGroupRight ? right : left) is not ColumnExpression { Index: var column } || copies[column] is not null
                    || (nullsMatch && column == aggregate.Keys.Length)
                    || !own.Over(copy).Equals(expected[column]) || IsOfTime(expected[column]))
                {
                    return null;
                }

                copies[column] = copy;
                notNull[column] = !nullsMatch && copy.IsNullable;
            }

            return copies.Contains(null) || LogicalRewriter.ReadsRecursion(own.Base) || !own.HasSameRows(grouped)
                ? null
                : new Match(join, isGroupRight, group, own, extreme.Function.Kind == AggregateKind.Max, copies!, notNull, residual);
        }

        /// <summary>The rows with their keys and value, without NULLs, the first of each group, and the join's columns of them; null where a copy will not do.</summary>
        public LogicalNode? Build(HashSet<int> read)
        {
            int width = Rows.Columns.Length;
            int groupWidth = Group.Columns.Length;
            IEnumerable<int> readOfGroup = read.Concat(Residual.SelectMany(LogicalExpressions.ColumnsOf))
                .Select(column => IsGroupRight ? column - width : column).Where(column => column >= 0 && column < groupWidth);
            if (readOfGroup.Select(column => Group.Columns[column]).Concat(Group.Filters).SelectMany(LogicalExpressions.ColumnsOf)
                .Any(column => !EqualColumns.HasOneForm(Copies[column].Type)))
            {
                return null;
            }

            LogicalNode node = AddCopies(out int[] places);
            ScalarExpression[] present =
                [.. places.Where((_, i) => NotNull[i]).Distinct().Select(place => new NotExpression(new IsNullExpression(LogicalExpressions.Column(node, place))))];
            node = present.Length == 0 ? node : new LogicalFilter(node, LogicalExpression.And(present));
            node = new LogicalTopN(node, [.. places[..^1].Distinct()], [new SortKey(places[^1], IsMax, NullsFirst: false)], 1, 0, WithTies: true);

            ScalarExpression[] ofRows = [.. Enumerable.Range(0, width).Select(column => LogicalExpressions.Column(node, column))];
            ImmutableArray<ScalarExpression> copied = [.. places.Select(place => LogicalExpressions.Column(node, place))];
            IEnumerable<ScalarExpression> ofGroup = Group.Columns.Select(expression => LogicalExpressions.Substitute(expression, copied));
            ImmutableArray<ScalarExpression> columns = [.. IsGroupRight ? ofRows.Concat(ofGroup) : ofGroup.Concat(ofRows)];
            ScalarExpression[] conditions =
            [
                .. Residual.Select(condition => LogicalExpressions.Substitute(condition, columns)),
                .. Group.Filters.Where(condition => !IsAskedOfRows(condition)).Select(condition => LogicalExpressions.Substitute(condition, copied)),
            ];
            node = conditions.Length == 0 ? node : new LogicalFilter(node, LogicalExpression.And(conditions));

            return new LogicalProject(node, columns[..Join.Columns.Length], [.. Join.Columns.Select(column => column.Name)]);
        }

        /// <summary>Whether a condition on the group is one on its rows, too, as those are that an equality has carried over.</summary>
        private bool IsAskedOfRows(ScalarExpression condition) =>
            Own.Filters.Contains(Own.Over(LogicalExpressions.Substitute(condition, [.. Copies])));

        /// <summary>The rows, with those keys and values that are no columns of theirs behind them.</summary>
        private LogicalNode AddCopies(out int[] places)
        {
            var expressions = LogicalExpressions.AllColumns(Rows).ToList();
            var names = Rows.Columns.Select(column => column.Name).ToList();
            places = new int[Copies.Length];
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = Copies[i] is ColumnExpression column ? column.Index : expressions.IndexOf(Copies[i]);
                if (places[i] < 0)
                {
                    places[i] = expressions.Count;
                    expressions.Add(Copies[i]);
                    names.Add(Group.Base.Columns[i].Name);
                }
            }

            return expressions.Count == Rows.Columns.Length ? Rows : new LogicalProject(Rows, [.. expressions], [.. names]);
        }
    }

    /// <summary>Equal values of the type have the same place in its order, and are what = says is equal.</summary>
    private static bool HasOrder(SqlType type) => EqualColumns.HasOneForm(type)
        || type.Kind is SqlTypeKind.Numeric or SqlTypeKind.Float32 or SqlTypeKind.Float64 or SqlTypeKind.Interval;

    private static bool IsOfTime(ScalarExpression expression) =>
        LogicalExpressions.IsVolatile(expression) || TemporalBound.UsesNow(expression) || TemporalBound.UsesOtherTime(expression);
}
