using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>Three-valued NOT.</summary>
public sealed record NotExpression(ScalarExpression Operand) : ScalarExpression(SqlType.Boolean)
{
    public override bool IsNullable => Operand.IsNullable;

    public override IReadOnlyList<ScalarExpression> Children => [Operand];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => new NotExpression(children[0]);
}
