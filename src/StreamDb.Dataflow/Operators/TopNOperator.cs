using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>The rows at positions [offset, offset + limit) of each partition, in an order; also the check that there is at most one.</summary>
/// <remarks>
/// Before the first change of a partition in an epoch the rows it contributes are copied; at the end of the epoch they are
/// compared with what it contributes then, and the differences emitted: work in proportion to the changes and to
/// limit + offset, not to the partition. The header of a touched partition has its run's word, too.
/// </remarks>
internal sealed unsafe class TopNOperator : PartitionRunsOperator
{
    private readonly TopNSpec _spec;
    private readonly bool _assertsSingle;
    private readonly PackedRows _oldRows = new(0);
    private readonly NativeScratch<long> _oldWeights = new();
    private readonly NativeScratch<int> _oldEnds = new();
    private readonly NativeScratch<bool> _oldErrors = new();
    private readonly List<(nint Row, int Length, long Weight)> _window = [];

    public TopNOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, TopNSpec spec, bool assertsSingle)
        : base(context, shape, spec)
    {
        _spec = spec;
        _assertsSingle = assertsSingle;
    }

    public override void Dispose()
    {
        base.Dispose();
        _oldRows.Dispose();
        _oldWeights.Dispose();
        _oldEnds.Dispose();
        _oldErrors.Dispose();
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        const int Distance = 12;
        DeltaBatch kept = Begin(batch, out byte** slots);
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
                Touch(i);
            }

            Runs.Add(ref run, Packed.Row(i), Packed.Length(i), batch.Weight(i));
            *(ulong*)slots[i] = run | Flags;
        }

        End(kept);
    }

    protected override bool Settle(int start, int count, byte** slots)
    {
        const int Distance = 8;
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

    protected override void Trim()
    {
        _oldRows.ClearAndTrim();
        _oldWeights.Trim();
        _oldEnds.Trim();
        _oldErrors.Trim();
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

        int index = TouchedKeys.Count;
        _oldEnds.Reserve(index + 1)[index] = _oldRows.Count;
        if (_assertsSingle)
        {
            _oldErrors.Reserve(index + 1)[index] = HasSeveral(run);
        }
    }

    private bool HasSeveral(ulong run)
    {
        long sum = 0;
        var cursor = new RunCursor(Runs, run);
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

        var cursor = new RunCursor(Runs, run);
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

                byte* entry = entries + ((long)i * Runs.Layout.EntryBytes);
                byte* row = Runs.Layout.Row(entry);
                int length = Runs.Layout.Length(entry);
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
                    tieLength = Layout.Codec.PrefixLength(row, Layout.OrderFieldCount);
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
                AddOutput(_oldRows.Row(old), -_oldWeights.Pointer[old]);
                old++;
            }
            else if (order > 0)
            {
                AddOutput((byte*)_window[now].Row, _window[now].Weight);
                now++;
            }
            else
            {
                AddOutput((byte*)_window[now].Row, _window[now].Weight - _oldWeights.Pointer[old]);
                old++;
                now++;
            }
        }
    }
}
