using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;

namespace StreamDb.Planning.Binding;

/// <content>ASOF joins.</content>
internal sealed partial class FromBinder
{
    /// <summary>a ASOF [LEFT] JOIN b ON equalities AND a.t &gt;= b.t: each row of a with the one matching row of b that is nearest.</summary>
    /// <remarks>
    /// It is a LATERAL (SELECT * FROM b WHERE condition ORDER BY b.t DESC LIMIT 1): the greatest b.t for &gt;= and &gt;, the least
    /// for &lt;= and &lt;. Of equally near rows it is the first by the whole row, so the answer does not depend on history.
    /// </remarks>
    private BoundTable BindAsOf(JoinKind kind, BoundTable left, BoundTable right, bool isDependent, JoinSyntax join, Scope? outer)
    {
        if (kind is not (JoinKind.Inner or JoinKind.Left) || isDependent)
        {
            throw BindError.NotSupported(
                isDependent ? "a LATERAL right side of an ASOF JOIN" : $"ASOF {join.Kind.ToString().ToUpperInvariant()} JOIN", join.Position);
        }

        if (join.On is null)
        {
            throw BindError.NotSupported("an ASOF JOIN without ON", join.Position);
        }

        int width = left.Width;
        ScalarExpression condition = JoinCondition(left, right, join.On, outer);
        (ScalarExpression order, bool isDescending) = NearestBy(condition, width, join.Position);
        LogicalNode node = SubqueryPlanting.Filter(right.Node.ShiftOuter(1), RebaseForRight(condition, width));
        ColumnAppender columns = new(node);
        int column = columns.Column(order);
        node = columns.Finish();
        node = new LogicalTopN(node, [], [new SortKey(columns.Resolve(column), isDescending, NullsFirst: false)], 1, 0);
        return Combine(kind, left, right with { Node = SubqueryPlanting.TakeColumns(node, right.Width) }, true, LiteralExpression.True);
    }

    /// <summary>What the inequality says of the right row, over the right columns, and whether the greatest is the nearest.</summary>
    private static (ScalarExpression Order, bool IsDescending) NearestBy(ScalarExpression condition, int width, int position)
    {
        List<(ScalarExpression, bool)> found = [];
        bool hasEquality = false;
        foreach (ScalarExpression conjunct in SubqueryPlanting.Conjuncts(condition))
        {
            if (conjunct is not CallExpression { Function.Name: "=" or "<" or "<=" or ">" or ">=", Arguments: [var first, var second] } call)
            {
                continue;
            }

            (bool isLeft, bool isRight) = (Reads(first, right: false) && Reads(second, right: true), Reads(first, right: true) && Reads(second, right: false));
            if (call.Function.Name == "=")
            {
                hasEquality |= isLeft || isRight;
            }
            else if (isLeft || isRight)
            {
                bool isGreater = call.Function.Name[0] == '>';
                found.Add(((isLeft ? second : first).Shift(-width), isLeft == isGreater));
            }
        }

        return found is [var only] && hasEquality
            ? only
            : throw BindError.NotSupported("an ASOF JOIN whose condition is not equalities and one inequality between its sides", position);

        bool Reads(ScalarExpression expression, bool right) =>
            expression.Any(e => e is ColumnExpression) && !expression.Any(e => e is ColumnExpression c && (c.Index >= width) != right);
    }
}
