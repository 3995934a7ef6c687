using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

// Expressions that stand for something computed by a plan node which does not exist yet. They live inside the binder of one
// SELECT only: before its plan is handed out each has become a column.

/// <summary>The result of aggregate call number <paramref name="Index"/> of the SELECT.</summary>
internal sealed record AggregateReference(int Index, SqlType Type, bool Nullable) : PlaceholderExpression(Type, Nullable);

/// <summary>The result of window call number <paramref name="Index"/> of the SELECT.</summary>
internal sealed record WindowReference(int Index, SqlType Type) : PlaceholderExpression(Type, true);

/// <summary>The value of set-returning function number <paramref name="Index"/> of the select list.</summary>
internal sealed record SetReturningReference(int Index, SqlType Type) : PlaceholderExpression(Type, true);

/// <summary>Call number <paramref name="Index"/> of grouping().</summary>
internal sealed record GroupingReference(int Index) : PlaceholderExpression(SqlType.Int32, false);

internal abstract record PlaceholderExpression(SqlType Type, bool Nullable) : ScalarExpression(Type)
{
    public override bool IsNullable => Nullable;

    public override IReadOnlyList<ScalarExpression> Children => [];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this;
}

internal enum SubqueryKind
{
    /// <summary>One column, at most one row.</summary>
    Scalar,
    Exists,

    /// <summary>True when <see cref="SubqueryExpression.Comparison"/> is true for a row (IN, ANY); NULL when it is NULL for one.</summary>
    Any,

    /// <summary>False when the comparison is false for a row (NOT IN, ALL); NULL when it is NULL for one.</summary>
    All,
}

/// <summary>A subquery in an expression. <see cref="Plan"/> sees the expression's row as outer columns of depth 1.</summary>
/// <param name="Operands">Left side of the comparison, over the expression's row.</param>
/// <param name="Comparison">Over (operands, plan columns); only for Any and All.</param>
internal sealed record SubqueryExpression(
    SubqueryKind Kind, LogicalNode Plan, ImmutableArray<ScalarExpression> Operands, ScalarExpression? Comparison, SqlType Type)
    : ScalarExpression(Type)
{
    public override bool IsNullable => Kind != SubqueryKind.Exists;

    public override IReadOnlyList<ScalarExpression> Children => Operands;

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with { Operands = [.. children] };

    public bool Equals(SubqueryExpression? other) => other is not null && Kind == other.Kind && ReferenceEquals(Plan, other.Plan)
        && Operands.SequenceEqual(other.Operands) && Equals(Comparison, other.Comparison);

    public override int GetHashCode() => HashCode.Combine(Kind, Type);
}
