using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>min or max: the group's values as an ordered run, whose word is in the record.</summary>
/// <remarks>min and max of one column read the same run: the second one keeps nothing.</remarks>
internal sealed unsafe class ExtremeValue : GroupAggregate
{
    private readonly ExtremeAggregate _spec;
    private readonly RowCodec _codec;
    private readonly PackedRows _packed;
    private readonly Runs _runs;
    private readonly LongRunMerge? _merge;
    private readonly ExtremeValue? _keeper;
    private readonly NativeScratch<nint> _rows = new();

    /// <param name="keeper">What keeps the values of the same column and filter already; null: nothing does.</param>
    public ExtremeValue(StateArena arena, ExtremeAggregate spec, IReadOnlyList<ColumnShape> shape, ExtremeValue? keeper = null)
        : base(spec)
    {
        _spec = spec;
        _keeper = keeper;
        _codec = new RowCodec([new RowCodecField(spec.Column, shape[spec.Column].Type, IsNullable: false, IsExact: true)], skipsNulls: true);
        _packed = new PackedRows(_codec.Stride);
        _runs = keeper?._runs ?? new Runs(arena, _codec.Stride);
        _merge = keeper is null ? new LongRunMerge(_runs) : null;
    }

    public override int StateBytes => 8;

    public override GroupAggregate? Keeper => _keeper;

    public override long Bytes => _keeper is null ? _runs.Bytes : 0;

    /// <summary>Whether the values it keeps are those that <paramref name="other"/> is the least or greatest of.</summary>
    public bool Keeps(ExtremeAggregate other) => _keeper is null && other.Column == _spec.Column && other.FilterColumn == _spec.FilterColumn;

    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        const int Distance = 12;
        byte** rows = (byte**)_rows.Reserve(count);
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            if (i + Distance < count)
            {
                Runs.Prefetch(*(ulong*)states[i + Distance]);
            }

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

    public override void WriteRoots(BinaryWriter output)
    {
        if (_keeper is null)
        {
            _runs.Write(output);
        }
    }

    public override void ReadRoots(BinaryReader input)
    {
        if (_keeper is null)
        {
            _runs.Read(input);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _packed.Dispose();
        if (_keeper is null)
        {
            _runs.Dispose();
            _merge!.Dispose();
        }

        _rows.Dispose();
    }

    // Hot path: per delta.
    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
        const int Distance = 12;
        Column column = batch.Rows[_spec.Column];
        _packed.Clear();
        _codec.Encode(batch.Rows, _packed);
        _merge!.Begin((ulong**)states, batch.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i + Distance < batch.Count)
            {
                Runs.Prefetch(*(ulong*)states[i + Distance]);
            }

            if (column.IsNull(i))
            {
                continue;
            }

            ulong* run = (ulong*)states[i];
            if (_merge.Takes(run))
            {
                _merge.Add(run, _packed.Row(i), weights[i]);
            }
            else
            {
                _runs.Add(ref *run, _packed.Row(i), _packed.Length(i), weights[i]);
            }
        }

        _merge.Flush();
    }
}
