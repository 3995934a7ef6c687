using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;

namespace StreamDb.Dataflow.Recursion;

/// <summary>min or max of one fixed-size value per key.</summary>
/// <remarks>
/// A row's entry is its iteration, then the value as <see cref="RowCodec"/> writes it, so values compare as bytes. What was
/// emitted for a key up to an iteration may be any sum of rows until this iteration has had its turn in the epoch: rows of
/// earlier iterations have changed under those that were emitted for this one.
/// </remarks>
internal sealed unsafe class DirectExtreme : DirectLogic
{
    private const int IterationBytes = 4;

    private readonly int _column;
    private readonly bool _isMax;
    private readonly int _keyCount;
    private readonly int _width;
    private readonly bool _inputIsNullable;
    private readonly bool _outputIsNullable;
    private readonly NativeScratch<int> _oldRows = new();
    private readonly NativeScratch<int> _newRows = new();
    private readonly NativeScratch<nint> _oldEntries = new();
    private readonly NativeScratch<nint> _newEntries = new();
    private readonly List<long> _oldWeights = [];
    private readonly List<(nint Entry, long Weight)> _group = [];
    private readonly Comparison<(nint Entry, long Weight)> _orderInput;
    private readonly Comparison<(nint Entry, long Weight)> _orderEmitted;
    private int _oldCount;

    public DirectExtreme(ExtremeAggregate aggregate, ColumnShape input, int keyCount)
    {
        _column = aggregate.Column;
        _isMax = aggregate.IsMax;
        _keyCount = keyCount;
        _width = WidthOf(input);
        _inputIsNullable = input.IsNullable;
        _outputIsNullable = aggregate.Output.IsNullable;
        _orderInput = (left, right) => Compare((byte*)left.Entry, (byte*)right.Entry, _inputIsNullable);
        _orderEmitted = (left, right) => Compare((byte*)left.Entry, (byte*)right.Entry, _outputIsNullable);
    }

    /// <summary>Bytes of a packed value; 0 when values differ in length.</summary>
    public static int WidthOf(ColumnShape column) => column.Type.Width();

