using System.Runtime.CompilerServices;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators;

/// <summary>The rows of each partition whose rank in an order is at most a limit: the first ones, and all that tie with the last of them.</summary>
/// <remarks>
/// The bound of a partition is the order fields of the row at position limit, or of its last row where there are fewer.
/// Invariants:
/// 1. a partition contributes its rows up to the bound, and no others;
/// 2. what an epoch emits for it is the changes of rows up to the bound before, and the rows that the run has, at the end of the
///    epoch, between the bound before and the bound after: added when the bound has moved outwards, retracted when inwards. So
///    the work is in proportion to the changes, to the rows whose results change and to the limit, and where the bound stays
///    not to the ties. Fewer than limit rows lie before the nearer bound, or they came in this epoch: the search for the rows
///    between starts at the first row;
/// 3. the header of a touched partition has its position among the touched ones, where its run's word is meanwhile.
/// </remarks>
internal sealed unsafe class TopRanksOperator : PartitionRunsOperator
{
    private const int PositionShift = 3;

    private readonly long _limit;
    private readonly LongRunMerge _merge;
    private readonly NativeScratch<ulong> _words = new();
    private readonly NativeScratch<Bound> _bounds = new();
    private readonly PackedRows _boundRows = new(0);
    private readonly PackedRows _changes;
    private readonly NativeScratch<long> _changeWeights = new();
    private readonly RowSorter _sorter = new();

