using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>Keyed state from a join key to the rows that have it: one side of a join, on one worker.</summary>
/// <remarks>
/// A key's slot holds the word of its run. The value part of a row is every column that the key does not reproduce.
/// Rows with NULL in a key that NULLs do not match are not in the index.
/// </remarks>
internal sealed unsafe class KeyedIndex : IDisposable
{
    /// <summary>Header of a slot whose run is empty: the slot is taken, the run word is the rest.</summary>
    private const ulong EmptyRun = 2;

    private readonly NativeScratch<ulong> _emptied = new();
    private readonly NativeScratch<ulong> _collected = new();
    private readonly KeyTable _table;
    private readonly LongRunMerge _merge;

    /// <param name="arena">Where its memory is.</param>
    /// <param name="order">Columns that order a key's rows; none: any order.</param>
    public KeyedIndex(
        StateArena arena,
        IReadOnlyList<ColumnShape> shape,
        IReadOnlyList<int> keyColumns,
        IReadOnlyList<bool> nullsMatch,
        IReadOnlyList<SortKey>? order = null)
    {
        KeyColumns = keyColumns;
        var omitted = keyColumns.Where(column => !RowCodecField.IsLossy(shape[column].Type)).ToArray();
        Values = new RowLayout(shape, order ?? [], omitted);
        Runs = new Runs(arena, Values.Codec.Stride);
        _merge = new LongRunMerge(Runs);
        _table = new KeyTable(arena, KeyEncoder.Stride(shape, keyColumns, nullsMatch), 0);
    }

    public IReadOnlyList<int> KeyColumns { get; }

    /// <summary>How the value part of a row is packed; omitted columns are equal to the key's.</summary>
    public RowLayout Values { get; }

    public Runs Runs { get; }

    public long Bytes => _table.Bytes + Runs.Bytes;

    public long KeyCount => _table.Count;

    /// <summary>The run word of each key; 0 where it has no rows.</summary>
    public void Find(PackedRows keys, ulong* hashes, ulong* runs)
    {
        // Slot addresses are read before the words that replace them are written.
        _table.Find(keys, hashes, (byte**)runs);
        for (int i = 0; i < keys.Count; i++)
        {
            byte* slot = (byte*)runs[i];
            ulong run = slot is null ? 0 : *(ulong*)slot;
            runs[i] = run == EmptyRun ? 0 : run;
        }
    }

    /// <summary>Adds deltas.</summary>
    /// <param name="values">The rows' value parts.</param>
    public void Apply(PackedRows keys, ulong* hashes, PackedRows values, DeltaBatch batch, NativeScratch<ulong> slotScratch)
    {
        const int Distance = 12;
        int count = keys.Count;
        byte** slots = (byte**)slotScratch.Reserve(count);
        _table.FindOrAdd(keys, hashes, slots, EmptyRun);
        long* weights = batch.Weights is null ? null : (long*)batch.Weights.Values;
        int emptied = 0;
        int collected = 0;
        _merge.Begin((ulong**)slots, count);
        for (int i = 0; i < count; i++)
        {
            if (Runs.Fetches(i))
            {
                Fetch(slots, i, count);
            }

            if (i + Distance < count)
            {
                Runs.Prefetch(*(ulong*)slots[i + Distance]);
            }

            ulong* slot = (ulong*)slots[i];
            if (_merge.Takes(slot))
            {
                // Nobody looks for keys before the run has what was collected.
                *slot = *slot == EmptyRun ? 0 : *slot;
                _merge.Add(slot, values.Row(i), weights is null ? 1 : weights[i]);
                _collected.Reserve(collected + 1)[collected++] = (ulong)i;
                continue;
            }

            ulong run = *slot == EmptyRun ? 0 : *slot;
            Runs.Add(ref run, values.Row(i), values.Length(i), weights is null ? 1 : weights[i]);
            *slot = run == 0 ? EmptyRun : run;
            if (run == 0)
            {
                _emptied.Reserve(emptied + 1)[emptied++] = (ulong)i;
            }
        }

        _merge.Flush();
        for (int i = 0; i < collected; i++)
        {
            ulong row = _collected.Pointer[i];
            if (*(ulong*)slots[row] == 0)
            {
                *(ulong*)slots[row] = EmptyRun;
                _emptied.Reserve(emptied + 1)[emptied++] = row;
            }
        }

        // Removing moves slots, so each key is looked up again; keys that were filled again stay.
        for (int i = 0; i < emptied; i++)
        {
            int row = (int)_emptied.Pointer[i];
            _table.RemoveIf(keys.Row(row), keys.Length(row), hashes[row], EmptyRun);
        }
    }

    private void Fetch(byte** slots, int position, int count)
    {
        ulong* runs = stackalloc ulong[2 * Runs.FetchedRuns];
        (int start, int fetched) = Runs.FetchedAt(position, count);
        for (int i = 0; i < fetched; i++)
        {
            runs[i] = *(ulong*)slots[start + i];
        }

        Runs.Fetch(runs, fetched);
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        _table.Write(output);
        Runs.Write(output);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader input)
    {
        _table.Read(input);
        Runs.Read(input);
    }

    public void Dispose()
    {
        _table.Dispose();
        Runs.Dispose();
        _emptied.Dispose();
        _collected.Dispose();
        _merge.Dispose();
    }
}
