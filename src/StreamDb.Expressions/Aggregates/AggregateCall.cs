using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Aggregates;

/// <summary>A bound aggregate call over the rows of an input relation.</summary>
/// <param name="Arguments">Over the input row; empty for count(*).</param>
/// <param name="OrderBy">ORDER BY inside the call, or WITHIN GROUP's; over the input row.</param>
/// <param name="Filter">FILTER (WHERE …), over the input row.</param>
/// <param name="DirectArguments">Constants of an ordered-set aggregate (the percentile's fraction).</param>
public sealed record AggregateCall(
    AggregateOverload Function,
    ImmutableArray<ScalarExpression> Arguments,
    bool IsDistinct,
    ImmutableArray<AggregateOrder> OrderBy,
    ScalarExpression? Filter,
    ImmutableArray<ScalarExpression> DirectArguments,
    SqlType Type)
{
    public bool Equals(AggregateCall? other) => other is not null && ReferenceEquals(Function, other.Function)
        && IsDistinct == other.IsDistinct && Equals(Filter, other.Filter) && Type.Equals(other.Type)
        && Arguments.SequenceEqual(other.Arguments) && OrderBy.SequenceEqual(other.OrderBy)
        && DirectArguments.SequenceEqual(other.DirectArguments);

    public override int GetHashCode() => Arguments.Aggregate(HashCode.Combine(Function, IsDistinct), HashCode.Combine);
}
