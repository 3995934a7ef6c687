using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>The rows at positions [offset, offset + limit) of each partition, in an order; also the check that there is at most one.</summary>
/// <remarks>
/// Each partition is an ordered run. Before its first change in an epoch the rows it contributes are copied; at the end of the
/// epoch they are compared with what it contributes then, and the differences emitted: work in proportion to the changes and
/// to limit + offset, not to the partition. Header of a partition's slot: bit 1 taken, bit 2 touched, the rest its run's word.
/// </remarks>
internal sealed unsafe class TopNOperator : Operator
{
    private const ulong Taken = 2;
    private const ulong Touched = 4;
    private const ulong Flags = Taken | Touched;

    private readonly TopNSpec _spec;
    private readonly bool _assertsSingle;
    private readonly KeyEncoder _encoder;
    private readonly RowLayout _layout;
    private readonly PackedRows _packed;
    private readonly KeyTable _partitions;
    private readonly Runs _runs;
    private readonly TouchedKeys _touched;
    private readonly PackedRows _oldRows;
    private readonly NativeScratch<long> _oldWeights = new();
    private readonly NativeScratch<int> _oldEnds = new();
    private readonly NativeScratch<bool> _oldErrors = new();
    private readonly NativeScratch<nint> _slots = new();
    private readonly NativeScratch<nint> _outputRows = new();
    private readonly NativeScratch<long> _outputWeights = new();
    private readonly List<(nint Row, int Length, long Weight)> _window = [];
    private int _outputCount;

