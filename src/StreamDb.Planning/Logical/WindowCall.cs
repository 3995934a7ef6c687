using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>One call with OVER: a window function by name (row_number, rank, lag, …) or an aggregate.</summary>
/// <param name="PartitionBy">Columns of the input; the binder projects expressions first.</param>
/// <param name="Aggregate">Set when the function is an aggregate; then <paramref name="Arguments"/> is empty.</param>
/// <param name="Frame">null: the default one, RANGE UNBOUNDED PRECEDING.</param>
/// <param name="IgnoresNulls">IGNORE NULLS: rows whose first argument is NULL are passed over.</param>
public sealed record WindowCall(
    string Name, ImmutableArray<ScalarExpression> Arguments, AggregateCall? Aggregate,
    ImmutableArray<int> PartitionBy, ImmutableArray<SortKey> OrderBy, WindowFrame? Frame, bool IgnoresNulls, SqlType Type)
{
    /// <summary>Equal by content.</summary>
    public bool SameAs(WindowCall other) => Name == other.Name && IgnoresNulls == other.IgnoresNulls && Type == other.Type
        && Equals(Aggregate, other.Aggregate) && Equals(Frame, other.Frame) && Arguments.SequenceEqual(other.Arguments)
        && PartitionBy.SequenceEqual(other.PartitionBy) && OrderBy.SequenceEqual(other.OrderBy);

    /// <summary>Whether the result may be NULL.</summary>
    public bool IsNullable => Aggregate is { } aggregate
        ? !aggregate.Function.IsZeroOnEmpty
        : Name is not ("row_number" or "rank" or "dense_rank" or "percent_rank" or "cume_dist");
}