    // Hot path: per key.
    public override void Recompute(
        IterationIndex input,
        IterationIndex emitted,
        PackedRows keys,
        ulong* hashes,
        ColumnBatch keyColumns,
        int iteration,
        Action<int, int> later,
        Action<DeltaBatch> emit)
    {
        int count = keys.Count;
        Find(input, emitted, keys, hashes, out ulong* inputRuns, out ulong* emittedRuns);
        int* newRows = _newRows.Reserve(count);
        nint* newEntries = _newEntries.Reserve(count);
        int newCount = 0;
        _oldCount = 0;
        _oldWeights.Clear();
        for (int key = 0; key < count; key++)
        {
            PrefetchAhead(inputRuns, emittedRuns, key, count);
            byte* now = Extreme(input, inputRuns[key], iteration, out int next);
            if (next != int.MaxValue)
            {
                later(key, next);
            }

            if (!TakeBack(emitted, emittedRuns[key], iteration, key, now) && now is not null)
            {
                newRows[newCount] = key;
                newEntries[newCount++] = (nint)now;
            }
        }

        // Both are decoded before either is emitted: emitting changes the state they lie in.
        DeltaBatch? olds = Batch(
            emitted, _keyCount, keyColumns, _oldRows.Pointer, _oldEntries.Pointer, _oldCount, CollectionsMarshal.AsSpan(_oldWeights));
        DeltaBatch? news = Batch(input, _column, keyColumns, newRows, newEntries, newCount, weights: []);
        if (olds is not null)
        {
            emit(olds);
        }

        if (news is not null)
        {
            emit(news);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _oldRows.Dispose();
        _newRows.Dispose();
        _oldEntries.Dispose();
        _newEntries.Dispose();
    }

    /// <param name="weights">Empty: all 1.</param>
    private static DeltaBatch? Batch(
        IterationIndex index, int column, ColumnBatch keyColumns, int* rows, nint* entries, int count, ReadOnlySpan<long> weights)
    {
        if (count == 0)
        {
            return null;
        }

        Column?[] values = index.Decode((byte**)entries, count);
        ColumnBatch gathered = keyColumns.Gather(new ReadOnlySpan<int>(rows, count));
        Column[] columns = [.. gathered.Columns.ToArray().Select(static key => key.Acquire()), values[column]!.Acquire()];
        gathered.Release();
        foreach (Column? value in values)
        {
            value?.Release();
        }

        var batch = new ColumnBatch(columns, count);
        DeltaBatch result = DeltaBatch.Create(batch, weights);
        batch.Release();
        return result;
    }

    /// <summary>The entry of the least (or greatest) value that a key has in an iteration, one with NULL when it has no other; null when it has no rows.</summary>
    private byte* Extreme(IterationIndex index, ulong run, int iteration, out int next)
    {
        next = int.MaxValue;
        byte* best = null;
        bool retracts = false;
        _group.Clear();
        var cursor = new RunCursor(index.Runs, run);
        while (next == int.MaxValue && cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            int valid = index.CountUpTo(entries, count, iteration);
            next = valid < count ? index.IterationOf(entries + ((long)valid * index.Runs.Layout.EntryBytes)) : next;
            for (int i = 0; i < valid; i++)
            {
                byte* row = index.Runs.Layout.Row(entries + ((long)i * index.Runs.Layout.EntryBytes));
                long weight = weights is null ? 1 : weights[i];
                retracts |= weight < 0;
                _group.Add(((nint)row, weight));
                best = Better(best, row);
            }
        }

        return retracts ? ExtremeOfSums() : best;
    }

    /// <summary>Where rows go again in later iterations than they came, a value counts only when its weights add up to more than 0.</summary>
    private byte* ExtremeOfSums()
    {
        _group.Sort(_orderInput);
        byte* best = null;
        for (int i = 0; i < _group.Count;)
        {
            int first = i;
            long sum = 0;
            for (; i < _group.Count && _orderInput(_group[first], _group[i]) == 0; i++)
            {
                sum += _group[i].Weight;
            }

            if (sum > 0)
            {
                best = Better(best, (byte*)_group[first].Entry);
            }
        }

        return best;
    }

    private byte* Better(byte* best, byte* row)
    {
        if (best is null || IsNull(best))
        {
            return best is null || !IsNull(row) ? row : best;
        }

        int order = IsNull(row) ? 0 : Compare(row, best, _inputIsNullable);
        return (_isMax ? order > 0 : order < 0) ? row : best;
    }

    /// <summary>Lists what was emitted for a key up to an iteration, less the row it shall be, to be taken back; whether that row is there already.</summary>
    private bool TakeBack(IterationIndex index, ulong run, int iteration, int key, byte* now)
    {
        _group.Clear();
        var cursor = new RunCursor(index.Runs, run);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            int valid = index.CountUpTo(entries, count, iteration);
            for (int i = 0; i < valid; i++)
            {
                byte* row = index.Runs.Layout.Row(entries + ((long)i * index.Runs.Layout.EntryBytes));
                _group.Add(((nint)row, weights is null ? 1 : weights[i]));
            }

            if (valid < count)
            {
                break;
            }
        }

        if (_group.Count > 1)
        {
            _group.Sort(_orderEmitted);
        }

        bool isThere = false;
        for (int i = 0; i < _group.Count;)
        {
            int first = i;
            long sum = 0;
            for (; i < _group.Count && _orderEmitted(_group[first], _group[i]) == 0; i++)
            {
                sum += _group[i].Weight;
            }

            if (now is not null && AreEqual(now, (byte*)_group[first].Entry))
            {
                isThere = true;
                sum--;
            }

            if (sum != 0)
            {
                _oldRows.Reserve(_oldCount + 1)[_oldCount] = key;
                _oldEntries.Reserve(_oldCount + 1)[_oldCount++] = _group[first].Entry;
                _oldWeights.Add(-sum);
            }
        }

        return isThere;
    }

    /// <summary>Orders two rows of one layout by marker and value; the value bytes of NULL are zeros.</summary>
    private int Compare(byte* left, byte* right, bool isNullable)
    {
        int length = _width + (isNullable ? 1 : 0);
        return new ReadOnlySpan<byte>(left + IterationBytes, length).SequenceCompareTo(new ReadOnlySpan<byte>(right + IterationBytes, length));
    }

    private bool IsNull(byte* row) => _inputIsNullable && row[IterationBytes] != 1;

    private bool AreEqual(byte* input, byte* emitted)
    {
        byte* left = input + IterationBytes;
        byte* right = emitted + IterationBytes;
        bool leftIsNull = _inputIsNullable && *left++ != 1;
        bool rightIsNull = _outputIsNullable && *right++ != 1;
        return leftIsNull || rightIsNull
            ? leftIsNull == rightIsNull
            : new ReadOnlySpan<byte>(left, _width).SequenceEqual(new ReadOnlySpan<byte>(right, _width));
    }
}
