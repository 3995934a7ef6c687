using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow;

/// <summary>A relation at one epoch. Immutable; never blocks a writer; any thread may read it, several at once.</summary>
/// <remarks>
/// Dispose to let go of the state it holds. Every result is consolidated: no row twice, weights never 0. Batches returned
/// or enumerated belong to the receiver, who releases them. Rows are ordered by the arrangement's key columns ascending
/// (NULLs last), then by the other columns.
/// </remarks>
public sealed class RelationSnapshot : IDisposable
{
    internal RelationSnapshot(Epoch epoch, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> key)
    {
        Epoch = epoch;
        Shape = shape;
        Key = key;
    }

    public Epoch Epoch { get; }

    public IReadOnlyList<ColumnShape> Shape { get; }

    /// <summary>The columns it is ordered by.</summary>
    public IReadOnlyList<int> Key { get; }

    /// <summary>Rows, duplicates counted. Kept up to date, not counted by this call.</summary>
    public long RowCount { get; }

    /// <summary>All rows in key order, or in the opposite order.</summary>
    public IEnumerable<DeltaBatch> Scan(bool descending = false) => throw new NotImplementedException();

    /// <summary>The rows whose first key columns equal a row of <paramref name="keys"/> (borrowed); it may have fewer columns than the key.</summary>
    /// <param name="keys">Columns of the types of the leading key columns. NULL equals NULL. Duplicates count once.</param>
    public DeltaBatch Lookup(ColumnBatch keys) => throw new NotImplementedException();

    /// <summary>The rows between two bounds, in key order or the opposite.</summary>
    /// <param name="lower">One row over the first key columns, borrowed; null: from the first row.</param>
    /// <param name="upper">One row over the first key columns, borrowed; null: to the last row. An inclusive bound includes every row with that prefix.</param>
    public IEnumerable<DeltaBatch> Range(
        ColumnBatch? lower, bool lowerInclusive, ColumnBatch? upper, bool upperInclusive, bool descending = false) =>
        throw new NotImplementedException();

    public void Dispose()
    {
    }
}
