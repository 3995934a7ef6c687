using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Trees;

/// <summary>A call of a registered function or operator; arguments have exactly the overload's types.</summary>
/// <remarks>
/// Chains of operators may be as deep as the statement is long. Nullability and hash are therefore known when a node is made, not
/// found by walking down, and nodes deeper than <see cref="ScalarExpression.DepthMax"/> are refused (54001).
/// </remarks>
public sealed record CallExpression : ScalarExpression
{
    private readonly ImmutableArray<ScalarExpression> _arguments;
    private readonly bool _isNullable;
    private readonly int _hash;

    public CallExpression(FunctionOverload function, ImmutableArray<ScalarExpression> arguments, SqlType type)
        : base(type)
    {
        Function = function;
        Arguments = arguments;
    }

    public FunctionOverload Function { get; }

    public ImmutableArray<ScalarExpression> Arguments
    {
        get => _arguments;
        init
        {
            _arguments = value;
            _isNullable = Function.ReturnsNull || (Function.IsStrict && value.Any(a => a.IsNullable));
            _hash = value.Aggregate(HashCode.Combine(Function), HashCode.Combine);
            Depth = DepthAbove(value);
        }
    }

    public override bool IsNullable => _isNullable;

    public override IReadOnlyList<ScalarExpression> Children => Arguments;

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) =>
        this with { Arguments = [.. children] };

    public bool Equals(CallExpression? other) => other is not null && (ReferenceEquals(this, other)
        || (_hash == other._hash && ReferenceEquals(Function, other.Function) && Type.Equals(other.Type) && Arguments.SequenceEqual(other.Arguments)));

    public override int GetHashCode() => _hash;
}
