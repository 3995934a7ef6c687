using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Dataflow.Deltas;

/// <summary>Unsorted deltas of one epoch in flight between operators: rows, and how many copies of each come or go.</summary>
/// <remarks>
/// Immutable, shared by reference count: born with one reference, which its creator owns. Construction takes over one
/// reference of the rows and of the weights. Not consolidated: a row may occur several times. A weight is never assumed
/// to be ±1, and may be 0.
/// </remarks>
public sealed unsafe class DeltaBatch
{
    private int _references = 1;

    /// <param name="rows">One reference is taken over.</param>
    /// <param name="weights">Int64, never NULL, one per row; null when all are +1. One reference is taken over.</param>
    public DeltaBatch(ColumnBatch rows, Column? weights = null)
    {
        Invariant.Check(weights is null || (weights.Count == rows.Count && weights.Type == PhysicalType.Int64));
        Rows = rows;
        Weights = weights;
    }

    public ColumnBatch Rows { get; }

    /// <summary>Int64 weights, one per row; null when all are +1.</summary>
    public Column? Weights { get; }

    /// <summary>Deltas.</summary>
    public int Count => Rows.Count;

    /// <summary>The weights; empty when all are +1. Valid while the batch is held.</summary>
    public ReadOnlySpan<long> WeightSpan => Weights is null ? default : new ReadOnlySpan<long>(Weights.Values, Count);

    public long Bytes => Rows.Bytes + (Weights?.Bytes ?? 0);

    /// <summary>Inside a recursive scope: the iteration that all these deltas belong to. 0 elsewhere. Set by the operator that emits the batch.</summary>
    internal int Iteration { get; set; }

    public long Weight(int row) => Weights is null ? 1 : Weights.Get<long>(row);

    public DeltaBatch Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "delta batch released more often than acquired");
        if (left == 0)
        {
            Rows.Release();
            Weights?.Release();
        }
    }

    /// <summary>The rows (borrowed) with these weights.</summary>
    public static DeltaBatch Create(ColumnBatch rows, ReadOnlySpan<long> weights) =>
        new(rows.Acquire(), weights.IsEmpty ? null : WeightColumn(weights));

    /// <summary>Every row (borrowed) with the same weight.</summary>
    public static DeltaBatch Create(ColumnBatch rows, long weight)
    {
        if (weight == 1)
        {
            return new DeltaBatch(rows.Acquire());
        }

        using var builder = new ColumnBuilder(PhysicalType.Int64, rows.Count);
        builder.Reserve(rows.Count);
        new Span<long>(builder.Values, rows.Count).Fill(weight);
        builder.Advance(rows.Count);
        return new DeltaBatch(rows.Acquire(), builder.Finish());
    }

    /// <summary>Rows of datums with weights. For edges and tests.</summary>
    public static DeltaBatch FromRows(
        ReadOnlySpan<PhysicalType> types, IReadOnlyList<(ImmutableArray<Datum> Row, long Weight)> deltas)
    {
        ColumnBatch rows = ColumnBatch.FromRows(types, deltas.Select(delta => delta.Row).ToList());
        return new DeltaBatch(rows, WeightColumn(deltas.Select(delta => delta.Weight).ToArray()));
    }

    /// <summary>The given deltas, in that order, as a new batch.</summary>
    public DeltaBatch Gather(ReadOnlySpan<int> rows)
    {
        Column? weights = null;
        if (Weights is not null)
        {
            using var builder = new ColumnBuilder(PhysicalType.Int64, rows.Length);
            builder.AppendGather(Weights, rows);
            weights = builder.Finish();
        }

        return new DeltaBatch(Rows.Gather(rows), weights) { Iteration = Iteration };
    }

    /// <summary><paramref name="count"/> deltas from <paramref name="start"/> on; shares memory where <see cref="Column.Slice"/> can.</summary>
    public DeltaBatch Slice(int start, int count)
    {
        var columns = new Column[Rows.ColumnCount];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Rows[i].Slice(start, count);
        }

        return new DeltaBatch(new ColumnBatch(columns, count), Weights?.Slice(start, count));
    }

    /// <summary>The same rows, every weight with the opposite sign.</summary>
    public DeltaBatch Negate()
    {
        if (Weights is null)
        {
            return Create(Rows, -1);
        }

        using var builder = new ColumnBuilder(PhysicalType.Int64, Count);
        builder.Reserve(Count);
        long* target = (long*)builder.Values;
        long* source = (long*)Weights.Values;
        for (int i = 0; i < Count; i++)
        {
            target[i] = checked(-source[i]);
        }

        builder.Advance(Count);
        return new DeltaBatch(Rows.Acquire(), builder.Finish());
    }

    internal static Column WeightColumn(ReadOnlySpan<long> weights)
    {
        using var builder = new ColumnBuilder(PhysicalType.Int64, weights.Length);
        builder.Reserve(weights.Length);
        weights.CopyTo(new Span<long>(builder.Values, weights.Length));
        builder.Advance(weights.Length);
        return builder.Finish();
    }
}
