using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>GROUP BY: keeps each group's aggregates and emits −old +new for the groups whose row changed in the epoch.</summary>
/// <remarks>
/// A group's record: the states of the aggregates, then the key's representative. Its header: bit 0 taken, bit 1 touched in
/// this epoch, above them the number of rows. Invariants between epochs: no group is touched; a group has rows (or it is the
/// one group of a reduce without keys, which always has a row in the output).
/// Where the space says how many keys may stay as they are, the others are packed when an epoch ends. A group that comes into
/// use again is copied back, and then it is the copy that counts until it is packed the next time.
/// </remarks>
internal sealed unsafe class ReduceOperator : Operator
{
    /// <summary>From the header to the number of rows.</summary>
    public const int CountShift = 2;

    private const ulong Taken = 1;
    private const ulong Touched = 2;

    /// <summary>Rows, or groups, of one series of passes: so few that their slots stay in the cache from the first to the last.</summary>
    private const int ChunkRows = 2048;

    private readonly KeyEncoder _encoder;
    private readonly KeyRepresentative _representative;
    private readonly GroupAggregate[] _aggregates;
    private readonly KeyTable _groups;
    private readonly PackedTable? _packed;
    private readonly TouchedKeys _touched;
    private readonly PackedRows _representatives;
    private readonly NativeScratch<nint> _slots = new();
    private readonly NativeScratch<nint> _states = new();
    private readonly NativeScratch<nint> _touchedSlots = new();
    private readonly NativeScratch<long> _ones = new(ChunkRows);
    private readonly NativeScratch<long> _oldCounts = new();
    private readonly NativeScratch<bool> _changed = new();
    private readonly NativeScratch<int> _oldRows = new();
    private readonly NativeScratch<int> _newRows = new();
    private readonly RetractingSink _oldErrors;
    private readonly bool _isGlobal;
    private bool _isEmitted;

    /// <summary>Version of the table as long as <see cref="_touchedSlots"/> says where the touched groups are; else -1.</summary>
    private int _touchedVersion = -1;

