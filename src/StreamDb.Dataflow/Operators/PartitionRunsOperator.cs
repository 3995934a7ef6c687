using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>What the operators have in common that keep the rows of each partition in an order and give out the first of them.</summary>
/// <remarks>
/// Each partition is an ordered run. Header of its slot: bit 1 taken, bit 2 touched in this epoch; the rest is its run's word,
/// or while it is touched what the operator wants it to be. What a touched partition gives out is settled at the end of the
/// epoch; one without rows goes then.
/// </remarks>
internal abstract unsafe class PartitionRunsOperator : Operator
{
    protected const ulong Taken = 2;
    protected const ulong Touched = 4;
    protected const ulong Flags = Taken | Touched;

    private readonly NativeScratch<nint> _slots = new();
    private readonly NativeScratch<nint> _outputRows = new();
    private readonly NativeScratch<long> _outputWeights = new();
    private int _outputCount;

    protected PartitionRunsOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, TopNSpec spec)
        : base(context)
    {
        Encoder = new KeyEncoder(shape, spec.PartitionBy, spec.PartitionBy.Select(_ => true).ToArray());
        Layout = new RowLayout(shape, spec.OrderBy);
        Packed = Layout.CreateRows();
        Partitions = new KeyTable(context.Arena, Encoder.KeyCodec.Stride, 0);
        Runs = new Runs(context.Arena, Layout.Codec.Stride);
        TouchedKeys = new TouchedKeys(Encoder.KeyCodec.Stride);
    }

    public sealed override long StateBytes => Partitions.Bytes + Runs.Bytes;

    public sealed override bool CanStore => true;

    /// <summary>Of the batch that <see cref="Begin"/> took: which partition each row is in.</summary>
    protected KeyEncoder Encoder { get; }

    protected RowLayout Layout { get; }

    /// <summary>Of the batch that <see cref="Begin"/> took: the rows as runs have them.</summary>
    protected PackedRows Packed { get; }

    protected KeyTable Partitions { get; }

    protected Runs Runs { get; }

    /// <summary>Partitions that changed in this epoch, in the order of their first changes.</summary>
    protected TouchedKeys TouchedKeys { get; }

    public sealed override void Flush()
    {
        int count = TouchedKeys.Count;
        if (count == 0)
        {
            return;
        }

        bool anyGone = false;
        for (int start = 0; start < count; start += JoinOutput.ChunkRows)
        {
            int chunk = Math.Min(JoinOutput.ChunkRows, count - start);
            byte** slots = (byte**)_slots.Reserve(chunk);
            Partitions.Find(TouchedKeys.Keys, TouchedKeys.Hashes, start, chunk, slots);
            anyGone |= Settle(start, chunk, slots);
        }

        EndEpoch();
        EmitOutput();
        for (int i = 0; anyGone && i < count; i++)
        {
            Partitions.RemoveIf(TouchedKeys.Keys.Row(i), TouchedKeys.Keys.Length(i), TouchedKeys.Hashes[i], Taken);
        }

        TouchedKeys.Clear();
        Trim();
        _slots.Trim();
    }

    public sealed override void WriteRoots(BinaryWriter output)
    {
        Partitions.Write(output);
        Runs.Write(output);
    }

    public sealed override void ReadRoots(BinaryReader input)
    {
        Partitions.Read(input);
        Runs.Read(input);
    }

    public override void Dispose()
    {
        base.Dispose();
        Encoder.Dispose();
        Packed.Dispose();
        Partitions.Dispose();
        Runs.Dispose();
        TouchedKeys.Dispose();
        _slots.Dispose();
        _outputRows.Dispose();
        _outputWeights.Dispose();
    }

    /// <summary>Encodes a batch and finds its partitions, which are added where missing.</summary>
    /// <param name="slots">Of each row's partition; good until the next table operation.</param>
    /// <returns>To be given to <see cref="End"/>.</returns>
    protected DeltaBatch Begin(DeltaBatch batch, out byte** slots)
    {
        DeltaBatch kept = Encoder.Encode(batch, out _);
        Packed.Clear();
        Layout.Codec.Encode(batch.Rows, Packed);
        slots = (byte**)_slots.Reserve(batch.Count);
        Partitions.FindOrAdd(Encoder.Keys, Encoder.Hashes, slots, Taken);
        return kept;
    }

    protected void End(DeltaBatch kept)
    {
        kept.Release();
        Encoder.Forget();
    }

    /// <summary>Notes the partition of a row of the batch as changed.</summary>
    protected void Touch(int row) => TouchedKeys.Add(Encoder.Keys.Row(row), Encoder.Keys.Length(row), Encoder.Hashes[row]);

    /// <summary>Ends the epoch of some touched partitions: their headers become their runs' words.</summary>
    /// <returns>Whether one of them has no rows left.</returns>
    protected abstract bool Settle(int start, int count, byte** slots);

    /// <summary>Gives out what was not given out partition by partition.</summary>
    protected virtual void EndEpoch()
    {
    }

    /// <summary>Forgets the epoch, and gives back what one large epoch took.</summary>
    protected abstract void Trim();

    /// <summary>Gives out a change of a row.</summary>
    /// <param name="row">Good until the next call of <see cref="EmitOutput"/>, or the end of the epoch.</param>
    /// <param name="weight">0: nothing happens.</param>
    protected void AddOutput(byte* row, long weight)
    {
        if (weight != 0)
        {
            _outputRows.Reserve(_outputCount + 1)[_outputCount] = (nint)row;
            _outputWeights.Reserve(_outputCount + 1)[_outputCount++] = weight;
            if (_outputCount == JoinOutput.ChunkRows)
            {
                EmitOutput();
            }
        }
    }

    private void EmitOutput()
    {
        if (_outputCount > 0)
        {
            var rows = new ColumnBatch(Layout.Decode((byte**)_outputRows.Pointer, _outputCount), _outputCount);
            Column weights = DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_outputWeights.Pointer, _outputCount));
            _outputCount = 0;
            Emit(new DeltaBatch(rows, weights));
        }
    }
}
