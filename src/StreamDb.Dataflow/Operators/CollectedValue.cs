using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>An aggregate of the group's ordered rows: the rows as a run, whose word is in the record.</summary>
internal sealed unsafe class CollectedValue : GroupAggregate
{
    private readonly CollectedAggregate _spec;
    private readonly int[] _columns;
    private readonly RowLayout _layout;
    private readonly PackedRows _packed;
    private readonly Runs _runs;
    private readonly NativeScratch<nint> _rows = new();
    private readonly NativeScratch<long> _weights = new();

    public CollectedValue(StateArena arena, CollectedAggregate spec, IReadOnlyList<ColumnShape> shape)
        : base(spec)
    {
        _spec = spec;
        _columns = spec.Columns.ToArray();
        _layout = new RowLayout(spec.Columns.Select(column => shape[column]).ToArray(), spec.OrderBy);
        _packed = _layout.CreateRows();
        _runs = new Runs(arena, _layout.Codec.Stride);
    }

    public override int StateBytes => 8;

    public override long Bytes => _runs.Bytes;

    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            int entries = Collect(*(ulong*)states[i]);
            if (entries == 0)
            {
                _spec.Function.ComputeEmpty(output);
                continue;
            }

            var rows = new ColumnBatch(_layout.Decode((byte**)_rows.Pointer, entries), entries);
            _spec.Function.Compute(rows, new ReadOnlySpan<long>(_weights.Pointer, entries), output, errors);
            rows.Release();
        }
    }

    public override void Free(byte* state) => _runs.Free(ref *(ulong*)state);

    public override void WriteRoots(BinaryWriter output) => _runs.Write(output);

    public override void ReadRoots(BinaryReader input) => _runs.Read(input);

    public override void Dispose()
    {
        base.Dispose();
        _packed.Dispose();
        _runs.Dispose();
        _rows.Dispose();
        _weights.Dispose();
    }

    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
        ColumnBatch rows = batch.Rows.Select(_columns);
        _packed.Clear();
        _layout.Codec.Encode(rows, _packed);
        rows.Release();
        for (int i = 0; i < batch.Count; i++)
        {
            _runs.Add(ref *(ulong*)states[i], _packed.Row(i), _packed.Length(i), weights[i]);
        }
    }

    /// <summary>The addresses and weights of a group's rows, as far as the function reads them; those of negative weight do not count.</summary>
    private int Collect(ulong run)
    {
        int count = 0;
        int rowsMax = _spec.Function.ReadsFirstRowOnly ? 1 : int.MaxValue;
        var cursor = new RunCursor(_runs, run);
        while (count < rowsMax && cursor.NextBlock(out byte* entries, out long* weights, out int entryCount))
        {
            nint* rows = _rows.Reserve(count + entryCount);
            long* counts = _weights.Reserve(count + entryCount);
            for (int i = 0; i < entryCount && count < rowsMax; i++)
            {
                long weight = weights is null ? 1 : weights[i];
                if (weight > 0)
                {
                    rows[count] = (nint)_runs.Layout.Row(entries + ((long)i * _runs.Layout.EntryBytes));
                    counts[count++] = _spec.IsDistinct ? 1 : weight;
                }
            }
        }

        return count;
    }
}
