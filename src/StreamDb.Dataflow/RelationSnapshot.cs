using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow;

/// <summary>A relation at one epoch. Immutable; never blocks a writer; any thread may read it, several at once.</summary>
/// <remarks>
/// Dispose to let go of the state it holds. Every result but <see cref="Deltas"/> is consolidated: no row twice, weights
/// never 0. Batches returned or enumerated belong to the receiver, who releases them. Rows are ordered by the arrangement's
/// key columns ascending (NULLs last), then by the other columns.
/// </remarks>
public sealed unsafe class RelationSnapshot : IDisposable
{
    private readonly Arrangement _arrangement;
    private readonly SortedBatch[] _batches;
    private SpineVersion[]? _versions;

    internal RelationSnapshot(Epoch epoch, Arrangement arrangement)
        : this(arrangement, arrangement.Acquire())
    {
        Epoch = epoch;
    }

    /// <param name="versions">Their references are taken over.</param>
    internal RelationSnapshot(Arrangement arrangement, SpineVersion[] versions)
    {
        _arrangement = arrangement;
        _versions = versions;
        _batches = _versions.SelectMany(version => version.Batches).ToArray();
        RowCount = _versions.Sum(version => version.WeightSum);
    }

    public Epoch Epoch { get; }

    public IReadOnlyList<ColumnShape> Shape => _arrangement.Shape;

    /// <summary>The columns it is ordered by.</summary>
    public IReadOnlyList<int> Key => _arrangement.Key;

    /// <summary>Rows, duplicates counted. Kept up to date, not counted by this call.</summary>
    public long RowCount { get; }

    /// <summary>All rows in key order, or in the opposite order.</summary>
    public IEnumerable<DeltaBatch> Scan(bool descending = false) =>
        Read(Array.ConvertAll(_batches, static batch => (0, batch.Count)), descending);

    /// <summary>Deltas that add up to the rows: several may be of one row, weights may be negative.</summary>
    /// <remarks>For whoever consolidates anyway, and faster by what merging costs. In order only within each layer of the spine.</remarks>
    public IEnumerable<DeltaBatch> Deltas()
    {
        using var rows = new NativeScratch<nint>();
        using var weights = new NativeScratch<long>();
        foreach (SortedBatch batch in _batches)
        {
            var cursor = new MergeCursor([batch], [(0, batch.Count)], descending: false);
            while (ReadChunk(cursor, rows, weights) is { } chunk)
            {
                yield return chunk;
            }
        }
    }

    /// <summary>The rows whose first key columns equal a row of <paramref name="keys"/> (borrowed); it may have fewer columns than the key.</summary>
    /// <param name="keys">Columns of the types of the leading key columns. NULL equals NULL. Duplicates count once.</param>
    public DeltaBatch Lookup(ColumnBatch keys)
    {
        using PackedRows prefixes = Pack(keys, out int[] lengths);
        using var rows = new NativeScratch<nint>();
        using var weights = new NativeScratch<long>();
        int count = 0;
        var bounds = new (int, int)[_batches.Length];
        foreach (int key in Distinct(prefixes))
        {
            byte* prefix = prefixes.Row(key);
            int length = lengths[key];
            for (int i = 0; i < bounds.Length; i++)
            {
                int start = _batches[i].Seek(prefix, length, after: false);
                bounds[i] = (start, _batches[i].Seek(prefix, length, after: true, start));
            }

            var cursor = new MergeCursor(_batches, bounds, descending: false);
            while (true)
            {
                int room = Math.Max(64, count);
                int read = cursor.Read((byte**)rows.Reserve(count + room) + count, weights.Reserve(count + room) + count, room);
                if (read == 0)
                {
                    break;
                }

                count += read;
            }
        }

        return ToBatch((byte**)rows.Reserve(1), weights.Reserve(1), count);
    }

