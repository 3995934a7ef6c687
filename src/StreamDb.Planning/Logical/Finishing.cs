using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>What is done to a query's rows as they leave: sort, skip, cut, keep the first columns. Not part of a maintained view.</summary>
/// <param name="OrderBy">Over the root's columns, which may include hidden sort columns at the end.</param>
/// <param name="VisibleColumns">How many leading columns the client sees.</param>
public sealed record Finishing(ImmutableArray<SortKey> OrderBy, long? Limit, long Offset, int VisibleColumns);
