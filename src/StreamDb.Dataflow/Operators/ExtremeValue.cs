using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>min or max: the group's values as an ordered run, whose word is in the record.</summary>
internal sealed unsafe class ExtremeValue : GroupAggregate
{
    private readonly ExtremeAggregate _spec;
    private readonly RowCodec _codec;
    private readonly PackedRows _packed;
    private readonly Runs _runs;
    private readonly NativeScratch<nint> _rows = new();

    public ExtremeValue(StateArena arena, ExtremeAggregate spec, IReadOnlyList<ColumnShape> shape)
        : base(spec)
    {
        _spec = spec;
        _codec = new RowCodec([new RowCodecField(spec.Column, shape[spec.Column].Type, IsNullable: false, IsExact: true)], skipsNulls: true);
        _packed = new PackedRows(_codec.Stride);
        _runs = new Runs(arena, _codec.Stride);
    }

    public override int StateBytes => 8;

    public override long Bytes => _runs.Bytes;

    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        byte** rows = (byte**)_rows.Reserve(count);
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            ulong run = *(ulong*)states[i];
            if (run != 0)
            {
                rows[found++] = _runs.Layout.Row(_spec.IsMax ? _runs.Last(run) : _runs.First(run));
            }
        }

        Column values = _codec.Decode(rows, found)[0];
        if (found == count)
        {
            output.AppendRange(values, 0, count);
        }
        else
        {
            int next = 0;
            for (int i = 0; i < count; i++)
            {
                if (*(ulong*)states[i] != 0)
                {
                    output.AppendFrom(values, next++);
                }
                else
                {
                    output.AppendNull();
                }
            }
        }

        values.Release();
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
    }

    // Hot path: per delta.
    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
        const int Distance = 12;
        Column column = batch.Rows[_spec.Column];
        _packed.Clear();
        _codec.Encode(batch.Rows, _packed);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i + Distance < batch.Count)
            {
                Runs.Prefetch(*(ulong*)states[i + Distance]);
            }

            if (!column.IsNull(i))
            {
                _runs.Add(ref *(ulong*)states[i], _packed.Row(i), _packed.Length(i), weights[i]);
            }
        }
    }
}