    public TopNOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, TopNSpec spec, bool assertsSingle)
        : base(context)
    {
        _spec = spec;
        _assertsSingle = assertsSingle;
        _encoder = new KeyEncoder(shape, spec.PartitionBy, spec.PartitionBy.Select(_ => true).ToArray());
        _layout = new RowLayout(shape, spec.OrderBy);
        _packed = _layout.CreateRows();
        _oldRows = new PackedRows(0);
        _partitions = new KeyTable(context.Arena, _encoder.KeyCodec.Stride, 0);
        _runs = new Runs(context.Arena, _layout.Codec.Stride);
        _touched = new TouchedKeys(_encoder.KeyCodec.Stride);
    }

    public override long StateBytes => _partitions.Bytes + _runs.Bytes;

    public override void Flush()
    {
        int count = _touched.Count;
        if (count == 0)
        {
            return;
        }

        bool anyGone = false;
        for (int start = 0; start < count; start += JoinOutput.ChunkRows)
        {
            anyGone |= FlushChunk(start, Math.Min(JoinOutput.ChunkRows, count - start));
        }

        EmitOutput();
        for (int i = 0; anyGone && i < count; i++)
        {
            _partitions.RemoveIf(_touched.Keys.Row(i), _touched.Keys.Length(i), _touched.Hashes[i], Taken);
        }

        _touched.Clear();
        _oldRows.ClearAndTrim();
        _oldWeights.Trim();
        _oldEnds.Trim();
        _oldErrors.Trim();
        _slots.Trim();
    }

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output)
    {
        _partitions.Write(output);
        _runs.Write(output);
    }

    public override void ReadRoots(BinaryReader input)
    {
        _partitions.Read(input);
        _runs.Read(input);
    }

    public override void Dispose()
    {
        base.Dispose();
        _encoder.Dispose();
        _packed.Dispose();
        _partitions.Dispose();
        _runs.Dispose();
        _touched.Dispose();
        _oldRows.Dispose();
        _oldWeights.Dispose();
        _oldEnds.Dispose();
        _oldErrors.Dispose();
        _slots.Dispose();
        _outputRows.Dispose();
        _outputWeights.Dispose();
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        const int Distance = 12;
        DeltaBatch kept = _encoder.Encode(batch, out _);
        _packed.Clear();
        _layout.Codec.Encode(batch.Rows, _packed);
        byte** slots = (byte**)_slots.Reserve(batch.Count);
        _partitions.FindOrAdd(_encoder.Keys, _encoder.Hashes, slots, Taken);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i + Distance < batch.Count)
            {
                Runs.Prefetch(*(ulong*)slots[i + Distance] & ~Flags);
            }

            ulong header = *(ulong*)slots[i];
            ulong run = header & ~Flags;
            if ((header & Touched) == 0)
            {
                Capture(run);
                _touched.Add(_encoder.Keys.Row(i), _encoder.Keys.Length(i), _encoder.Hashes[i]);
            }

            _runs.Add(ref run, _packed.Row(i), _packed.Length(i), batch.Weight(i));
            *(ulong*)slots[i] = run | Flags;
        }

        kept.Release();
        _encoder.Forget();
    }

    /// <summary>Ends the epoch of some touched partitions; true when one of them has no rows left.</summary>
    private bool FlushChunk(int start, int count)
    {
        const int Distance = 8;
        byte** slots = (byte**)_slots.Reserve(count);
        _partitions.Find(_touched.Keys, _touched.Hashes, start, count, slots);
        int oldStart = start == 0 ? 0 : _oldEnds.Pointer[start - 1];
        bool anyGone = false;
        for (int i = 0; i < count; i++)
        {
            if (i + Distance < count)
            {
                Runs.Prefetch(*(ulong*)slots[i + Distance] & ~Flags);
            }

            ulong run = *(ulong*)slots[i] & ~Flags;
            *(ulong*)slots[i] = run | Taken;
            anyGone |= run == 0;
            int oldEnd = _oldEnds.Pointer[start + i];
            EmitDifference(run, oldStart, oldEnd);
            oldStart = oldEnd;
            if (_assertsSingle)
            {
                bool isError = HasSeveral(run);
                if (_oldErrors.Pointer[start + i] != isError)
                {
                    Context.Errors.Report(
                        SqlState.CardinalityViolation, "more than one row returned by a subquery used as an expression", isError ? 1 : -1);
                }
            }
        }

        return anyGone;
    }

    /// <summary>Copies what a partition contributes, before its first change in the epoch.</summary>
    private void Capture(ulong run)
    {
        ReadWindow(run);
        foreach ((nint row, int length, long weight) in _window)
        {
            _oldWeights.Reserve(_oldRows.Count + 1)[_oldRows.Count] = weight;
            _oldRows.AppendCopy((byte*)row, length);
        }

        int index = _touched.Count;
        _oldEnds.Reserve(index + 1)[index] = _oldRows.Count;
        if (_assertsSingle)
        {
            _oldErrors.Reserve(index + 1)[index] = HasSeveral(run);
        }
    }

    private bool HasSeveral(ulong run)
    {
        long sum = 0;
        var cursor = new RunCursor(_runs, run);
        while (cursor.NextBlock(out _, out long* weights, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                sum += Math.Max(0, weights is null ? 1 : weights[i]);
                if (sum > 1)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The rows a run contributes, in order, with how many copies.</summary>
    private void ReadWindow(ulong run)
    {
        _window.Clear();
        long skip = _spec.Offset;
        long left = _spec.Limit ?? long.MaxValue;
        byte* tie = null;
        int tieLength = 0;
        if (left == 0)
        {
            return;
        }

        var cursor = new RunCursor(_runs, run);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                long weight = Math.Max(0, weights is null ? 1 : weights[i]);
                long skipped = Math.Min(skip, weight);
                skip -= skipped;
                weight -= skipped;
                if (weight == 0)
                {
                    continue;
                }

                byte* entry = entries + ((long)i * _runs.Layout.EntryBytes);
                byte* row = _runs.Layout.Row(entry);
                int length = _runs.Layout.Length(entry);
                if (tie is not null)
                {
                    if (length < tieLength || !new ReadOnlySpan<byte>(row, tieLength).SequenceEqual(new ReadOnlySpan<byte>(tie, tieLength)))
                    {
                        return;
                    }

                    _window.Add(((nint)row, length, weight));
                    continue;
                }

                long taken = _spec.WithTies ? weight : Math.Min(weight, left);
                _window.Add(((nint)row, length, taken));
                left -= Math.Min(left, taken);
                if (left == 0)
                {
                    if (!_spec.WithTies)
                    {
                        return;
                    }

                    tie = row;
                    tieLength = _layout.Codec.PrefixLength(row, _layout.OrderFieldCount);
                }
            }
        }
    }

    /// <summary>Compares the old rows of a partition with its present ones; both are in order.</summary>
    private void EmitDifference(ulong run, int oldStart, int oldEnd)
    {
        ReadWindow(run);
        int old = oldStart;
        int now = 0;
        while (old < oldEnd || now < _window.Count)
        {
            int order;
            if (old == oldEnd)
            {
                order = 1;
            }
            else if (now == _window.Count)
            {
                order = -1;
            }
            else
            {
                (nint row, int length, _) = _window[now];
                order = RowCodec.Compare(_oldRows.Row(old), _oldRows.Length(old), (byte*)row, length);
            }

            if (order < 0)
            {
                Add(_oldRows.Row(old), -_oldWeights.Pointer[old]);
                old++;
            }
            else if (order > 0)
            {
                Add((byte*)_window[now].Row, _window[now].Weight);
                now++;
            }
            else
            {
                Add((byte*)_window[now].Row, _window[now].Weight - _oldWeights.Pointer[old]);
                old++;
                now++;
            }
        }
    }

    private void Add(byte* row, long weight)
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
            var rows = new ColumnBatch(_layout.Decode((byte**)_outputRows.Pointer, _outputCount), _outputCount);
            Column weights = DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_outputWeights.Pointer, _outputCount));
            _outputCount = 0;
            Emit(new DeltaBatch(rows, weights));
        }
    }
}
