using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Ports;

/// <summary>What a source delivered at once. It becomes visible, and durable, in one epoch together with its offset.</summary>
/// <param name="Deltas">The rows, all columns of the relation in order; null when every record was bad. The receiver releases it.</param>
/// <param name="Offset">Where to go on after this batch, in the source's own encoding: reading from it repeats nothing and misses nothing.</param>
/// <param name="Errors">Records that could not be decoded.</param>
public sealed record SourceBatch(DeltaBatch? Deltas, ReadOnlyMemory<byte> Offset, IReadOnlyList<SourceError> Errors);