    /// <summary>The rows between two bounds, in key order or the opposite.</summary>
    /// <param name="lower">One row over the first key columns, borrowed; null: from the first row.</param>
    /// <param name="upper">One row over the first key columns, borrowed; null: to the last row. An inclusive bound includes every row with that prefix.</param>
    public IEnumerable<DeltaBatch> Range(
        ColumnBatch? lower, bool lowerInclusive, ColumnBatch? upper, bool upperInclusive, bool descending = false)
    {
        // The bounds are looked up here and now: the packed bounds are not needed while reading.
        int lowerLength = 0;
        int upperLength = 0;
        using PackedRows? lowerRow = lower is null ? null : PackBound(lower, out lowerLength);
        using PackedRows? upperRow = upper is null ? null : PackBound(upper, out upperLength);
        var bounds = new (int, int)[_batches.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            int start = lowerRow is null ? 0 : _batches[i].Seek(lowerRow.Row(0), lowerLength, after: !lowerInclusive);
            int end = upperRow is null ? _batches[i].Count : _batches[i].Seek(upperRow.Row(0), upperLength, after: upperInclusive, start);
            bounds[i] = (start, end);
        }

        return Read(bounds, descending);
    }

    public void Dispose()
    {
        SpineVersion[]? versions = Interlocked.Exchange(ref _versions, null);
        if (versions is not null)
        {
            foreach (SpineVersion version in versions)
            {
                version.Release();
            }
        }
    }

    private IEnumerable<DeltaBatch> Read((int Start, int End)[] bounds, bool descending)
    {
        var cursor = new MergeCursor(_batches, bounds, descending);
        using var rows = new NativeScratch<nint>();
        using var weights = new NativeScratch<long>();
        while (ReadChunk(cursor, rows, weights) is { } chunk)
        {
            yield return chunk;
        }
    }

    private DeltaBatch? ReadChunk(MergeCursor cursor, NativeScratch<nint> rows, NativeScratch<long> weights)
    {
        Invariant.Check(_versions is not null, "snapshot is disposed");
        byte** starts = (byte**)rows.Reserve(JoinOutput.ChunkRows);
        int count = cursor.Read(starts, weights.Reserve(JoinOutput.ChunkRows), JoinOutput.ChunkRows);
        return count == 0 ? null : ToBatch(starts, weights.Pointer, count);
    }

    private DeltaBatch ToBatch(byte** rows, long* weights, int count)
    {
        var batch = new ColumnBatch(_arrangement.Layout.Decode(rows, count), count);
        var span = new ReadOnlySpan<long>(weights, count);
        return new DeltaBatch(batch, span.ContainsAnyExcept(1L) ? DeltaBatch.WeightColumn(span) : null);
    }

    private PackedRows Pack(ColumnBatch keys, out int[] lengths)
    {
        var fields = new RowCodecField[keys.ColumnCount];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = _arrangement.Layout.Codec.Fields[i] with { Column = i };
        }

        var codec = new RowCodec(fields);
        var packed = new PackedRows(codec.Stride);
        codec.Encode(keys, packed);
        lengths = new int[keys.Count];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = PrefixLength(packed, i, fields.Length);
        }

        return packed;
    }

    private PackedRows PackBound(ColumnBatch bound, out int length)
    {
        PackedRows packed = Pack(bound, out int[] lengths);
        length = lengths[0];
        return packed;
    }

    private int PrefixLength(PackedRows rows, int row, int fields) => _arrangement.Layout.Codec.PrefixLength(rows.Row(row), fields);

    private static int[] Distinct(PackedRows rows)
    {
        if (rows.Count == 1)
        {
            return [0];
        }

        int[] order = Enumerable.Range(0, rows.Count).ToArray();
        Array.Sort(order, (left, right) => RowCodec.Compare(rows.Row(left), rows.Length(left), rows.Row(right), rows.Length(right)));
        var distinct = new List<int>(order.Length);
        foreach (int row in order)
        {
            if (distinct.Count == 0
                || RowCodec.Compare(rows.Row(distinct[^1]), rows.Length(distinct[^1]), rows.Row(row), rows.Length(row)) != 0)
            {
                distinct.Add(row);
            }
        }

        return distinct.ToArray();
    }
}
