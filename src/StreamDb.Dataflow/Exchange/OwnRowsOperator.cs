using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Of a relation's deltas, which every worker gets whole, those that this worker owns by some columns.</summary>
/// <remarks>
/// Every worker hashes every row, which costs a few nanoseconds; in return none waits for another, and nothing moves. One
/// serves all dataflows that read the relation by these columns. Exists only with several workers.
/// </remarks>
internal sealed class OwnRowsOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns) : Operator(context)
{
    private readonly RowPartitioner _partitioner = new(shape, columns, context.WorkerCount);

    public IReadOnlyList<int> Columns { get; } = columns;

    public override bool CanStore => true;

    public override void Dispose()
    {
        base.Dispose();
        _partitioner.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (Targets.Count == 0)
        {
            return;
        }

        _partitioner.Partition(batch);
        if (_partitioner.Part(batch, Context.Worker) is { } own)
        {
            Emit(own);
        }
    }
}
