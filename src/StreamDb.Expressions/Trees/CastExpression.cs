using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;

namespace StreamDb.Expressions.Trees;

/// <summary>A conversion, or with the same type and another modifier a length coercion.</summary>
/// <param name="Context">Explicit casts truncate varchar(n) silently; assignments raise 22001.</param>
public sealed record CastExpression(ScalarExpression Operand, SqlType Type, CastContext Context) : ScalarExpression(Type)
{
    /// <summary>A conversion that may fail may be NULL: that is what a failed row yields in a view.</summary>
    public override bool IsNullable => Operand.IsNullable || CastMatrix.MayFail(Operand.Type, Type, Context);

    public override IReadOnlyList<ScalarExpression> Children => [Operand];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with { Operand = children[0] };
}
