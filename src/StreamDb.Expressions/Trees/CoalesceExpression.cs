using System.Collections.Immutable;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>The first operand that is not NULL; later ones are not evaluated.</summary>
public sealed record CoalesceExpression(ImmutableArray<ScalarExpression> Operands, SqlType Type) : ScalarExpression(Type)
{
    public override bool IsNullable => Operands.All(o => o.IsNullable);

    public override IReadOnlyList<ScalarExpression> Children => Operands;

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with { Operands = [.. children] };

    public bool Equals(CoalesceExpression? other) => other is not null && Type.Equals(other.Type) && Operands.SequenceEqual(other.Operands);

    public override int GetHashCode() => Operands.Aggregate(Type.GetHashCode(), HashCode.Combine);
}
