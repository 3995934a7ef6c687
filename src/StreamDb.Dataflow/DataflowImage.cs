using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

/// <summary>The keyed state of one dataflow or shared index between two epochs, held so that it can be written beside processing. Dispose it.</summary>
/// <param name="Name">The same for the same dataflow after a restart, and for no other.</param>
/// <param name="Fingerprint">Everything that the meaning of the bytes depends on: the plan, the operators' and the rows' formats.</param>
/// <param name="Workers">In order of the workers.</param>
public sealed record DataflowImage(string Name, string Fingerprint, IReadOnlyList<WorkerImage> Workers) : IDisposable
{
    public void Dispose()
    {
        foreach (WorkerImage worker in Workers)
        {
            worker.Arena.Dispose();
        }
    }
}

/// <summary>One worker's part of a <see cref="DataflowImage"/>.</summary>
/// <param name="Roots">The operators' fields outside the arena, in order of the operators.</param>
public sealed record WorkerImage(byte[] Roots, ArenaImage Arena);
