using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Passes deltas on with weights of the opposite sign.</summary>
internal sealed class NegateOperator(OperatorContext context) : Operator(context)
{
    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch) => Emit(batch.Negate());
}
