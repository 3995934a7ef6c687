using StreamDb.Core.Errors;
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
    /// <summary>Calls and casts nested deeper than this are 54001: walking them could overflow the stack, which cannot be caught.</summary>
    public const int DepthMax = 2000;

    /// <summary>How many calls and casts stand one inside the other here; 0 for other nodes, whose nesting the parser bounds.</summary>
    internal int Depth { get; private protected init; }

    /// <summary>False only when the value can never be NULL.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>The direct sub-expressions, in order.</summary>
    public abstract IReadOnlyList<ScalarExpression> Children { get; }

    /// <summary>The same expression over other children; as many, of the same types.</summary>
    public abstract ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children);

    private protected static int DepthAbove(IReadOnlyList<ScalarExpression> children)
    {
        int depth = 0;
        foreach (ScalarExpression child in children)
        {
            depth = Math.Max(depth, child.Depth);
        }

        return depth < DepthMax ? depth + 1 : throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded");
    }
}
