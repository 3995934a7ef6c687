using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>An aggregate recomputed from the group's ordered rows: string_agg, percentile, mode.</summary>
public sealed record CollectedAggregate : AggregateSpec
{
    public required IGroupFunction Function { get; init; }

    /// <summary>The columns the function sees: order keys first, then arguments. Rows to be ignored (NULL arguments) are left out by <see cref="AggregateSpec.FilterColumn"/>.</summary>
    public required IReadOnlyList<int> Columns { get; init; }

    /// <summary>Order of the rows; <see cref="SortKey.Column"/> indexes <see cref="Columns"/>. Ties are ordered by the remaining columns.</summary>
    public IReadOnlyList<SortKey> OrderBy { get; init; } = [];

    /// <summary>Each distinct combination of <see cref="Columns"/> counts once.</summary>
    public bool IsDistinct { get; init; }
}
