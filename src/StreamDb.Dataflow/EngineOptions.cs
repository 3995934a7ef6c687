namespace StreamDb.Dataflow;

public sealed record EngineOptions
{
    /// <summary>Worker threads, each owning one shard of all state. Results do not depend on it.</summary>
    public int WorkerCount { get; init; } = 1;
}
