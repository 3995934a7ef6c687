using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Backfills;

/// <summary>Keeps a live relation's deltas for a backfill that will compute them later.</summary>
internal sealed class BufferOperator(OperatorContext context, long bytesMax) : Operator(context)
{
    public DeltaBuffer Buffer { get; } = new();

    public override void Dispose()
    {
        base.Dispose();
        Buffer.Forget();
    }

    protected override void Process(int port, DeltaBatch batch) => Buffer.Add(batch, bytesMax);
}
