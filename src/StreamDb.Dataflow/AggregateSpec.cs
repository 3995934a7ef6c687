using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>One aggregate of a <see cref="ReduceSpec"/>. Columns are the input's.</summary>
public abstract record AggregateSpec
{
    /// <summary>Shape of the result; nullable unless the aggregate can never be NULL (count).</summary>
    public required ColumnShape Output { get; init; }

    /// <summary>A Bool column; rows where it is not true do not count. -1: every row counts.</summary>
    public int FilterColumn { get; init; } = -1;

    /// <summary>The same for equal functions with equal settings, whatever columns they are of; null: there is no telling. An extreme needs none.</summary>
    public string? Name { get; init; }
}
