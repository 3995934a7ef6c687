using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;

namespace StreamDb.Expressions.Trees;

/// <summary>A conversion, or with the same type and another modifier a length coercion.</summary>
/// <remarks>Explicit casts truncate varchar(n) silently; assignments raise 22001.</remarks>
public sealed record CastExpression : ScalarExpression
{
    private readonly ScalarExpression _operand = null!;
    private readonly bool _isNullable;
    private readonly int _hash;

    public CastExpression(ScalarExpression operand, SqlType type, CastContext context)
        : base(type)
    {
        Context = context;
        Operand = operand;
    }

    public CastContext Context { get; }

    public ScalarExpression Operand
    {
        get => _operand;
        init
        {
            _operand = value;

            // A conversion that may fail may be NULL: that is what a failed row yields in a view.
            _isNullable = value.IsNullable || CastMatrix.MayFail(value.Type, Type, Context);
            _hash = HashCode.Combine(value, Type, Context);
            Depth = DepthAbove([value]);
        }
    }

    public override bool IsNullable => _isNullable;

    public override IReadOnlyList<ScalarExpression> Children => [Operand];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with { Operand = children[0] };

    public bool Equals(CastExpression? other) => other is not null && (ReferenceEquals(this, other)
        || (_hash == other._hash && Context == other.Context && Type.Equals(other.Type) && Operand.Equals(other.Operand)));

    public override int GetHashCode() => _hash;
}
