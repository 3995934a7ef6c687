using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>An aggregate kept up to date from its accumulator: count, sum, avg.</summary>
public sealed record AccumulableAggregate : AggregateSpec
{
    public required IAccumulator Accumulator { get; init; }

    public IReadOnlyList<int> Arguments { get; init; } = [];

    /// <summary>Each distinct combination of arguments counts once.</summary>
    public bool IsDistinct { get; init; }
}
