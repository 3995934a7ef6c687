namespace StreamDb.Dataflow;

/// <summary>GROUP BY. Output: the keys, then one column per aggregate. Without keys there is always exactly one row.</summary>
public sealed record ReduceSpec
{
    public required IReadOnlyList<int> Keys { get; init; }

    public required IReadOnlyList<AggregateSpec> Aggregates { get; init; }
}
