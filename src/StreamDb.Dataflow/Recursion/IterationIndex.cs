using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Operators;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Recursion;

/// <summary>A collection inside a scope by key: each key's rows with their iterations, the earliest first.</summary>
/// <remarks>
/// A row's weights over all epochs are added up per iteration, so the collection in iteration i is the sum of the entries of
/// the iterations up to i. One thread.
/// </remarks>
internal sealed unsafe class IterationIndex : IDisposable
{
    private readonly KeyedIndex _index;
    private readonly KeyEncoder _encoder;
    private readonly PackedRows _values;
    private readonly JoinOutput _output;
    private readonly NativeScratch<ulong> _slots = new();
    private readonly NativeScratch<ulong> _runs = new();

    public IterationIndex(StateArena arena, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch)
    {
        _index = new KeyedIndex(
            arena,
            IterationColumnOperator.Append(shape), keys, nullsMatch, [new SortKey(shape.Count, Descending: false, NullsFirst: false)]);
        _encoder = new KeyEncoder(shape, keys, nullsMatch);
        _values = _index.Values.CreateRows();
        _output = new JoinOutput(_index, 0, [.. Enumerable.Range(0, keys.Count)], deltaIsLeft: false);
    }

    public RowCodec KeyCodec => _encoder.KeyCodec;

    public long Bytes => _index.Bytes;

    public bool IsEmpty => _index.KeyCount == 0;

    public Runs Runs => _index.Runs;

    public void Write(BinaryWriter output) => _index.Write(output);

    public void Read(BinaryReader input) => _index.Read(input);

    /// <summary>The run of each key; 0 where it has no rows. Good until the next change.</summary>
    public void Find(PackedRows keys, ulong* hashes, ulong* runs) => _index.Find(keys, hashes, runs);

    /// <summary>The columns of entries' rows, null those that are equal to the key's.</summary>
    public Column?[] Decode(byte** entries, int count) => _index.Values.Decode(entries, count);

    /// <summary>How many rows a run has in the given iteration, and the first later one in which it changes; <see cref="int.MaxValue"/>: none.</summary>
    public long WeightUpTo(ulong run, int iteration, out int next)
    {
        long sum = 0;
        var cursor = new RunCursor(_index.Runs, run);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            int valid = CountUpTo(entries, count, iteration);
            sum += valid;
            for (int i = 0; i < valid && weights is not null; i++)
            {
                sum += weights[i] - 1;
            }

            if (valid < count)
            {
                next = IterationOf(entries + ((long)valid * _index.Runs.Layout.EntryBytes));
                return sum;
            }
        }

        next = int.MaxValue;
        return sum;
    }

    /// <summary>Adds deltas of the batch's iteration.</summary>
    /// <param name="touched">The keys are appended; null: not wanted.</param>
    public void Apply(DeltaBatch batch, PackedRows? touched)
    {
        DeltaBatch kept = _encoder.Encode(batch, out DeltaBatch? unmatched);
        Invariant.Check(unmatched is null, "keys inside a scope match NULL where it can occur");
        DeltaBatch timed = IterationColumnOperator.Append(kept);
        _values.Clear();
        _index.Values.Codec.Encode(timed.Rows, _values);
        _index.Apply(_encoder.Keys, _encoder.Hashes, _values, timed, _slots);
        for (int i = 0; i < kept.Count && touched is not null; i++)
        {
            touched.AppendCopy(_encoder.Keys.Row(i), _encoder.Keys.Length(i));
        }

        timed.Release();
        kept.Release();
        _encoder.Forget();
    }

    /// <summary>The rows that keys have in the given iteration, each batch (with a column behind that means nothing) to be released by <paramref name="take"/>.</summary>
    /// <param name="keyColumns">The same keys as columns.</param>
    /// <param name="later">Is given each key that changes in a later iteration, and the first such; null: not wanted.</param>
    public void Read(
        PackedRows keys, ulong* hashes, ColumnBatch keyColumns, int iteration, Action<DeltaBatch> take, Action<int, int>? later)
    {
        ulong* runs = _runs.Reserve(keys.Count);
        _index.Find(keys, hashes, runs);
        for (int key = 0; key < keys.Count; key++)
        {
            var cursor = new RunCursor(_index.Runs, runs[key]);
            while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
            {
                int valid = CountUpTo(entries, count, iteration);
                AddAll(key, entries, weights, valid, keyColumns, take);
                if (valid < count)
                {
                    later?.Invoke(key, IterationOf(entries + ((long)valid * _index.Runs.Layout.EntryBytes)));
                    break;
                }
            }
        }

        if (_output.Count > 0)
        {
            take(_output.Take(keyColumns));
        }
    }

    public void Dispose()
    {
        _index.Dispose();
        _encoder.Dispose();
        _values.Dispose();
        _output.Dispose();
        _slots.Dispose();
        _runs.Dispose();
    }

    /// <summary>How many of a block's entries are of iterations up to the given one.</summary>
    public int CountUpTo(byte* entries, int count, int iteration)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (IterationOf(entries + ((long)middle * _index.Runs.Layout.EntryBytes)) <= iteration)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The first field of every entry: an integer as <see cref="RowCodec"/> writes it for comparing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IterationOf(byte* entry) =>
        (int)(BinaryPrimitives.ReverseEndianness(*(uint*)_index.Runs.Layout.Row(entry)) ^ 0x8000_0000);

    private void AddAll(int key, byte* entries, long* weights, int count, ColumnBatch keyColumns, Action<DeltaBatch> take)
    {
        int done = 0;
        while (done < count)
        {
            done += _output.Add(
                key, 1, entries + ((long)done * _index.Runs.Layout.EntryBytes), weights is null ? null : weights + done, count - done);
            if (_output.IsFull)
            {
                take(_output.Take(keyColumns));
            }
        }
    }
}
