using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Window functions: every row with its results, which are kept up to date as rows of its partition come and go.</summary>
/// <remarks>
/// A partition is a <see cref="PartitionTree"/> of one record per copy of a row; a record remembers the results given out for
/// it. An epoch's deltas are sorted and consolidated, put into the trees, and then only the rows that the functions'
/// <see cref="Dependency"/>s name are computed again; where results differ from those given out, −old +new is emitted. Rows
/// that are looked at in vain cost time, never output. Record of a partition's slot: the tree's root, the number of
/// neighbours that are equal rows. Invariant between epochs: a partition has rows.
/// </remarks>
internal sealed unsafe class WindowOperator : Operator
{
    private const ulong Taken = 1;

    private readonly bool _flushesOnce;
    private readonly int _partitionFields;
    private readonly int _orderFields;
    private readonly RowLayout _layout;
    private readonly WindowFunctions _functions;
    private readonly WindowRecords _records;
    private readonly PartitionTree _tree;
    private readonly KeyTable _partitions;
    private readonly PackedRows _rows;
    private readonly NativeScratch<long> _weights = new();
    private readonly RowSorter _sorter = new();
    private readonly PackedRows _keys;
    private readonly NativeScratch<ulong> _hashes = new();
    private readonly NativeScratch<nint> _slots = new();
    private readonly NativeScratch<nint> _created = new();
    private readonly NativeScratch<nint> _pointers = new();
    private readonly List<int> _partitionEnds = [];
    private readonly AffectedRows _affected;
    private readonly WindowErrors _errors;
    private readonly WindowBatch _batch;
    private readonly WindowBatch _single;
    private readonly PackedRows _results;
    private readonly ResultEmitter _emitter;
    private readonly MissingRows _missing;
    private readonly List<nint> _removed = [];
    private readonly List<nint> _gone = [];
    private readonly List<int> _olds = [];
    private readonly List<int> _news = [];
    private bool _mayCancel;

