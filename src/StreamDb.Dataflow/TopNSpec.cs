using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>The rows at positions [Offset, Offset + Limit) of each partition in the given order; ties are ordered by the whole row.</summary>
public sealed record TopNSpec
{
    public IReadOnlyList<int> PartitionBy { get; init; } = [];

    public required IReadOnlyList<SortKey> OrderBy { get; init; }

    /// <summary>null: no limit.</summary>
    public long? Limit { get; init; }

    public long Offset { get; init; }

    /// <summary>FETCH FIRST … WITH TIES: also the rows that equal the last one in the order keys.</summary>
    public bool WithTies { get; init; }
}
