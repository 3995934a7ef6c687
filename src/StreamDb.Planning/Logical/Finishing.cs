using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>What is done to a query's rows as they leave: sort, skip, cut, keep the first columns. Not part of a maintained view.</summary>
/// <param name="OrderBy">Over the root's columns, which may include hidden sort columns at the end.</param>
/// <param name="VisibleColumns">How many leading columns the client sees.</param>
public sealed record Finishing(ImmutableArray<SortKey> OrderBy, long? Limit, long Offset, int VisibleColumns)
{
    /// <summary>LIMIT and OFFSET that depend on parameters; substitution turns them into <see cref="Limit"/> and <see cref="Offset"/>.</summary>
    public ScalarExpression? LimitExpression { get; init; }

    public ScalarExpression? OffsetExpression { get; init; }
}
