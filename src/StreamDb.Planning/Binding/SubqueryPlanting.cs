using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>Turns subqueries in expressions into applies over the rows that the expression is evaluated on.</summary>
/// <remarks>Applies only ever add columns at the end, so expressions over the old rows stay valid over the new ones.</remarks>
internal static class SubqueryPlanting
{
    /// <summary>Keeps the rows for which <paramref name="predicate"/> holds; the output columns are those of <paramref name="node"/>.</summary>
    public static LogicalNode Filter(LogicalNode node, ScalarExpression predicate)
    {
        int width = node.Columns.Length;
        List<ScalarExpression> plain = [];
        List<ScalarExpression> marked = [];
        List<(SubqueryExpression Subquery, bool Negated)> joins = [];
        foreach (ScalarExpression conjunct in Conjuncts(predicate))
        {
            switch (conjunct)
            {
                case SubqueryExpression { Kind: not SubqueryKind.Scalar } subquery when !HasSubqueries(subquery.Operands):
                    joins.Add((subquery, false));
                    break;
                case NotExpression { Operand: SubqueryExpression { Kind: not SubqueryKind.Scalar } subquery } when !HasSubqueries(subquery.Operands):
                    joins.Add((subquery, true));
                    break;
                default:
                    (HasSubqueries([conjunct]) ? marked : plain).Add(conjunct);
                    break;
            }
        }

        // Plain conditions first: they are cheap and make the subqueries' inputs small.
        if (plain.Count > 0)
        {
            node = new LogicalFilter(node, LogicalExpression.And(plain));
        }

        foreach ((SubqueryExpression subquery, bool negated) in joins)
        {
            node = Join(node, subquery, negated);
        }

        if (marked.Count > 0)
        {
            ScalarExpression condition = Plant(ref node, LogicalExpression.And(marked));
            node = TakeColumns(new LogicalFilter(node, condition), width);
        }

        return node;
    }

    /// <summary>Adds what the subqueries in <paramref name="expression"/> need to <paramref name="node"/>; the expression over the result.</summary>
    public static ScalarExpression Plant(ref LogicalNode node, ScalarExpression expression)
    {
        LogicalNode current = node;
        Dictionary<SubqueryExpression, ScalarExpression> done = [];
        ScalarExpression result = expression.Rewrite(e => e is SubqueryExpression subquery ? Value(subquery) : e);
        node = current;
        return result;

        ScalarExpression Value(SubqueryExpression subquery)
        {
            if (!done.TryGetValue(subquery, out ScalarExpression? value))
            {
                value = subquery.Kind switch
                {
                    SubqueryKind.Scalar => Scalar(ref current, subquery.Plan),
                    SubqueryKind.Exists => Mark(ref current, subquery.Plan, LiteralExpression.True),
                    _ => Quantified(ref current, subquery),
                };
                done.Add(subquery, value);
            }

            return value;
        }
    }

    public static bool HasSubqueries(IEnumerable<ScalarExpression> expressions) => expressions.Any(x => x.Any(e => e is SubqueryExpression));

    public static IEnumerable<ScalarExpression> Conjuncts(ScalarExpression predicate) =>
        predicate is LogicalExpression { IsAnd: true } and ? and.Operands.SelectMany(Conjuncts) : [predicate];

    /// <summary>The first <paramref name="width"/> columns.</summary>
    public static LogicalNode TakeColumns(LogicalNode node, int width) => node.Columns.Length == width
        ? node
        : new LogicalProject(
            node,
            [.. node.Columns.Take(width).Select((f, i) => new ColumnExpression(i, f.Type, f.IsNullable))],
            [.. node.Columns.Take(width).Select(f => f.Name)]);

    /// <summary>WHERE [NOT] EXISTS, IN, ANY, ALL as a semi or anti join.</summary>
    private static LogicalNode Join(LogicalNode node, SubqueryExpression subquery, bool negated)
    {
        if (subquery.Kind == SubqueryKind.Exists)
        {
            return new LogicalApply(negated ? JoinKind.Anti : JoinKind.Semi, node, subquery.Plan, LiteralExpression.True);
        }

        // Any holds when the comparison is true for one row, NOT Any when it is false for every row (a NULL spoils it).
        // All holds when it is true for every row, NOT All when it is false for one.
        ScalarExpression comparison = OverJoin(subquery, node.Columns.Length);
        return (subquery.Kind, negated) switch
        {
            (SubqueryKind.Any, false) => new LogicalApply(JoinKind.Semi, node, subquery.Plan, comparison),
            (SubqueryKind.Any, true) => new LogicalApply(JoinKind.Anti, node, subquery.Plan, NotFalse(comparison)),
            (_, false) => new LogicalApply(JoinKind.Anti, node, subquery.Plan, NotFalse(Negate(comparison))),
            _ => new LogicalApply(JoinKind.Semi, node, subquery.Plan, Negate(comparison)),
        };
    }

    private static ColumnExpression Scalar(ref LogicalNode node, LogicalNode plan)
    {
        // One row by construction (an aggregate without keys) needs no check at run time; the rule for that is the planner's.
        node = new LogicalApply(JoinKind.Left, node, plan, LiteralExpression.True, IsScalar: true);
        return new ColumnExpression(node.Columns.Length - 1, plan.Columns[0].Type, true);
    }

