using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>One call with OVER: a window function by name (row_number, rank, lag, …) or an aggregate.</summary>
/// <param name="PartitionBy">Columns of the input; the binder projects expressions first.</param>
/// <param name="Aggregate">Set when the function is an aggregate; then <paramref name="Arguments"/> is empty.</param>
/// <param name="FrameText">ROWS/RANGE/GROUPS … EXCLUDE … as canonical text; null for the default frame.</param>
public sealed record WindowCall(
    string Name, ImmutableArray<ScalarExpression> Arguments, AggregateCall? Aggregate,
    ImmutableArray<int> PartitionBy, ImmutableArray<SortKey> OrderBy, string? FrameText, SqlType Type);
