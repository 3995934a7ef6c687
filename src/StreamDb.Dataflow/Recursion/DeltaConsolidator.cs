using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Adds up deltas of one collection: what comes out holds each row once, none with weight 0. Reused; one thread.</summary>
internal sealed unsafe class DeltaConsolidator(IReadOnlyList<ColumnShape> shape) : IDisposable
{
    private readonly RowLayout _layout = new(shape, []);
    private readonly PackedRows _rows = new(new RowLayout(shape, []).Codec.Stride);
    private readonly NativeScratch<long> _weights = new();
    private readonly NativeScratch<nint> _starts = new();
    private readonly NativeScratch<long> _outputWeights = new();
    private readonly RowSorter _sorter = new();

    public int Count => _rows.Count;

    /// <summary>Adds the batch's rows, borrowed, with their weights times <paramref name="sign"/>. Further columns than the shape's are ignored.</summary>
    public void Add(ColumnBatch rows, ReadOnlySpan<long> weights, int sign)
    {
        int start = _rows.Count;
        _layout.Codec.Encode(rows, _rows);
        long* target = _weights.Reserve(_rows.Count) + start;
        for (int i = 0; i < rows.Count; i++)
        {
            target[i] = weights.IsEmpty ? sign : sign * weights[i];
        }
    }

    /// <summary>The sums, in batches that the caller owns; empty afterwards.</summary>
    public IEnumerable<DeltaBatch> Take()
    {
        if (_rows.Count == 0)
        {
            return [];
        }

        SortedBatch? sorted = Sort();
        return sorted is null ? [] : Chunks(sorted);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _weights.Dispose();
        _starts.Dispose();
        _outputWeights.Dispose();
        _sorter.Dispose();
    }

    private SortedBatch? Sort()
    {
        SortedBatch? sorted = _sorter.Sort(_rows, _weights.Pointer);
        _rows.ClearAndTrim();
        _weights.Trim();
        _sorter.Trim();
        return sorted;
    }

    private IEnumerable<DeltaBatch> Chunks(SortedBatch sorted)
    {
        for (int start = 0; start < sorted.Count; start += JoinOutput.ChunkRows)
        {
            yield return Chunk(sorted, start, Math.Min(JoinOutput.ChunkRows, sorted.Count - start));
        }

        sorted.Release();
    }

    private DeltaBatch Chunk(SortedBatch sorted, int start, int count)
    {
        byte** starts = (byte**)_starts.Reserve(count);
        long* weights = _outputWeights.Reserve(count);
        bool isUnit = true;
        for (int i = 0; i < count; i++)
        {
            starts[i] = sorted.Row(start + i);
            weights[i] = sorted.Weight(start + i);
            isUnit &= weights[i] == 1;
        }

        var rows = new ColumnBatch(_layout.Decode(starts, count), count);
        return new DeltaBatch(rows, isUnit ? null : DeltaBatch.WeightColumn(new ReadOnlySpan<long>(weights, count)));
    }
}
