using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>A bound, typed expression that maps one row to one datum. Immutable, compared by value.</summary>
/// <remarks>
/// Casts are explicit: every argument already has the type its function wants. Expressions that only exist while a query
/// is being planned (subqueries, outer columns, aggregates, window functions) derive from this in Planning and are gone
/// before compilation.
/// </remarks>
public abstract record ScalarExpression(SqlType Type)
{
    /// <summary>False only when the value can never be NULL.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>The direct sub-expressions, in order.</summary>
    public abstract IReadOnlyList<ScalarExpression> Children { get; }

    /// <summary>The same expression over other children; as many, of the same types.</summary>
    public abstract ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children);
}
