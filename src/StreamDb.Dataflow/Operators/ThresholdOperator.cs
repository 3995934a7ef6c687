using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>DISTINCT, EXCEPT and INTERSECT [ALL]: each row's multiplicity in the output is a function of its multiplicities in the inputs.</summary>
/// <remarks>
/// Keyed by the whole row, compared as SQL compares. A record: the multiplicity at each port, then the row's representative.
/// Header: bit 0 taken, bit 1 touched in this epoch; between epochs none is touched and none has all multiplicities 0.
/// </remarks>
internal sealed unsafe class ThresholdOperator : Operator
{
    private const ulong Taken = 1;
    private const ulong Touched = 2;

    private readonly ThresholdKind _kind;
    private readonly KeyEncoder[] _encoders;
    private readonly KeyRepresentative[] _representatives;
    private readonly PackedRows _packedRepresentatives;
    private readonly KeyTable _table;
    private readonly TouchedKeys _touched;
    private readonly NativeScratch<nint> _slots = new();
    private readonly NativeScratch<long> _old = new();
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<long> _weights = new();

    /// <param name="shape">The output's shape, at least as nullable as each input's.</param>
    public ThresholdOperator(OperatorContext context, ThresholdKind kind, IReadOnlyList<ColumnShape> shape)
        : base(context)
    {
        _kind = kind;
        int ports = kind == ThresholdKind.Distinct ? 1 : 2;
        int[] columns = Enumerable.Range(0, shape.Count).ToArray();
        bool[] nullsMatch = shape.Select(column => column.IsNullable).ToArray();
        _encoders = new KeyEncoder[ports];
        _representatives = new KeyRepresentative[ports];
        for (int port = 0; port < ports; port++)
        {
            _encoders[port] = new KeyEncoder(shape, columns, nullsMatch);
            _representatives[port] = new KeyRepresentative(shape, columns, _encoders[port].KeyCodec) { Offset = ports * 8 };
        }

        _packedRepresentatives = _representatives[0].CreateRows();
        _table = new KeyTable(context.Arena, _encoders[0].KeyCodec.Stride, (ports * 8) + _representatives[0].Bytes);
        _touched = new TouchedKeys(_encoders[0].KeyCodec.Stride);
    }

    public override long StateBytes => _table.Bytes;

    public override void Flush()
    {
        int count = _touched.Count;
        if (count == 0)
        {
            return;
        }

        byte** slots = (byte**)_slots.Reserve(count);
        _table.Find(_touched.Keys, _touched.Hashes, slots);
        int* rows = _rows.Reserve(count);
        long* weights = _weights.Reserve(count);
        int changed = 0;
        bool anyGone = false;
        for (int i = 0; i < count; i++)
        {
            *(ulong*)slots[i] = Taken;
            long* multiplicities = (long*)(slots[i] + _table.RecordOffset);
            long change = Multiplicity(multiplicities) - _old.Pointer[i];
            if (change != 0)
            {
                rows[changed] = i;
                weights[changed++] = change;
            }

            anyGone |= IsGone(multiplicities);
        }

        if (changed > 0)
        {
            EmitChanges(slots, count, changed);
        }

        for (int i = 0; anyGone && i < count; i++)
        {
            RemoveIfGone(i);
        }

        _touched.Clear();
        _slots.Trim();
        _old.Trim();
        _rows.Trim();
        _weights.Trim();
    }

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output) => _table.Write(output);

    public override void ReadRoots(BinaryReader input) => _table.Read(input);

    public override void Dispose()
    {
        base.Dispose();
        foreach (KeyEncoder encoder in _encoders)
        {
            encoder.Dispose();
        }

        _packedRepresentatives.Dispose();
        _table.Dispose();
        _touched.Dispose();
        _slots.Dispose();
        _old.Dispose();
        _rows.Dispose();
        _weights.Dispose();
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        KeyEncoder encoder = _encoders[port];
        KeyRepresentative representative = _representatives[port];
        DeltaBatch kept = encoder.Encode(batch, out DeltaBatch? unmatched);
        if (unmatched is not null)
        {
            unmatched.Release();
            kept.Release();
            throw RowCodec.UnexpectedNull();
        }

        representative.Encode(batch.Rows, _packedRepresentatives);
        byte** slots = (byte**)_slots.Reserve(batch.Count);
        _table.FindOrAdd(encoder.Keys, encoder.Hashes, slots, Taken);
        long* old = _old.Reserve(_touched.Count + batch.Count) + _touched.Count;
        int* first = _rows.Reserve(batch.Count);
        int firstCount = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            byte* record = slots[i] + _table.RecordOffset;
            if ((*(ulong*)slots[i] & Touched) == 0)
            {
                *(ulong*)slots[i] |= Touched;
                old[firstCount] = Multiplicity((long*)record);
                first[firstCount++] = i;
                if (representative.Bytes > 0 && IsGone((long*)record))
                {
                    Unsafe.CopyBlock(record + representative.Offset, _packedRepresentatives.Row(i), (uint)representative.Bytes);
                }
            }

            ((long*)record)[port] = checked(((long*)record)[port] + batch.Weight(i));
        }

        _touched.Add(encoder.Keys, encoder.Hashes, first, firstCount);
        kept.Release();
        encoder.Forget();
    }

    private bool IsGone(long* multiplicities) => multiplicities[0] == 0 && (_encoders.Length == 1 || multiplicities[1] == 0);

    private long Multiplicity(long* multiplicities)
    {
        long left = Math.Max(0, multiplicities[0]);
        if (_kind == ThresholdKind.Distinct)
        {
            return Math.Min(1, left);
        }

        long right = Math.Max(0, multiplicities[1]);
        return _kind switch
        {
            ThresholdKind.ExceptAll => Math.Max(0, left - right),
            ThresholdKind.Except => right == 0 ? Math.Min(1, left) : 0,
            ThresholdKind.IntersectAll => Math.Min(left, right),
            _ => Math.Min(1, Math.Min(left, right)),
        };
    }

    private void EmitChanges(byte** slots, int count, int changed)
    {
        for (int i = 0; i < count; i++)
        {
            slots[i] += _table.RecordOffset + _representatives[0].Offset;
        }

        Column[] keys = _representatives[0].Decode(_touched.Keys, 0, count, slots);
        var all = new ColumnBatch(keys, count);
        for (int start = 0; start < changed; start += JoinOutput.ChunkRows)
        {
            int length = Math.Min(JoinOutput.ChunkRows, changed - start);
            ColumnBatch rows = all.Gather(new ReadOnlySpan<int>(_rows.Pointer + start, length));
            Emit(new DeltaBatch(rows, DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_weights.Pointer + start, length))));
        }

        all.Release();
    }

    private void RemoveIfGone(int i)
    {
        byte* key = _touched.Keys.Row(i);
        int length = _touched.Keys.Length(i);
        byte* slot = _table.FindOne(key, length, _touched.Hashes[i]);
        if (slot is not null && IsGone((long*)(slot + _table.RecordOffset)))
        {
            _table.RemoveIf(key, length, _touched.Hashes[i], Taken);
        }
    }
}
