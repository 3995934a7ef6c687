using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;
using SyntaxJoinKind = StreamDb.Sql.Syntax.JoinKind;

namespace StreamDb.Planning.Binding;

/// <content>Joins.</content>
internal sealed partial class FromBinder
{
    private BoundTable BindJoin(JoinSyntax join, Scope? outer)
    {
        Stack<JoinSyntax> chain = new();
        TableExpressionSyntax leftmost = join;
        while (leftmost is JoinSyntax next)
        {
            chain.Push(next);
            leftmost = next.Left;
        }

        BoundTable result = Bind(leftmost, outer, null);
        foreach (JoinSyntax step in chain)
        {
            result = BindStep(result, step, outer);
        }

        return result;
    }

    private BoundTable BindStep(BoundTable left, JoinSyntax join, Scope? outer)
    {
        JoinKind kind = join.Kind switch
        {
            SyntaxJoinKind.Left => JoinKind.Left,
            SyntaxJoinKind.Right => JoinKind.Right,
            SyntaxJoinKind.Full => JoinKind.Full,
            _ => JoinKind.Inner,
        };
        BoundTable right = BindRight(join.Right, left, outer, out bool isDependent);
        Scope.CheckDuplicates(left, right, join.Right.Position);
        if (isDependent && kind is JoinKind.Right or JoinKind.Full)
        {
            throw BindError.At(
                SqlState.InvalidColumnReference, join.Right.Position, "invalid reference to FROM-clause entry",
                detail: "The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
        }

        BoundTable joined = join.IsAsOf ? BindAsOf(kind, left, right, isDependent, join, outer)
            : join.IsNatural || !join.Using.IsEmpty ? BindUsing(kind, left, right, isDependent, join)
            : BindOn(kind, left, right, isDependent, join, outer);
        return join.Alias is null ? joined : Renamed(joined, join.Alias, join.Position);
    }

    private BoundTable BindOn(JoinKind kind, BoundTable left, BoundTable right, bool isDependent, JoinSyntax join, Scope? outer)
    {
        if (join.On is null)
        {
            return Combine(kind, left, right, isDependent, LiteralExpression.True);
        }

        ScalarExpression condition = JoinCondition(left, right, join.On, outer);
        if (!SubqueryPlanting.HasSubqueries([condition]))
        {
            return Combine(kind, left, right, isDependent, condition);
        }

        if (kind == JoinKind.Inner)
        {
            BoundTable crossed = Combine(kind, left, right, isDependent, LiteralExpression.True);
            return crossed with { Node = SubqueryPlanting.Filter(crossed.Node, condition) };
        }

        if (isDependent)
        {
            throw BindError.NotSupported("a subquery in the condition of a LATERAL LEFT JOIN", join.On.Position);
        }

        LogicalNode node = kind switch
        {
            JoinKind.Left => Preserved(JoinKind.Left, left.Node, right.Node, condition),
            JoinKind.Right => SidesSwapped(Preserved(JoinKind.Left, right.Node, left.Node, SwapSides(condition, left.Width, right.Width)), right.Width),

            // The left rows with their partners, and the right rows without any.
            _ => new LogicalSetOperation(SetOperationKind.Union, true,
            [
                Preserved(JoinKind.Left, left.Node, right.Node, condition),
                WithoutLeft(left.Node, Preserved(JoinKind.Anti, right.Node, left.Node, SwapSides(condition, left.Width, right.Width))),
            ]),
        };
        return Combine(kind, left, right, false, LiteralExpression.True) with { Node = node };
    }

    /// <summary>a LEFT JOIN b ON p is a LEFT JOIN LATERAL (b WHERE p): there p's subqueries have a row to stand on. Likewise for Anti.</summary>
    private static LogicalApply Preserved(JoinKind kind, LogicalNode left, LogicalNode right, ScalarExpression condition) => new(
        kind, left, SubqueryPlanting.Filter(right.ShiftOuter(1), RebaseForRight(condition, left.Columns.Length)), LiteralExpression.True);

    private static LogicalProject SidesSwapped(LogicalNode node, int leftWidth)
    {
        IEnumerable<int> order = Enumerable.Range(leftWidth, node.Columns.Length - leftWidth).Concat(Enumerable.Range(0, leftWidth));
        return new LogicalProject(node, [.. order.Select(i => LogicalExpressions.Column(node, i))], [.. order.Select(i => node.Columns[i].Name)]);
    }

    private static LogicalProject WithoutLeft(LogicalNode left, LogicalNode right) => new(
        right,
        [.. left.Columns.Select(f => LiteralExpression.Null(f.Type)), .. LogicalExpressions.AllColumns(right)],
        [.. left.Columns.Concat(right.Columns).Select(f => f.Name)]);

    /// <summary>A condition over (left, right) rows as one over (right, left) rows.</summary>
    private static ScalarExpression SwapSides(ScalarExpression condition, int leftWidth, int rightWidth)
    {
        return condition.RewriteDown(e => e is SubqueryExpression subquery ? Enter(subquery) : Swap(e, 0));

        ScalarExpression Enter(SubqueryExpression subquery) => subquery with
        {
            Operands = [.. subquery.Operands.Select(o => SwapSides(o, leftWidth, rightWidth))],
            Plan = subquery.Plan.RewriteExpressions((expression, depth) => expression.Rewrite(e => Swap(e, depth + 1) ?? e)),
        };

        ScalarExpression? Swap(ScalarExpression expression, int depth) => expression switch
        {
            ColumnExpression c when depth == 0 => c with { Index = Other(c.Index) },
            OuterColumnExpression o when o.Depth == depth => o with { Index = Other(o.Index) },
            _ => null,
        };

        int Other(int index) => index < leftWidth ? index + rightWidth : index - leftWidth;
    }

    /// <summary>ON's condition over (left, right) rows as they are before the join fills in NULLs.</summary>
    private ScalarExpression JoinCondition(BoundTable left, BoundTable right, ExpressionSyntax on, Scope? outer)
    {
        BoundTable both = new(
            LogicalValues.OneEmptyRow,
            [.. left.Items, .. right.Shift(left.Width).Items],
            [.. left.Visible, .. right.Shift(left.Width).Visible]);
        return new ExpressionBinder(state, Scope.Of(both, outer), tables, "JOIN conditions").BindCondition(on, "JOIN/ON");
    }

    /// <summary>A condition over (left, right) rows, seen from a filter on the right side inside an apply over the left one.</summary>
    internal static ScalarExpression RebaseForRight(ScalarExpression condition, int leftWidth)
    {
        return condition.RewriteDown(e => e is SubqueryExpression subquery ? Enter(subquery) : Rebase(e, 0));

        ScalarExpression Enter(SubqueryExpression subquery) => subquery with
        {
            Operands = [.. subquery.Operands.Select(o => RebaseForRight(o, leftWidth))],
            Plan = subquery.Plan.RewriteExpressions((expression, depth) => expression.Rewrite(e => Rebase(e, depth + 1) ?? e)),
        };

        // At depth d the joined row is OuterColumn(d): its right part stays there, its left part is now one level further out.
        ScalarExpression? Rebase(ScalarExpression expression, int depth) => expression switch
        {
            ColumnExpression c when depth == 0 => c.Index < leftWidth
                ? new OuterColumnExpression(1, c.Index, c.Type, c.Nullable)
                : c with { Index = c.Index - leftWidth },
            OuterColumnExpression o when o.Depth == depth => o.Index < leftWidth
                ? o with { Depth = depth + 1 }
                : o with { Index = o.Index - leftWidth },
            OuterColumnExpression o when o.Depth > depth => o with { Depth = o.Depth + 1 },
            _ => null,
        };
    }

    private BoundTable BindUsing(JoinKind kind, BoundTable left, BoundTable right, bool isDependent, JoinSyntax join)
    {
        string[] names = join.IsNatural
            ? [.. left.Visible.Select(c => c.Name).Distinct().Where(n => right.Visible.Any(c => c.Name == n))]
            : [.. join.Using];
        ExpressionBinder binder = new(state, Scope.Empty, tables, "JOIN/USING");
        List<ScalarExpression> conditions = [];
        List<(string Name, ScopeColumn Left, ScopeColumn Right)> pairs = [];
        foreach (string name in names)
        {
            ScopeColumn l = UsingColumn(left, name, "left", join.Position);
            ScopeColumn r = UsingColumn(right, name, "right", join.Position);
            conditions.Add(binder.Operator("=", join.Position, l.Expression, r.Expression.Shift(left.Width)));
            pairs.Add((name, l, r));
        }

        BoundTable joined = Combine(kind, left, right, isDependent, LogicalExpression.And(conditions));
        ImmutableArray<ScopeColumn> merged = [.. pairs.Select(p => Merged(p.Name, p.Left, p.Right))];
        ScopeColumn[] restLeft = [.. left.Visible.Select((c, i) => (c, i)).Where(x => !pairs.Any(p => ReferenceEquals(p.Left, x.c))).Select(x => joined.Visible[x.i])];
        ScopeColumn[] restRight =
            [.. right.Visible.Select((c, i) => (c, i)).Where(x => !pairs.Any(p => ReferenceEquals(p.Right, x.c))).Select(x => joined.Visible[left.Visible.Length + x.i])];
        ImmutableArray<FromItem> items = join.UsingAlias is null
            ? joined.Items
            : joined.Items.Add(new FromItem(join.UsingAlias, null, merged));
        return joined with { Items = items, Visible = [.. merged, .. restLeft, .. restRight] };

        ScopeColumn Merged(string name, ScopeColumn l, ScopeColumn r)
        {
            // The side that is always there gives the value; in a full join either may be missing.
            ScalarExpression leftValue = Joined(l, left.Visible, 0);
            ScalarExpression rightValue = Joined(r, right.Visible, left.Visible.Length);
            ImmutableArray<ScalarExpression> unified = binder.Unify([leftValue, rightValue], "JOIN/USING", join.Position);
            return kind switch
            {
                JoinKind.Full => new ScopeColumn(name, new CoalesceExpression(unified, unified[0].Type)),
                JoinKind.Right => new ScopeColumn(name, unified[1]) { Origin = unified[1] is ColumnExpression ? r.Origin : default },
                _ => new ScopeColumn(name, unified[0]) { Origin = unified[0] is ColumnExpression ? l.Origin : default },
            };
        }

        ScalarExpression Joined(ScopeColumn column, ImmutableArray<ScopeColumn> side, int offset) =>
            joined.Visible[offset + side.Select((c, i) => (c, i)).First(x => ReferenceEquals(x.c, column)).i].Expression;
    }

    private static ScopeColumn UsingColumn(BoundTable table, string name, string side, int position)
    {
        ScopeColumn[] found = [.. table.Visible.Where(c => c.Name == name)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw BindError.At(
                SqlState.UndefinedColumn, position, $"column \"{name}\" specified in USING clause does not exist in {side} table"),
            _ => throw BindError.At(SqlState.AmbiguousColumn, position, $"common column name \"{name}\" appears more than once in {side} table"),
        };
    }

    /// <summary>(a JOIN b) AS alias: the names inside are hidden.</summary>
    private static BoundTable Renamed(BoundTable joined, TableAliasSyntax alias, int position)
    {
        BoundTable table = joined with { Items = [new FromItem(alias.Name, null, joined.Visible)] };
        return alias.Columns.IsEmpty ? table : WithColumnNames(table, alias.Columns, position);
    }
}
