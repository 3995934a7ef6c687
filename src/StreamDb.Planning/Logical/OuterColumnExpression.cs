using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>Column <paramref name="Index"/> of the left row of the apply <paramref name="Depth"/> levels up (1 = the nearest). Gone after decorrelation.</summary>
public sealed record OuterColumnExpression(int Depth, int Index, SqlType Type, bool Nullable) : ScalarExpression(Type)
{
    public override bool IsNullable => Nullable;

    public override IReadOnlyList<ScalarExpression> Children => [];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this;
}
