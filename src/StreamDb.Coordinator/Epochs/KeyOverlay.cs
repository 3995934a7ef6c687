using StreamDb.Core.Columns;

namespace StreamDb.Coordinator.Epochs;

/// <summary>What the epoch being built has done to the keys of one table: key → its row now, or no row.</summary>
/// <remarks>The table's state before the epoch is its published snapshot; together they are the current table.</remarks>
internal sealed class KeyOverlay
{
    private readonly Dictionary<byte[], Entry> _entries = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly List<(byte[] Key, Entry? Before)> _undo = [];

    public KeyOverlay()
    {
        _bySpan = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>A key's row in this epoch; <see cref="Rows"/> is null when it was deleted.</summary>
    public readonly record struct Entry(ColumnBatch? Rows, int Row);

    public bool TryGet(ReadOnlySpan<byte> key, out Entry entry) => _bySpan.TryGetValue(key, out entry);

    public void Set(ReadOnlySpan<byte> key, Entry entry)
    {
        if (_bySpan.TryGetValue(key, out byte[]? existing, out Entry before))
        {
            _undo.Add((existing, before));
            _entries[existing] = entry;
        }
        else
        {
            byte[] copy = key.ToArray();
            _undo.Add((copy, null));
            _entries.Add(copy, entry);
        }
    }

    /// <summary>The changes so far stay.</summary>
    public void Accept() => _undo.Clear();

    /// <summary>Takes back every change since <see cref="Accept"/>.</summary>
    public void Undo()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
        {
            if (_undo[i].Before is { } before)
            {
                _entries[_undo[i].Key] = before;
            }
            else
            {
                _entries.Remove(_undo[i].Key);
            }
        }

        _undo.Clear();
    }
}
