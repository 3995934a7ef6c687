using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

public sealed record EngineOptions
{
    /// <summary>Worker threads, each owning one shard of all state. Results do not depend on it.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>Where keyed state is; its owner disposes it after the engine. By default memory of the process that no restart can have again.</summary>
    public StateSpace Space { get; init; } = StateSpace.Private;

    /// <summary>Deltas of all inputs of one backfill that are kept in memory until it computes them; beyond it reads versions of the inputs instead.</summary>
    public long BackfillBufferBytesMax { get; init; } = 64 << 20;
}
