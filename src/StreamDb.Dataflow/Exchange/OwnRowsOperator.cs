using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Of a relation's deltas, which every worker gets whole, those that this worker owns by some columns.</summary>
/// <remarks>
/// Every worker hashes every row, which costs less than a nanosecond; in return none waits for another, and nothing moves. One
/// serves all dataflows that read the relation by these columns. Exists only with several workers.
/// </remarks>
internal sealed unsafe class OwnRowsOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns) : Operator(context)
{
    /// <summary>Rows to look at for each worker, so that what one owns of them is a batch that stays in its cache.</summary>
    private const int ChunkRows = 4096;

    private readonly PartitionHasher _hasher = new(shape, columns);
    private readonly NativeScratch<int> _rows = new();

    public IReadOnlyList<int> Columns { get; } = columns;

    public override bool CanStore => true;

    public override void Dispose()
    {
        base.Dispose();
        _hasher.Dispose();
        _rows.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (Targets.Count == 0)
        {
            return;
        }

        int chunkRows = ChunkRows * Context.WorkerCount;
        for (int start = 0; start < batch.Count; start += chunkRows)
        {
            EmitOwn(batch, start, Math.Min(chunkRows, batch.Count - start));
        }
    }

    /// <remarks>Hot path: per row.</remarks>
    private void EmitOwn(DeltaBatch batch, int start, int count)
    {
        ulong* hashes = _hasher.Hash(batch.Rows, start, count);
        int* rows = _rows.Reserve(count);
        int own = PartitionHasher.Select(hashes, count, start, Context.Worker, Context.WorkerCount, rows);
        if (own == batch.Count)
        {
            Emit(batch.Acquire());
        }
        else if (own > 0)
        {
            Emit(batch.Gather(new ReadOnlySpan<int>(rows, own)));
        }
    }
}
