using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Ports;

/// <summary>Receives the deltas of a collection as they are computed: the end of a dataflow that feeds a sink or a SUBSCRIBE.</summary>
public interface IDeltaConsumer
{
    /// <summary>
    /// Some deltas of <paramref name="epoch"/>, borrowed. Called on worker threads, several times per epoch and concurrently
    /// by several workers, always before the epoch's completion. Must not block.
    /// </summary>
    void Consume(Epoch epoch, DeltaBatch deltas);
}
