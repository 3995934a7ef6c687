using StreamDb.Core.Columns;

namespace StreamDb.Core.Rows;

/// <summary>
/// An aggregate that needs all rows of its group in an order: string_agg, array_agg, percentile, mode. Recomputed for each
/// changed group from the group's ordered multiset, which the engine keeps.
/// </summary>
public interface IGroupFunction
{
    /// <summary>Appends one value: the aggregate of <paramref name="rows"/> (order keys first, then arguments), in the order asked for.</summary>
    /// <param name="rows">The group's rows; row i counts <c>weights[i]</c> (&gt; 0) times. Never empty.</param>
    void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors);

    /// <summary>The value depends on the first row alone: then only that one is given, however many the group has.</summary>
    bool ReadsFirstRowOnly => false;

    /// <summary>Appends the value over no rows (only for aggregates without GROUP BY).</summary>
    void ComputeEmpty(ColumnBuilder output);
}
