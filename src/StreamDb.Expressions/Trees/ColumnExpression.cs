using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>The input row's column <paramref name="Index"/> (0-based).</summary>
public sealed record ColumnExpression(int Index, SqlType Type, bool Nullable) : ScalarExpression(Type)
{
    public override bool IsNullable => Nullable;

    public override IReadOnlyList<ScalarExpression> Children => [];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this;
}
