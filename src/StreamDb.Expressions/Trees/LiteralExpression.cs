using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>A constant. A string literal whose type is undecided has type unknown and a UTF-8 datum.</summary>
public sealed record LiteralExpression(Datum Value, SqlType Type) : ScalarExpression(Type)
{
    public static LiteralExpression True { get; } = new(new Datum(true), SqlType.Boolean);

    public static LiteralExpression False { get; } = new(new Datum(false), SqlType.Boolean);

    public override bool IsNullable => Value.IsNull;

    public override IReadOnlyList<ScalarExpression> Children => [];

    /// <summary>Equal expressions are computed once, so equal literals must be identical, not just equal in SQL.</summary>
    public bool Equals(LiteralExpression? other) => other is not null && Type.Equals(other.Type) && Value.IsIdenticalTo(other.Value);

    public override int GetHashCode() => HashCode.Combine(Type, Value);

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this;

    public static LiteralExpression Null(SqlType type) => new(Datum.Null, type);
}
