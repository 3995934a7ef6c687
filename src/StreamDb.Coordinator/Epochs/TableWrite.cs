using StreamDb.Core.Columns;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Epochs;

/// <summary>Rows that leave and enter one table. Rows are complete, and passed NOT NULL and CHECK; keys are checked in commit order.</summary>
/// <param name="Deletes">Exact rows to remove, one copy each; null for none.</param>
/// <param name="Inserts">Rows to add, after the deletes; null for none.</param>
/// <param name="OnConflict">What an insert does when its key exists.</param>
internal sealed record TableWrite(TableItem Table, ColumnBatch? Deletes, ColumnBatch? Inserts, ConflictBehavior OnConflict)
{
    /// <summary>The deletes were computed on an older snapshot: each row must still be there (else 40001).</summary>
    public bool MustStillExist { get; init; }

    public void Release()
    {
        Deletes?.Release();
        Inserts?.Release();
    }
}
