using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>
/// Window functions over one partitioning and order. Output: the input's columns, then one column per function. Ties in the
/// order are broken by the whole row; equal rows are told apart arbitrarily, which nobody can see.
/// </summary>
public sealed record WindowSpec
{
    public IReadOnlyList<int> PartitionBy { get; init; } = [];

    public IReadOnlyList<SortKey> OrderBy { get; init; } = [];

    public required IReadOnlyList<WindowFunctionSpec> Functions { get; init; }
}
