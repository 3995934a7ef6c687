using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>Statement parameter $(<paramref name="Index"/> + 1). Replaced by a literal before compilation.</summary>
public sealed record ParameterExpression(int Index, SqlType Type) : ScalarExpression(Type)
{
    public override bool IsNullable => true;

    public override IReadOnlyList<ScalarExpression> Children => [];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this;
}