    /// <param name="spec">With ties, without an offset, with a limit above 0.</param>
    public TopRanksOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, TopNSpec spec)
        : base(context, shape, spec)
    {
        _limit = spec.Limit!.Value;
        _changes = Layout.CreateRows();
        _merge = new LongRunMerge(Runs);
    }

    /// <summary>For tests: rows of runs looked at to find bounds and what lies between them.</summary>
    internal long RowsVisited { get; private set; }

    /// <summary>For tests: rows that it keeps.</summary>
    internal long RowCount => Runs.Count;

    /// <summary>Whether this operator computes what the spec says.</summary>
    public static bool Computes(TopNSpec spec) => spec is { WithTies: true, Offset: 0, Limit: > 0 };

    public override void Dispose()
    {
        base.Dispose();
        _merge.Dispose();
        _words.Dispose();
        _bounds.Dispose();
        _boundRows.Dispose();
        _changes.Dispose();
        _changeWeights.Dispose();
        _sorter.Dispose();
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        const int Distance = 12;
        DeltaBatch kept = Begin(batch, out byte** slots);

        // The words of long runs stay where they are until the rows collected for them are merged.
        ulong* words = _words.Reserve(TouchedKeys.Count + batch.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i + Distance < batch.Count)
            {
                ulong next = *(ulong*)slots[i + Distance];
                Runs.Prefetch((next & Touched) != 0 ? words[next >> PositionShift] : next & ~Flags);
            }

            ulong header = *(ulong*)slots[i];
            int position = (int)(header >> PositionShift);
            if ((header & Touched) == 0)
            {
                position = TouchedKeys.Count;
                words[position] = header & ~Flags;
                _bounds.Reserve(position + 1)[position] = BoundOf(words[position]);
                Touch(i);
                *(ulong*)slots[i] = ((ulong)position << PositionShift) | Flags;
            }

            byte* row = Packed.Row(i);
            int length = Packed.Length(i);
            long weight = batch.Weight(i);
            if (Compare(row, length, _bounds.Pointer[position]) <= 0)
            {
                AddChange(row, length, weight);
            }

            if (_merge.Takes(words + position))
            {
                _merge.Add(words + position, row, weight);
            }
            else
            {
                Runs.Add(ref words[position], row, length, weight);
            }
        }

        _merge.Flush();
        End(kept);
    }

    protected override bool Settle(int start, int count, byte** slots)
    {
        const int Distance = 8;
        bool anyGone = false;
        for (int i = 0; i < count; i++)
        {
            if (i + Distance < count)
            {
                Runs.Prefetch(_words.Pointer[start + i + Distance]);
            }

            ulong run = _words.Pointer[start + i];
            *(ulong*)slots[i] = run | Taken;
            anyGone |= run == 0;
            AddBetween(run, _bounds.Pointer[start + i]);
        }

        return anyGone;
    }

    /// <summary>Emits the epoch's changes of the output, each row once.</summary>
    protected override void EndEpoch()
    {
        _sorter.Order(_changes);
        for (int i = 0; i < _changes.Count;)
        {
            byte* row = _changes.Row(_sorter.NextDistinct(_changes, _changeWeights.Pointer, ref i, out long weight));
            AddOutput(row, weight);
        }
    }

    protected override void Trim()
    {
        _words.Trim();
        _bounds.Trim();
        _boundRows.ClearAndTrim();
        _changes.ClearAndTrim();
        _changeWeights.Trim();
        _sorter.Trim();
    }

    /// <summary>The bound of a run; its row is copied, since the run is about to change.</summary>
    private Bound BoundOf(ulong run)
    {
        byte* last = FindBound(run, out int length);
        if (last is null)
        {
            return default;
        }

        var bound = new Bound { IsSome = true, Row = _boundRows.Count, Length = Layout.Codec.PrefixLength(last, Layout.OrderFieldCount) };
        bound.Mask = bound.Length >= 8 ? ulong.MaxValue : bound.Length == 0 ? 0 : ulong.MaxValue << (64 - (8 * bound.Length));
        bound.First = RunLayout.FirstWord(last) & bound.Mask;
        _boundRows.AppendCopy(last, length);
        return bound;
    }

    /// <summary>The row at position limit, or the last one; null in an empty run.</summary>
    private byte* FindBound(ulong run, out int length)
    {
        byte* last = null;
        long left = _limit;
        var cursor = new RunCursor(Runs, run);
        while (left > 0 && cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            for (int i = 0; i < count && left > 0; i++)
            {
                RowsVisited++;
                last = entries + ((long)i * Runs.Layout.EntryBytes);

                // A copy that is not there yet, and only retracted, is no row.
                left -= Math.Max(0, weights is null ? 1 : weights[i]);
            }
        }

        length = last is null ? 0 : Runs.Layout.Length(last);
        return last is null ? null : Runs.Layout.Row(last);
    }

    /// <summary>The rows of a run between its bound before the epoch and now.</summary>
    private void AddBetween(ulong run, in Bound before)
    {
        byte* bound = FindBound(run, out int boundLength);
        if (bound is null)
        {
            // All rows have gone: those up to the bound are among the changes.
            return;
        }

        int move = Compare(bound, boundLength, before);
        if (move == 0)
        {
            return;
        }

        int prefix = Layout.Codec.PrefixLength(bound, Layout.OrderFieldCount);
        var cursor = new RunCursor(Runs, run);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                RowsVisited++;
                byte* entry = entries + ((long)i * Runs.Layout.EntryBytes);
                byte* row = Runs.Layout.Row(entry);
                int length = Runs.Layout.Length(entry);
                bool isBefore = Compare(row, length, before) <= 0;
                bool isNow = ComparePrefix(row, length, bound, prefix) <= 0;
                if (!isBefore && !isNow)
                {
                    return;
                }

                if (isBefore != isNow)
                {
                    long weight = weights is null ? 1 : weights[i];
                    AddChange(row, length, isNow ? weight : -weight);
                }
            }
        }
    }

    /// <summary>Orders a row relative to a bound: above 0 when it is behind, and so when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare(byte* row, int length, in Bound bound)
    {
        ulong first = RunLayout.FirstWord(row) & bound.Mask;
        if (first != bound.First)
        {
            return first < bound.First ? -1 : 1;
        }

        if (!bound.IsSome)
        {
            return 1;
        }

        return bound.Length <= 8 ? 0 : ComparePrefix(row, length, _boundRows.Row(bound.Row), bound.Length);
    }

    /// <summary>Orders a row relative to another one's order fields.</summary>
    private static int ComparePrefix(byte* row, int length, byte* bound, int prefix) =>
        new ReadOnlySpan<byte>(row, Math.Min(length, prefix)).SequenceCompareTo(new ReadOnlySpan<byte>(bound, prefix));

    private void AddChange(byte* row, int length, long weight)
    {
        _changeWeights.Reserve(_changes.Count + 1)[_changes.Count] = weight;
        _changes.AppendCopy(row, length);
    }

    /// <summary>Order fields of the last row that a partition contributes; none when it is empty.</summary>
    private struct Bound
    {
        /// <summary>Its first 8 bytes, as a number; less when they are fewer, and then the mask leaves out what is behind them.</summary>
        public ulong First;
        public ulong Mask;
        public int Row;
        public int Length;
        public bool IsSome;
    }
}