    public ReduceOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, ReduceSpec spec)
        : base(context)
    {
        bool[] nullsMatch = new bool[spec.Keys.Count];
        for (int i = 0; i < nullsMatch.Length; i++)
        {
            nullsMatch[i] = shape[spec.Keys[i]].IsNullable;
        }

        _encoder = new KeyEncoder(shape, spec.Keys, nullsMatch);
        _representative = new KeyRepresentative(shape, spec.Keys, _encoder.KeyCodec);
        _representatives = _representative.CreateRows();
        var aggregates = new List<GroupAggregate>();
        int offset = 0;
        foreach (AggregateSpec aggregateSpec in spec.Aggregates)
        {
            ExtremeValue? keeper = aggregateSpec is ExtremeAggregate extreme
                ? aggregates.OfType<ExtremeValue>().FirstOrDefault(other => other.Keeps(extreme))
                : null;
            GroupAggregate aggregate = keeper is not null ? new ExtremeValue(context.Arena, (ExtremeAggregate)aggregateSpec, shape, keeper)
                : RowCountValue.Covers(aggregateSpec) ? new RowCountValue(aggregateSpec)
                : GroupAggregate.Create(context.Arena, aggregateSpec, shape, spec.Keys);
            aggregate.Offset = keeper?.Offset ?? offset;
            offset += keeper is null ? aggregate.StateBytes : 0;
            aggregates.Add(aggregate);
        }

        _aggregates = [.. aggregates];

        _representative.Offset = offset;
        _groups = new KeyTable(context.Arena, _encoder.KeyCodec.Stride, offset + _representative.Bytes);
        foreach (RowCountValue count in _aggregates.OfType<RowCountValue>())
        {
            count.Offset = -_groups.RecordOffset;
        }

        new Span<long>(_ones.Pointer, ChunkRows).Fill(1);
        _touched = new TouchedKeys(_encoder.KeyCodec.Stride);
        _oldErrors = new RetractingSink(context);
        _isGlobal = spec.Keys.Count == 0;
        _packed = _isGlobal ? null : _groups.CreatePacked(_encoder.KeyCodec.PaddingBytes);
    }

    public override long StateBytes
    {
        get
        {
            long bytes = _groups.Bytes + (_packed?.Bytes ?? 0);
            foreach (GroupAggregate aggregate in _aggregates)
            {
                bytes += aggregate.Bytes;
            }

            return bytes;
        }
    }

    public override bool CanStore => true;

    /// <summary>The group of a reduce without keys exists from the start, on the worker that its key falls to.</summary>
    public override void Start()
    {
        if (_isGlobal && !_isEmitted)
        {
            ulong emptyKey = 0;
            ulong hash = RowCodec.Hash((byte*)&emptyKey, 8);
            if (Context.Worker == PartitionHasher.WorkerOf(0, Context.WorkerCount))
            {
                Touch(CreateEmptyKeys(), &hash, 1, null);
                Scheduler.MarkReady(this);
            }
        }
    }

    public override void Flush()
    {
        if (_touched.Count == 0)
        {
            return;
        }

        var olds = new Column[_aggregates.Length];
        for (int a = 0; a < olds.Length; a++)
        {
            olds[a] = _aggregates[a] is RowCountValue
                ? DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_oldCounts.Pointer, _touched.Count))
                : _aggregates[a].Old.Finish();
        }

        for (int start = 0; start < _touched.Count; start += ChunkRows)
        {
            FlushChunk(olds, start, Math.Min(ChunkRows, _touched.Count - start));
        }

        foreach (Column column in olds)
        {
            column.Release();
        }

        _touched.Clear();
        _touchedSlots.Trim();
        _touchedVersion = -1;
        _oldCounts.Trim();
        _isEmitted |= _isGlobal;
        if (_packed is not null)
        {
            _groups.MoveTo(_packed, Context.Arena.Space.LooseKeysMax);
        }
    }

    public override void WriteRoots(BinaryWriter output)
    {
        output.Write(_isEmitted);
        _groups.Write(output);
        _packed?.Write(output);
        foreach (GroupAggregate aggregate in _aggregates)
        {
            aggregate.WriteRoots(output);
        }
    }

    public override void ReadRoots(BinaryReader input)
    {
        _isEmitted = input.ReadBoolean();
        _groups.Read(input);
        _packed?.Read(input);
        foreach (GroupAggregate aggregate in _aggregates)
        {
            aggregate.ReadRoots(input);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _encoder.Dispose();
        _groups.Dispose();
        _packed?.Dispose();
        _touched.Dispose();
        _representatives.Dispose();
        _slots.Dispose();
        _states.Dispose();
        _touchedSlots.Dispose();
        _ones.Dispose();
        _oldCounts.Dispose();
        _changed.Dispose();
        _oldRows.Dispose();
        _newRows.Dispose();
        foreach (GroupAggregate aggregate in _aggregates)
        {
            aggregate.Dispose();
        }
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (batch.Count <= ChunkRows)
        {
            ProcessChunk(batch);
            return;
        }

        for (int start = 0; start < batch.Count; start += ChunkRows)
        {
            DeltaBatch chunk = batch.Slice(start, Math.Min(ChunkRows, batch.Count - start));
            try
            {
                ProcessChunk(chunk);
            }
            finally
            {
                chunk.Release();
            }
        }
    }

    private void ProcessChunk(DeltaBatch batch)
    {
        DeltaBatch kept = _encoder.Encode(batch, out DeltaBatch? unmatched);
        if (unmatched is not null)
        {
            unmatched.Release();
            kept.Release();
            throw RowCodec.UnexpectedNull();
        }

        long* weights = batch.Weights is null ? _ones.Pointer : (long*)batch.Weights.Values;
        _representative.Encode(batch.Rows, _representatives);
        byte** slots = Touch(_encoder.Keys, _encoder.Hashes, batch.Count, weights);
        byte** states = (byte**)_states.Reserve(batch.Count);
        foreach (GroupAggregate aggregate in _aggregates)
        {
            if (aggregate.Keeper is not null || aggregate is RowCountValue)
            {
                continue;
            }

            Gather(slots, batch.Count, aggregate.Offset, states);
            aggregate.Apply(batch, states, weights);
        }

        kept.Release();
        _encoder.Forget();
    }

    /// <summary>Finds or adds the groups, adds to their row counts, and captures the old values of those not touched before in this epoch.</summary>
    /// <remarks>Hot path: per delta.</remarks>
    private byte** Touch(PackedRows keys, ulong* hashes, int count, long* weights)
    {
        byte** slots = (byte**)_slots.Reserve(count);
        _groups.FindOrAdd(keys, hashes, slots, Taken);

        // A group with rows, or one of this epoch, has more in its header.
        _packed?.Restore(slots, hashes, count, Taken);
        int touched = _touched.Count;
        byte** first = (byte**)_touchedSlots.Reserve(touched + count) + touched;
        long* oldCounts = _oldCounts.Reserve(touched + count) + touched;
        int* firstRows = _newRows.Reserve(count);
        int firstCount = 0;
        for (int i = 0; i < count; i++)
        {
            // Written for every row, and kept where the group was not touched before: a guess of the branch would often be wrong.
            byte* slot = slots[i];
            ulong header = *(ulong*)slot;
            oldCounts[firstCount] = (long)header >> CountShift;
            firstRows[firstCount] = i;
            first[firstCount] = slot;
            firstCount += (header & Touched) == 0 ? 1 : 0;
            *(ulong*)slot = (header | Touched) + ((ulong)(weights is null ? 0 : weights[i]) << CountShift);
        }

        if (firstCount > 0)
        {
            if (_representative.Bytes > 0 && weights is not null)
            {
                Represent(first, firstRows, oldCounts, firstCount);
            }

            _touched.Add(keys, hashes, firstRows, firstCount);
            _touchedVersion = touched == 0 || _touchedVersion == _groups.Version ? _groups.Version : -1;
            CaptureOld(first, firstCount);
        }

        return slots;
    }

    /// <summary>Gives new groups the key of their first row as it looks.</summary>
    private void Represent(byte** slots, int* rows, long* oldCounts, int count)
    {
        int offset = _groups.RecordOffset + _representative.Offset;
        for (int i = 0; i < count; i++)
        {
            if (oldCounts[i] == 0)
            {
                Unsafe.CopyBlock(slots[i] + offset, _representatives.Row(rows[i]), (uint)_representative.Bytes);
            }
        }
    }

    private void CaptureOld(byte** slots, int count)
    {
        byte** states = (byte**)_states.Reserve(count);
        foreach (GroupAggregate aggregate in _aggregates)
        {
            if (aggregate is not RowCountValue)
            {
                Gather(slots, count, aggregate.Offset, states);
                aggregate.AppendValues(states, count, aggregate.Old, _oldErrors);
            }
        }
    }

    /// <summary>Ends the epoch of some touched groups: emits their changes, and frees those that have no rows left.</summary>
    private void FlushChunk(Column[] olds, int start, int count)
    {
        byte** slots = FindTouched(start, count);
        byte** states = (byte**)_states.Reserve(count);
        var news = new Column[_aggregates.Length];
        bool* changed = _changed.Reserve(count);
        new Span<bool>(changed, count).Clear();
        for (int a = 0; a < _aggregates.Length; a++)
        {
            Gather(slots, count, _aggregates[a].Offset, states);
            using var builder = new ColumnBuilder(_aggregates[a].Old.Type, count);
            _aggregates[a].AppendValues(states, count, builder, Context.Errors);
            news[a] = builder.Finish();
            ColumnCompare.MarkDifferent(olds[a], start, news[a], changed, count);
        }

        EmitChanges(olds, news, slots, start, count);
        foreach (Column column in news)
        {
            column.Release();
        }

        bool anyVanished = false;
        for (int i = 0; i < count; i++)
        {
            ulong header = *(ulong*)slots[i] & ~Touched;
            *(ulong*)slots[i] = header;
            anyVanished |= header == Taken;
        }

        if (anyVanished && !_isGlobal)
        {
            RemoveVanished(slots, start, count);
        }
    }

    private byte** FindTouched(int start, int count)
    {
        if (_touchedVersion == _groups.Version)
        {
            byte** known = (byte**)_touchedSlots.Pointer + start;
            _groups.Prefetch(known, count);
            return known;
        }

        byte** found = (byte**)_slots.Reserve(count);
        _groups.Find(_touched.Keys, _touched.Hashes, start, count, found);
        return found;
    }

    private void EmitChanges(Column[] olds, Column[] news, byte** slots, int start, int count)
    {
        int* oldRows = _oldRows.Reserve(count);
        int* newRows = _newRows.Reserve(count);
        int oldCount = 0;
        int newCount = 0;
        bool* changed = _changed.Pointer;
        long* oldCounts = _oldCounts.Pointer + start;
        for (int i = 0; i < count; i++)
        {
            bool was = _isGlobal ? _isEmitted : oldCounts[i] > 0;
            bool remains = _isGlobal || *(long*)slots[i] >> CountShift > 0;
            if (was && (!remains || changed[i]))
            {
                oldRows[oldCount++] = i;
            }

            if (remains && (!was || changed[i]))
            {
                newRows[newCount++] = i;
            }
        }

        int total = oldCount + newCount;
        if (total == 0)
        {
            return;
        }

        byte** parts = (byte**)_states.Reserve(count);
        Gather(slots, count, _representative.Offset, parts);
        Column[] keys = _representative.Decode(_touched.Keys, start, count, parts);
        var columns = new Column[keys.Length + olds.Length];
        var oldSpan = new ReadOnlySpan<int>(oldRows, oldCount);
        var newSpan = new ReadOnlySpan<int>(newRows, newCount);
        for (int c = 0; c < keys.Length; c++)
        {
            using var builder = new ColumnBuilder(keys[c].Type, total);
            builder.AppendGather(keys[c], oldSpan);
            builder.AppendGather(keys[c], newSpan);
            columns[c] = builder.Finish();
            keys[c].Release();
        }

        // Old values are numbered through all chunks.
        for (int i = 0; i < oldCount; i++)
        {
            oldRows[i] += start;
        }

        for (int a = 0; a < olds.Length; a++)
        {
            using var builder = new ColumnBuilder(news[a].Type, total);
            builder.AppendGather(olds[a], oldSpan);
            builder.AppendGather(news[a], newSpan);
            columns[keys.Length + a] = builder.Finish();
        }

        Emit(new DeltaBatch(new ColumnBatch(columns, total), Weights(oldCount, newCount)));
    }

    private static Column? Weights(int oldCount, int newCount)
    {
        if (oldCount == 0)
        {
            return null;
        }

        using var builder = new ColumnBuilder(Core.Types.PhysicalType.Int64, oldCount + newCount);
        builder.Reserve(oldCount + newCount);
        var span = new Span<long>(builder.Values, oldCount + newCount);
        span[..oldCount].Fill(-1);
        span[oldCount..].Fill(1);
        builder.Advance(oldCount + newCount);
        return builder.Finish();
    }

    private void Gather(byte** slots, int count, int offset, byte** states)
    {
        offset += _groups.RecordOffset;
        for (int i = 0; i < count; i++)
        {
            states[i] = slots[i] + offset;
        }
    }

    private void RemoveVanished(byte** slots, int start, int count)
    {
        // Removing moves slots: free what the groups hold first.
        for (int i = 0; i < count; i++)
        {
            if (*(ulong*)slots[i] == Taken)
            {
                foreach (GroupAggregate aggregate in _aggregates)
                {
                    if (aggregate.Keeper is not null)
                    {
                        continue;
                    }

                    aggregate.Free(slots[i] + _groups.RecordOffset + aggregate.Offset);
                }
            }
        }

        for (int i = start; i < start + count; i++)
        {
            byte* key = _touched.Keys.Row(i);
            if (_groups.RemoveIf(key, _touched.Keys.Length(i), _touched.Hashes[i], Taken))
            {
                _packed?.Remove(key, _touched.Hashes[i]);
            }
        }
    }

    private PackedRows CreateEmptyKeys()
    {
        _encoder.Keys.Clear();
        *(ulong*)_encoder.Keys.AppendFixed(1) = 0;
        return _encoder.Keys;
    }

    /// <summary>Takes back the errors of values that are given out no longer.</summary>
    private sealed class RetractingSink(OperatorContext context) : IErrorSink
    {
        public void Report(string state, string message, long weight) => context.Errors.Report(state, message, -weight);
    }
}
