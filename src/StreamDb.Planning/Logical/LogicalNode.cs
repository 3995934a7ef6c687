using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>A node of a bound, typed query plan: a multiset of rows with named, typed columns. Immutable.</summary>
/// <remarks>
/// Expressions refer to columns of the node's input by index; a join's row is its left row followed by its right row.
/// <see cref="LogicalApply"/> and <see cref="OuterColumnExpression"/> exist only until decorrelation.
/// </remarks>
public abstract record LogicalNode
{
    /// <summary>The output columns.</summary>
    public abstract ImmutableArray<Field> Columns { get; }

    public abstract IReadOnlyList<LogicalNode> Inputs { get; }

    public abstract LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs);
}
