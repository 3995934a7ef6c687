using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>IS DISTINCT FROM (or IS NOT …, when <paramref name="IsNegated"/>) between two values of one type; never NULL.</summary>
public sealed record DistinctFromExpression(ScalarExpression Left, ScalarExpression Right, bool IsNegated)
    : ScalarExpression(SqlType.Boolean)
{
    public override bool IsNullable => false;

    public override IReadOnlyList<ScalarExpression> Children => [Left, Right];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) =>
        new DistinctFromExpression(children[0], children[1], IsNegated);
}