    /// <summary>Whether <paramref name="plan"/> has a row for which the condition holds, as a boolean that is never NULL.</summary>
    /// <remarks>
    /// The right side is made distinct over the compared columns, so no left row is doubled: at most one distinct row can be
    /// equal to it. Any other condition must therefore sit inside the plan and be TRUE here.
    /// </remarks>
    private static NotExpression Mark(ref LogicalNode node, LogicalNode plan, ScalarExpression condition, params IEnumerable<ScalarExpression> kept)
    {
        ImmutableArray<ScalarExpression> columns = [.. kept, LiteralExpression.True];
        LogicalNode right = new LogicalDistinct(new LogicalProject(plan, columns, [.. columns.Select((_, i) => $"mark{i}")]));
        node = new LogicalApply(JoinKind.Left, node, right, condition);
        return new NotExpression(new IsNullExpression(new ColumnExpression(node.Columns.Length - 1, SqlType.Boolean, true)));
    }

    private static ScalarExpression Quantified(ref LogicalNode node, SubqueryExpression subquery)
    {
        bool isAny = subquery.Kind == SubqueryKind.Any;
        ScalarExpression decisive = isAny ? subquery.Comparison! : Negate(subquery.Comparison!);
        ScalarExpression outcome = isAny ? LiteralExpression.True : LiteralExpression.False;
        ScalarExpression otherwise = isAny ? LiteralExpression.False : LiteralExpression.True;

        ScalarExpression found = MarkRows(ref node, subquery, decisive);
        ImmutableArray<CaseBranch> branches = [new CaseBranch(found, outcome)];
        if (decisive.IsNullable)
        {
            ScalarExpression unknown = UnknownMark(ref node, subquery, decisive);
            branches = branches.Add(new CaseBranch(unknown, LiteralExpression.Null(SqlType.Boolean)));
        }

        return new CaseExpression(branches, otherwise, SqlType.Boolean);
    }

    /// <summary>Whether a row of the subquery satisfies a condition over (operands, plan columns).</summary>
    private static ScalarExpression MarkRows(ref LogicalNode node, SubqueryExpression subquery, ScalarExpression condition)
    {
        if (IsEquality(condition, out CallExpression? call, out int planSide))
        {
            // x IN (SELECT y): a left join with the distinct y, which needs no correlation. What is made distinct is y as it is
            // compared: two numerics can be one double.
            int width = node.Columns.Length;
            ScalarExpression compared = call.Arguments[planSide].Shift(-1);
            ScalarExpression operand = call.Arguments[1 - planSide].RewriteDown(e => e is ColumnExpression ? subquery.Operands[0] : null);
            ColumnExpression column = new(width, compared.Type, compared.IsNullable);
            ScalarExpression joined = call with { Arguments = planSide == 1 ? [operand, column] : [column, operand] };
            return Mark(ref node, subquery.Plan, joined, compared);
        }

        return Mark(ref node, FilteredPlan(subquery, condition), LiteralExpression.True);
    }

    private static ScalarExpression UnknownMark(ref LogicalNode node, SubqueryExpression subquery, ScalarExpression condition)
    {
        if (!IsEquality(condition, out _, out _))
        {
            return Mark(ref node, FilteredPlan(subquery, new IsNullExpression(condition)), LiteralExpression.True);
        }

        // x = y is NULL when y is NULL for some row, or x is NULL and there is a row: two marks without correlation.
        List<ScalarExpression> ways = [];
        ScalarExpression operand = subquery.Operands[0];
        if (subquery.Plan.Columns[0].IsNullable)
        {
            ScalarExpression isNull = new IsNullExpression(new ColumnExpression(0, subquery.Plan.Columns[0].Type, true));
            ways.Add(Mark(ref node, new LogicalFilter(subquery.Plan, isNull), LiteralExpression.True));
        }

        if (operand.IsNullable)
        {
            ways.Add(LogicalExpression.And([new IsNullExpression(operand), Mark(ref node, subquery.Plan, LiteralExpression.True)]));
        }

        return ways.Count == 0
            ? Mark(ref node, FilteredPlan(subquery, new IsNullExpression(condition)), LiteralExpression.True)
            : LogicalExpression.Or(ways);
    }

    /// <summary>The subquery's rows that satisfy a condition over (operands, plan columns).</summary>
    private static LogicalFilter FilteredPlan(SubqueryExpression subquery, ScalarExpression condition) => new(
        subquery.Plan,
        condition.RewriteDown(e => e is not ColumnExpression c ? null
            : c.Index < subquery.Operands.Length
                ? subquery.Operands[c.Index].ToOuter()
                : c with { Index = c.Index - subquery.Operands.Length }));

    /// <summary>The comparison over (left row, plan columns).</summary>
    private static ScalarExpression OverJoin(SubqueryExpression subquery, int width) => subquery.Comparison!.RewriteDown(e =>
        e is not ColumnExpression c ? null
            : c.Index < subquery.Operands.Length
                ? subquery.Operands[c.Index]
                : c with { Index = c.Index - subquery.Operands.Length + width });

    /// <summary>One "=" between the only operand and the plan's only column, each perhaps cast.</summary>
    private static bool IsEquality(ScalarExpression condition, [NotNullWhen(true)] out CallExpression? call, out int planSide)
    {
        call = condition as CallExpression;
        planSide = 0;
        if (call is not { Function.Name: "=" } || Bare(call.Arguments[0]) is not ColumnExpression left || Bare(call.Arguments[1]) is not ColumnExpression right)
        {
            call = null;
            return false;
        }

        planSide = right.Index == 1 ? 1 : 0;
        return (left.Index, right.Index) is (0, 1) or (1, 0);
    }

    private static ScalarExpression Bare(ScalarExpression expression) =>
        expression is CastExpression cast ? Bare(cast.Operand) : expression;

    private static ScalarExpression Negate(ScalarExpression expression) =>
        expression is NotExpression not ? not.Operand : new NotExpression(expression);

    /// <summary>True when the expression is true or NULL, spelled so that an equality stays recognisable.</summary>
    private static ScalarExpression NotFalse(ScalarExpression expression) => expression.IsNullable
        ? LogicalExpression.Or([expression, new IsNullExpression(expression)])
        : expression;
}
