using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Passes deltas on as they are: an input relation, a dataflow's tap on one, a union.</summary>
internal sealed class PassOperator(OperatorContext context) : Operator(context)
{
    protected override void Process(int port, DeltaBatch batch) => Emit(batch.Acquire());
}

/// <summary>Passes deltas on with weights of the opposite sign.</summary>
internal sealed class NegateOperator(OperatorContext context) : Operator(context)
{
    protected override void Process(int port, DeltaBatch batch) => Emit(batch.Negate());
}

/// <summary>Applies a linear transform.</summary>
internal sealed class MapOperator(OperatorContext context, IBatchTransform transform) : Operator(context)
{
    protected override void Process(int port, DeltaBatch batch)
    {
        if (transform.Apply(batch) is { } output)
        {
            Emit(output);
        }
    }
}

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
