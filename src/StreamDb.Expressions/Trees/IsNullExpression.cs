using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>IS NULL; never NULL itself. A record IS NULL when all its fields are: the binder spells that out.</summary>
public sealed record IsNullExpression(ScalarExpression Operand) : ScalarExpression(SqlType.Boolean)
{
    public override bool IsNullable => false;

    public override IReadOnlyList<ScalarExpression> Children => [Operand];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => new IsNullExpression(children[0]);
}