    /// <param name="flushesOnce">There is only one epoch: nobody will ask what was given out.</param>
    public WindowOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, WindowSpec spec, bool flushesOnce)
        : base(context)
    {
        _flushesOnce = flushesOnce;
        _partitionFields = spec.PartitionBy.Count;
        _orderFields = spec.OrderBy.Count;
        _layout = new RowLayout(shape, [.. spec.PartitionBy.Select(column => new SortKey(column)), .. spec.OrderBy]);
        _functions = new WindowFunctions(context.Arena, spec, shape);
        _records = _functions.Records;
        _tree = new PartitionTree(_records, _functions.Totals);
        int keyStride = RowLayout.KeyCodec(shape, spec.PartitionBy).Stride;
        _partitions = new KeyTable(context.Arena, keyStride, 16);
        _keys = new PackedRows(keyStride);
        _rows = _layout.CreateRows();
        _affected = new AffectedRows(_tree, _records, _functions.Dependencies, _functions.Buckets);
        _errors = new WindowErrors(context, _records);
        _batch = new WindowBatch(_tree, _records, _layout);
        _single = new WindowBatch(_tree, _records, _layout);
        _results = new PackedRows(_functions.ResultCodec.Stride);
        _emitter = new ResultEmitter([.. shape, .. spec.Functions.Select(function => function.Output)], _sorter, Emit);
        _missing = new MissingRows(context.Arena, _layout.Codec.Stride);
    }

    public override long StateBytes => _partitions.Bytes + _records.Heap.Bytes + _missing.Bytes;

    public override void Flush()
    {
        SortedBatch? changes = _rows.Count == 0 ? null : _sorter.Sort(_rows, _weights.Pointer);
        _rows.ClearAndTrim();
        _weights.Trim();
        if (changes is null)
        {
            return;
        }

        CreateRecords(changes);
        byte** slots = FindPartitions(changes);
        bool anyGone = false;
        int start = 0;
        for (int i = 0; i < _partitionEnds.Count; i++)
        {
            byte* partition = slots[i] + _partitions.RecordOffset;
            Update(ref *(TreeNode**)partition, ref *(long*)(partition + 8), changes, start, _partitionEnds[i]);
            anyGone |= *(TreeNode**)partition is null;
            start = _partitionEnds[i];
        }

        EmitBatch();
        EmitGone();
        _emitter.Flush();
        for (int i = 0; anyGone && i < _partitionEnds.Count; i++)
        {
            byte* slot = _partitions.FindOne(_keys.Row(i), _keys.Length(i), _hashes.Pointer[i]);
            if (*(TreeNode**)(slot + _partitions.RecordOffset) is null)
            {
                _partitions.RemoveIf(_keys.Row(i), _keys.Length(i), _hashes.Pointer[i], Taken);
            }
        }

        changes.Release();
        Trim();
    }

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output)
    {
        _partitions.Write(output);
        _records.Heap.Write(output);
        _missing.Write(output);
        _errors.Write(output);
    }

    public override void ReadRoots(BinaryReader input)
    {
        _partitions.Read(input);
        _records.Heap.Read(input);
        _missing.Read(input);
        _errors.Read(input);
    }

    public override void Dispose()
    {
        base.Dispose();
        _functions.Dispose();
        _partitions.Dispose();
        _rows.Dispose();
        _weights.Dispose();
        _sorter.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
        _slots.Dispose();
        _created.Dispose();
        _pointers.Dispose();
        _batch.Dispose();
        _single.Dispose();
        _results.Dispose();
        _emitter.Dispose();
        _missing.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        int start = _rows.Count;
        _layout.Codec.Encode(batch.Rows, _rows);
        long* weights = _weights.Reserve(_rows.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            weights[start + i] = batch.Weight(i);
        }
    }

    /// <summary>One record per row that comes, in <see cref="_created"/>; null for rows that go.</summary>
    private void CreateRecords(SortedBatch changes)
    {
        byte** created = (byte**)_created.Reserve(changes.Count);
        byte** items = (byte**)_pointers.Reserve(WindowBatch.RowsMax * 2);
        byte** rows = items + WindowBatch.RowsMax;
        int count = 0;
        int orderStart = 0;
        int orderEnd = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            created[i] = null;
            if (changes.Weight(i) > 0)
            {
                byte* row = changes.Row(i);
                if (_layout.Codec.Stride == 0 || orderEnd == 0)
                {
                    orderStart = _layout.Codec.PrefixLength(row, _partitionFields);
                    orderEnd = _layout.Codec.PrefixLength(row, _partitionFields + _orderFields);
                }

                created[i] = _records.Create(row, changes.Length(i), orderStart, orderEnd);
                items[count] = created[i];
                rows[count++] = row;
            }

            if (count == WindowBatch.RowsMax || (i == changes.Count - 1 && count > 0))
            {
                var batch = new ColumnBatch(_layout.Decode(rows, count), count);
                _functions.Prepare(batch, items);
                batch.Release();
                count = 0;
            }
        }
    }

    /// <summary>Finds where each partition's changes end, and the slot of each.</summary>
    private byte** FindPartitions(SortedBatch changes)
    {
        _partitionEnds.Clear();
        _keys.Clear();
        int length = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            byte* row = changes.Row(i);
            if (i > 0 && length <= changes.Length(i)
                && new ReadOnlySpan<byte>(row, length).SequenceEqual(new ReadOnlySpan<byte>(changes.Row(i - 1), length)))
            {
                continue;
            }

            if (i > 0)
            {
                _partitionEnds.Add(i);
            }

            length = _layout.Codec.PrefixLength(row, _partitionFields);
            int padded = Math.Max(8, (length + 7) & ~7);
            byte* key = _keys.Stride != 0 ? _keys.AppendFixed(1) : _keys.Append(padded);
            *(ulong*)(key + padded - 8) = 0;
            Buffer.MemoryCopy(row, key, length, length);
        }

        _partitionEnds.Add(changes.Count);
        byte** slots = (byte**)_slots.Reserve(_keys.Count);
        KeyTable.Hash(_keys, _hashes.Reserve(_keys.Count));
        _partitions.FindOrAdd(_keys, _hashes.Pointer, slots, Taken);
        return slots;
    }

    /// <summary>Brings one partition up to date and puts the rows to be computed into the batch.</summary>
    private void Update(ref TreeNode* root, ref long duplicates, SortedBatch changes, int start, int end)
    {
        bool mayCancel = duplicates > 0;
        _affected.Begin();
        for (int i = start; i < end; i++)
        {
            long copies = changes.Weight(i) > 0
                ? Insert(ref root, ref duplicates, changes, i, out bool isGroup)
                : -Remove(ref root, ref duplicates, changes, i, out isGroup);
            mayCancel |= duplicates > 0;
            _affected.Add(changes.Row(i), changes.Length(i), copies, isGroup);
        }

        if (_mayCancel != mayCancel)
        {
            EmitBatch();
            EmitGone();
            _mayCancel = mayCancel;
        }

        _gone.AddRange(_removed);
        _removed.Clear();
        if (root is null)
        {
            return;
        }

        _tree.Refresh(root);
        foreach ((long first, long until) in _affected.Find(root))
        {
            long position = first;
            while (position < until)
            {
                position += _batch.Add(root, position, until - position);
                if (_batch.Count == WindowBatch.RowsMax)
                {
                    EmitBatch();
                    Context.Cancellation.ThrowIfCancellationRequested();
                }
            }
        }
    }

    /// <summary>Puts in the copies of a row that come, and returns how many.</summary>
    /// <param name="isGroup">Whether a peer group came.</param>
    private long Insert(ref TreeNode* root, ref long duplicates, SortedBatch changes, int row, out bool isGroup)
    {
        isGroup = false;
        byte* record = ((byte**)_created.Pointer)[row];
        long copies = _missing.Settle(changes.Row(row), changes.Length(row), changes.Weight(row));
        if (copies == 0)
        {
            _records.Free(record);
            return 0;
        }

        for (long copy = 0; copy < copies; copy++)
        {
            isGroup |= _tree.Insert(ref root, copy == 0 ? record : _records.Clone(record), out bool isDuplicate);
            duplicates += isDuplicate ? 1 : 0;
        }

        return copies;
    }

    /// <summary>Takes out the copies of a row that go, and returns how many.</summary>
    /// <param name="isGroup">Whether a peer group went.</param>
    private long Remove(ref TreeNode* root, ref long duplicates, SortedBatch changes, int row, out bool isGroup)
    {
        isGroup = false;
        long removed = 0;
        for (long copies = -changes.Weight(row); copies > 0; copies--)
        {
            byte* record = _tree.Remove(ref root, changes.Row(row), changes.Length(row), out bool wasDuplicate, out bool wasGroup);
            if (record is null)
            {
                _missing.Add(changes.Row(row), changes.Length(row), -copies);
                break;
            }

            _removed.Add((nint)record);
            removed++;
            duplicates -= wasDuplicate ? 1 : 0;
            isGroup |= wasGroup;
        }

        return removed;
    }

    /// <summary>Computes the rows of the batch and emits what differs from what was given out.</summary>
    private void EmitBatch()
    {
        int count = _batch.Count;
        if (count == 0)
        {
            return;
        }

        Column[] results = Compute();
        if (_flushesOnce)
        {
            _emitter.Add([.. _batch.Decode(_batch.Items, count), .. results], 0, count, mayCancel: false);
            _batch.Clear();
            return;
        }

        var batch = new ColumnBatch(results, count);
        _results.Clear();
        _functions.ResultCodec.Encode(batch, _results);
        _olds.Clear();
        _news.Clear();
        for (int i = 0; i < count; i++)
        {
            byte* record = _batch.Items[i];
            bool isOld = WindowRecords.Has(record, WindowRecords.HasResults);
            if (!isOld || !_records.ResultsEqual(record, _results.Row(i), _results.Length(i)))
            {
                _news.Add(i);
                if (isOld)
                {
                    _olds.Add(i);
                }
            }
        }

        EmitChanges(results);
        foreach (int row in _news)
        {
            _records.SetResults(_batch.Items[row], _results.Row(row), _results.Length(row));
        }

        batch.Release();
        _batch.Clear();
    }

    private void EmitChanges(Column[] results)
    {
        int olds = _olds.Count;
        int total = olds + _news.Count;
        if (total == 0)
        {
            return;
        }

        byte** items = (byte**)_pointers.Reserve(total + olds);
        byte** given = items + total;
        for (int i = 0; i < olds; i++)
        {
            items[i] = _batch.Items[_olds[i]];
            given[i] = _records.Results(items[i]);
        }

        for (int i = 0; i < _news.Count; i++)
        {
            items[olds + i] = _batch.Items[_news[i]];
        }

        Column[] rows = _batch.Decode(items, total);
        Column[] oldResults = _functions.ResultCodec.Decode(given, olds);
        var columns = new Column[rows.Length + results.Length];
        rows.CopyTo(columns, 0);
        for (int c = 0; c < results.Length; c++)
        {
            using var builder = new ColumnBuilder(results[c].Type, total);
            builder.AppendRange(oldResults[c], 0, olds);
            builder.AppendGather(results[c], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_news));
            columns[rows.Length + c] = builder.Finish();
            oldResults[c].Release();
        }

        _emitter.Add(columns, olds, total, _mayCancel);
    }

    /// <summary>The functions' results for the rows of the batch, each holding one reference.</summary>
    private Column[] Compute()
    {
        for (int i = 0; i < _batch.Count; i++)
        {
            _errors.Retract(_batch.Items[i]);
        }

        _functions.ComputeFrames(_batch);
        var results = new Column[_functions.Functions.Length];
        for (int f = 0; f < results.Length; f++)
        {
            WindowFunction function = _functions.Functions[f];
            using var builder = new ColumnBuilder(function.Output.Type, _batch.Count);
            function.Compute(_batch, builder, _errors);
            results[f] = builder.Finish();
            if (_errors.Any)
            {
                AttributeErrors(function);
                _functions.ComputeFrames(_batch);
            }
        }

        return results;
    }

    /// <summary>Computes row by row, to learn which rows the errors are of. Rare, and the results are the same.</summary>
    private void AttributeErrors(WindowFunction function)
    {
        _errors.Clear();
        foreach (WindowStretch stretch in _batch.Stretches)
        {
            for (int i = 0; i < stretch.Count; i++)
            {
                _single.Clear();
                _single.Add(stretch.Root, stretch.Position + i, 1);
                _functions.ComputeFrames(_single);
                using var builder = new ColumnBuilder(function.Output.Type, 1);
                function.Compute(_single, builder, _errors);
                if (_errors.Any)
                {
                    _errors.Keep(_batch.Items[stretch.Start + i]);
                }
            }
        }
    }

    /// <summary>Takes back the results of rows that went, and frees these.</summary>
    private void EmitGone()
    {
        for (int start = 0; start < _gone.Count; start += WindowBatch.RowsMax)
        {
            int count = Math.Min(WindowBatch.RowsMax, _gone.Count - start);
            byte** items = (byte**)_pointers.Reserve(count * 2);
            byte** given = items + count;
            int shown = 0;
            for (int i = start; i < start + count; i++)
            {
                byte* record = (byte*)_gone[i];
                _errors.Retract(record);
                if (WindowRecords.Has(record, WindowRecords.HasResults))
                {
                    items[shown] = record;
                    given[shown++] = _records.Results(record);
                }
            }

            if (shown > 0)
            {
                Column[] rows = _batch.Decode(items, shown);
                _emitter.Add([.. rows, .. _functions.ResultCodec.Decode(given, shown)], shown, shown, _mayCancel);
            }

            for (int i = start; i < start + count; i++)
            {
                _records.Free((byte*)_gone[i]);
            }
        }

        _gone.Clear();
    }

    private void Trim()
    {
        _keys.ClearAndTrim();
        _hashes.Trim();
        _slots.Trim();
        _created.Trim();
        _pointers.Trim();
        _results.ClearAndTrim();
        _sorter.Trim();
    }
}
