using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Applies a linear transform.</summary>
internal sealed class MapOperator(OperatorContext context, IBatchTransform transform) : Operator(context)
{
    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch)
    {
        if (transform.Apply(batch) is { } output)
        {
            Emit(output);
        }
    }
}
