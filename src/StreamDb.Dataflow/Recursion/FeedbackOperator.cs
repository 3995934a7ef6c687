using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>The end of a body: what it emits in iteration i becomes the variable's deltas of iteration i + 1.</summary>
/// <param name="limit">Where the scope returns at its limit, the iterations it has: nothing is fed back beyond them.</param>
internal sealed class FeedbackOperator(OperatorContext context, HeldDeltas held, int limit) : Operator(context)
{
    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch)
    {
        if (batch.Iteration + 1 < limit)
        {
            held.Add(batch.Iteration + 1, 0, batch);
        }
    }
}
