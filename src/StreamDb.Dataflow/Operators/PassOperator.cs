using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Passes deltas on as they are: an input relation, a dataflow's tap on one, a union.</summary>
/// <remarks>
/// Large batches are cut to the size in which operators make theirs: the state that one touches then stays in the
/// processor's cache from its first pass over a batch to its last.
/// </remarks>
internal sealed class PassOperator(OperatorContext context) : Operator(context)
{
    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch)
    {
        if (batch.Count <= JoinOutput.ChunkRows)
        {
            Emit(batch.Acquire());
            return;
        }

        for (int start = 0; start < batch.Count; start += JoinOutput.ChunkRows)
        {
            Emit(batch.Slice(start, Math.Min(JoinOutput.ChunkRows, batch.Count - start)));
        }
    }
}
