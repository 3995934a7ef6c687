using StreamDb.Core.Columns;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Epochs;

/// <summary>The rows of a table's published state that have the keys of given rows.</summary>
internal sealed class ExistingRows
{
    private static readonly ExistingRows _none = new(null, null);

    private readonly ColumnBatch? _rows;
    private readonly Dictionary<byte[], int>? _byKey;

    private ExistingRows(ColumnBatch? rows, Dictionary<byte[], int>? byKey)
    {
        _rows = rows;
        _byKey = byKey;
    }

    public static ExistingRows Find(Database database, TableItem table, ColumnBatch rows)
    {
        using RelationSnapshot snapshot = database.Engine.Snapshot(table.Id);
        return Find(snapshot, table, rows);
    }

    public static ExistingRows Find(RelationSnapshot snapshot, TableItem table, ColumnBatch rows)
    {
        if (snapshot.RowCount == 0 || rows.Count == 0)
        {
            return _none;
        }

        ColumnBatch keys = rows.Select(table.PrimaryKey.AsSpan());
        DeltaBatch found = snapshot.Lookup(keys);
        keys.Release();
        if (found.Count == 0)
        {
            found.Release();
            return _none;
        }

        var byKey = new Dictionary<byte[], int>(found.Count, ByteKeyComparer.Instance);
        byte[] buffer = new byte[64];
        for (int row = 0; row < found.Count; row++)
        {
            byKey[KeyEncoder.Encode(found.Rows, table.PrimaryKey.AsSpan(), row, ref buffer).ToArray()] = row;
        }

        // The rows may become deltas of this epoch; the collector takes them back when nothing refers to them any more.
        return new ExistingRows(found.Rows, byKey);
    }

    /// <summary>The row with that key; an entry without rows when there is none.</summary>
    public KeyOverlay.Entry Get(ReadOnlySpan<byte> key) =>
        _byKey is not null && _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out int row)
            ? new KeyOverlay.Entry(_rows, row)
            : default;
}
