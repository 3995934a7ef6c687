using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Trees;

/// <summary>A call of a registered function or operator; arguments have exactly the overload's types.</summary>
public sealed record CallExpression(FunctionOverload Function, ImmutableArray<ScalarExpression> Arguments, SqlType Type)
    : ScalarExpression(Type)
{
    public override bool IsNullable => Function.ReturnsNull || (Function.IsStrict && Arguments.Any(a => a.IsNullable));

    public override IReadOnlyList<ScalarExpression> Children => Arguments;

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) =>
        this with { Arguments = [.. children] };

    public bool Equals(CallExpression? other) => other is not null && ReferenceEquals(Function, other.Function)
        && Type.Equals(other.Type) && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => Arguments.Aggregate(HashCode.Combine(Function), HashCode.Combine);
}
