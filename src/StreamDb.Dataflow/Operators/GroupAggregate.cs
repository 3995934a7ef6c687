using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>One aggregate of a reduce on one worker: its part of every group's record and what it keeps beside it.</summary>
internal abstract unsafe class GroupAggregate(AggregateSpec spec) : IDisposable
{
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<nint> _states = new();
    private readonly NativeScratch<long> _weights = new();

    /// <summary>Bytes in the record, a multiple of 8; zero at the start of a group.</summary>
    public abstract int StateBytes { get; }

    /// <summary>Where they lie in the record.</summary>
    public int Offset { get; set; }

    /// <summary>Values that the groups touched in this epoch had before it.</summary>
    public ColumnBuilder Old { get; } = new(spec.Output.Type);

    public virtual long Bytes => 0;

    /// <summary>Appends the value of each group.</summary>
    public abstract void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors);

    /// <summary>Takes in deltas; <c>states[i]</c> is the group of row i.</summary>
    public void Apply(DeltaBatch batch, byte** states, long* weights)
    {
        if (spec.FilterColumn < 0)
        {
            ApplyAll(batch, states, weights);
            return;
        }

        Column filter = batch.Rows[spec.FilterColumn];
        int* rows = _rows.Reserve(batch.Count);
        nint* keptStates = _states.Reserve(batch.Count);
        long* keptWeights = _weights.Reserve(batch.Count);
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (!filter.IsNull(i) && filter.Get<byte>(i) != 0)
            {
                rows[count] = i;
                keptStates[count] = (nint)states[i];
                keptWeights[count++] = weights[i];
            }
        }

        if (count == 0)
        {
            return;
        }

        DeltaBatch kept = batch.Gather(new ReadOnlySpan<int>(rows, count));
        ApplyAll(kept, (byte**)keptStates, keptWeights);
        kept.Release();
    }

    /// <summary>Frees what a vanished group holds beside its record.</summary>
    public virtual void Free(byte* state)
    {
    }

    public virtual void Dispose()
    {
        Old.Dispose();
        _rows.Dispose();
        _states.Dispose();
        _weights.Dispose();
    }

    protected abstract void ApplyAll(DeltaBatch batch, byte** states, long* weights);

    public static GroupAggregate Create(AggregateSpec spec, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys) => spec switch
    {
        AccumulableAggregate accumulable => new AccumulatedValue(accumulable, shape, keys),
        ExtremeAggregate extreme => new ExtremeValue(extreme, shape),
        CollectedAggregate collected => new CollectedValue(collected, shape),
        _ => throw new Core.Diagnostics.InvariantException($"unknown aggregate {spec.GetType()}"),
    };
}

/// <summary>An accumulator in the record; with DISTINCT, a count per group and arguments beside it.</summary>
internal sealed unsafe class AccumulatedValue : GroupAggregate
{
    private readonly AccumulableAggregate _spec;
    private readonly int[] _arguments;
    private readonly KeyEncoder? _distinctKeys;
    private readonly KeyPresence? _distinct;
    private readonly NativeScratch<long> _changes = new();

    public AccumulatedValue(AccumulableAggregate spec, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys)
        : base(spec)
    {
        _spec = spec;
        _arguments = spec.Arguments.ToArray();
        StateBytes = (spec.Accumulator.StateBytes + 7) & ~7;
        if (spec.IsDistinct)
        {
            int[] columns = [.. keys, .. spec.Arguments];
            bool[] nullsMatch = new bool[columns.Length];
            Array.Fill(nullsMatch, true);
            _distinctKeys = new KeyEncoder(shape, columns, nullsMatch);
            _distinct = new KeyPresence(KeyEncoder.Stride(shape, columns, nullsMatch));
        }
    }

    public override int StateBytes { get; }

    public override long Bytes => _distinct?.Bytes ?? 0;

    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors) =>
        _spec.Accumulator.Finish(states, count, output, errors);

    public override void Dispose()
    {
        base.Dispose();
        _distinctKeys?.Dispose();
        _distinct?.Dispose();
        _changes.Dispose();
    }

    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
        if (_distinct is not null)
        {
            DeltaBatch kept = _distinctKeys!.Encode(batch, out _);
            long* changes = _changes.Reserve(batch.Count);
            _distinct.Apply(_distinctKeys.Keys, _distinctKeys.Hashes, weights, changes);
            weights = changes;
            kept.Release();
            _distinctKeys.Forget();
        }

        var arguments = new Column[_arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = batch.Rows[_arguments[i]];
        }

        _spec.Accumulator.Update(states, arguments, weights, batch.Count);
    }
}

/// <summary>min or max: the group's values as an ordered run, whose word is in the record.</summary>
internal sealed unsafe class ExtremeValue : GroupAggregate
{
    private readonly ExtremeAggregate _spec;
    private readonly RowCodec _codec;
    private readonly PackedRows _packed;
    private readonly Runs _runs;
    private readonly NativeScratch<nint> _rows = new();

    public ExtremeValue(ExtremeAggregate spec, IReadOnlyList<ColumnShape> shape)
        : base(spec)
    {
        _spec = spec;
        _codec = new RowCodec([new RowCodecField(spec.Column, shape[spec.Column].Type, IsNullable: false, IsExact: true)], skipsNulls: true);
        _packed = new PackedRows(_codec.Stride);
        _runs = new Runs(_codec.Stride);
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

    public CollectedValue(CollectedAggregate spec, IReadOnlyList<ColumnShape> shape)
        : base(spec)
    {
        _spec = spec;
        _columns = spec.Columns.ToArray();
        _layout = new RowLayout(spec.Columns.Select(column => shape[column]).ToArray(), spec.OrderBy);
        _packed = _layout.CreateRows();
        _runs = new Runs(_layout.Codec.Stride);
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

    /// <summary>The addresses and weights of a group's rows; those of negative weight do not count.</summary>
    private int Collect(ulong run)
    {
        int count = 0;
        var cursor = new RunCursor(_runs, run);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int entryCount))
        {
            nint* rows = _rows.Reserve(count + entryCount);
            long* counts = _weights.Reserve(count + entryCount);
            for (int i = 0; i < entryCount; i++)
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
