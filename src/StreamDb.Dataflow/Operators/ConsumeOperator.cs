using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Hands deltas to a consumer outside.</summary>
internal sealed class ConsumeOperator(OperatorContext context, IDeltaConsumer consumer) : Operator(context)
{
    protected override void Process(int port, DeltaBatch batch)
    {
        if (!Scheduler.IsBackfill)
        {
            consumer.Consume(Context.Epoch, batch);
        }
    }
}
