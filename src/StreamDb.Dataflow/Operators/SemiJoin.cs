using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Which keys the right side of a semi or anti join has: per key the sum of its weights.</summary>
/// <remarks>A key is present while its sum is positive. Header: the sum, shifted, plus a bit that marks the slot as taken.</remarks>
internal sealed unsafe class KeyPresence(int keyStride) : IDisposable
{
    private const ulong Taken = 1;

    private readonly NativeScratch<ulong> _slots = new();
    private readonly KeyTable _table = new(keyStride, 0);

    public long Bytes => _table.Bytes;

    /// <summary>Whether each key is present.</summary>
    public void Find(PackedRows keys, ulong* hashes, bool* present)
    {
        byte** slots = (byte**)_slots.Reserve(keys.Count);
        _table.Find(keys, hashes, slots);
        for (int i = 0; i < keys.Count; i++)
        {
            present[i] = slots[i] is not null && *(long*)slots[i] >> 1 > 0;
        }
    }

    /// <summary>Adds weights to keys; each change is +1 where a key appears, -1 where it goes, else 0.</summary>
    public void Apply(PackedRows keys, ulong* hashes, long* weights, long* changes)
    {
        byte** slots = (byte**)_slots.Reserve(keys.Count);
        _table.FindOrAdd(keys, hashes, slots, Taken);
        bool anyGone = false;
        for (int i = 0; i < keys.Count; i++)
        {
            long before = *(long*)slots[i] >> 1;
            long after = checked(before + (weights is null ? 1 : weights[i]));
            *(long*)slots[i] = (after << 1) | (long)Taken;
            changes[i] = (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
            anyGone |= after == 0;
        }

        for (int i = 0; anyGone && i < keys.Count; i++)
        {
            _table.RemoveIf(keys.Row(i), keys.Length(i), hashes[i], Taken);
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _slots.Dispose();
    }
}

/// <summary>First term of a semi or anti join: left deltas whose key the right side has (or has not), before the epoch's right deltas.</summary>
internal sealed unsafe class SemiProbeOperator(
    OperatorContext context, KeyEncoder encoder, bool ownsEncoder, KeyPresence presence, bool isAnti) : Operator(context)
{
    private readonly NativeScratch<bool> _present = new();
    private readonly NativeScratch<int> _rows = new();

    /// <summary>The left index is already full when a new dataflow is filled: then the second term finds all matches.</summary>
    public bool SkipsBackfill { get; init; }

    public override void Flush()
    {
        if (ownsEncoder)
        {
            encoder.Forget();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _present.Dispose();
        _rows.Dispose();
        if (ownsEncoder)
        {
            encoder.Dispose();
        }
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (SkipsBackfill && Scheduler.IsBackfill)
        {
            if (isAnti)
            {
                Emit(batch.Acquire());
            }

            return;
        }

        DeltaBatch kept = encoder.Encode(batch, out DeltaBatch? unmatched);
        if (unmatched is not null)
        {
            if (isAnti)
            {
                Emit(unmatched.Acquire());
            }

            unmatched.Release();
        }

        bool* present = _present.Reserve(kept.Count);
        presence.Find(encoder.Keys, encoder.Hashes, present);
        int* rows = _rows.Reserve(kept.Count);
        int count = 0;
        for (int i = 0; i < kept.Count; i++)
        {
            if (present[i] != isAnti)
            {
                rows[count++] = i;
            }
        }

        if (count == kept.Count)
        {
            Emit(kept.Acquire());
        }
        else if (count > 0)
        {
            Emit(kept.Gather(new ReadOnlySpan<int>(rows, count)));
        }

        kept.Release();
    }
}

/// <summary>Second term of a semi or anti join: left rows of the keys that appear on the right side, or go, after the epoch's left deltas.</summary>
internal sealed unsafe class SemiApplyOperator : Operator
{
    private readonly KeyEncoder _encoder;
    private readonly KeyPresence _presence;
    private readonly KeyedIndex _left;
    private readonly bool _isAnti;
    private readonly JoinOutput _output;
    private readonly NativeScratch<ulong> _runs = new();
    private readonly NativeScratch<long> _changes = new();

    public SemiApplyOperator(
        OperatorContext context, KeyEncoder encoder, KeyPresence presence, KeyedIndex left, IReadOnlyList<int> rightKeys, bool isAnti)
        : base(context)
    {
        _encoder = encoder;
        _presence = presence;
        _left = left;
        _isAnti = isAnti;
        _output = new JoinOutput(left, 0, rightKeys, deltaIsLeft: false);
    }

    public override long StateBytes => _presence.Bytes;

    public override void Flush() => _encoder.Forget();

    public override void Dispose()
    {
        base.Dispose();
        _presence.Dispose();
        _output.Dispose();
        _encoder.Dispose();
        _runs.Dispose();
        _changes.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        DeltaBatch kept = _encoder.Encode(batch, out DeltaBatch? unmatched);
        unmatched?.Release();
        long* weights = kept.Weights is null ? null : (long*)kept.Weights.Values;
        long* changes = _changes.Reserve(kept.Count);
        _presence.Apply(_encoder.Keys, _encoder.Hashes, weights, changes);
        ulong* runs = _runs.Reserve(kept.Count);
        _left.Find(_encoder.Keys, _encoder.Hashes, runs);
        for (int i = 0; i < kept.Count; i++)
        {
            if (changes[i] == 0 || runs[i] == 0)
            {
                continue;
            }

            long weight = _isAnti ? -changes[i] : changes[i];
            var cursor = new RunCursor(_left.Runs, runs[i]);
            while (cursor.NextBlock(out byte* entries, out long* entryWeights, out int entryCount))
            {
                int done = 0;
                while (done < entryCount)
                {
                    done += _output.Add(
                        i,
                        weight,
                        entries + ((long)done * _left.Runs.Layout.EntryBytes),
                        entryWeights is null ? null : entryWeights + done,
                        entryCount - done);
                    if (_output.IsFull)
                    {
                        Emit(_output.Take(kept.Rows));
                    }
                }
            }
        }

        if (_output.Count > 0)
        {
            Emit(_output.Take(kept.Rows));
        }

        kept.Release();
    }
}
