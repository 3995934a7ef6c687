using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Orders the rows of a batch by the workers that own them. Reused from batch to batch; one thread.</summary>
internal sealed unsafe class RowPartitioner(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns, int workerCount) : IDisposable
{
    private readonly PartitionHasher _hasher = new(shape, columns);
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<int> _starts = new(workerCount + 1);

    /// <summary>Sorts out a batch; see <see cref="Part"/>.</summary>
    /// <remarks>Hot path: per row.</remarks>
    public void Partition(DeltaBatch batch)
    {
        ulong* hashes = _hasher.Hash(batch.Rows);
        int* starts = _starts.Pointer;
        new Span<int>(starts, workerCount + 1).Clear();
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            starts[PartitionHasher.WorkerOf(hashes[i], workerCount) + 1]++;
        }

        for (int worker = 0; worker < workerCount; worker++)
        {
            starts[worker + 1] += starts[worker];
        }

        // Each start moves on to the next worker's while rows are written.
        int* rows = _rows.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            rows[starts[PartitionHasher.WorkerOf(hashes[i], workerCount)]++] = i;
        }
    }

    /// <summary>The rows of the last batch, held by the caller, that one worker owns; null when there are none.</summary>
    public DeltaBatch? Part(DeltaBatch batch, int worker)
    {
        int start = worker == 0 ? 0 : _starts.Pointer[worker - 1];
        int count = _starts.Pointer[worker] - start;
        return count == 0 ? null
            : count == batch.Count ? batch.Acquire()
            : batch.Gather(new ReadOnlySpan<int>(_rows.Pointer + start, count));
    }

    public void Dispose()
    {
        _hasher.Dispose();
        _rows.Dispose();
        _starts.Dispose();
    }
}
