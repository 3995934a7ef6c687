using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

/// <summary>A <see cref="StoredDataflow"/> whose arenas are back at their addresses, until a dataflow takes them over. Otherwise dispose it.</summary>
internal sealed class LoadedDataflow : IDisposable
{
    private LoadedDataflow(string fingerprint, IReadOnlyList<byte[]> roots, IReadOnlyList<StateArena> arenas)
    {
        Fingerprint = fingerprint;
        Roots = roots;
        Arenas = arenas;
    }

    public string Fingerprint { get; }

    /// <summary>Of each worker.</summary>
    public IReadOnlyList<byte[]> Roots { get; }

    /// <summary>Of each worker.</summary>
    public IReadOnlyList<StateArena> Arenas { get; }

    /// <summary>Loads it; null when it is of another number of workers, or its addresses are not free.</summary>
    /// <exception cref="Core.Errors.SqlException">XX001: the checkpoint lacks a page.</exception>
    public static LoadedDataflow? TryLoad(StoredDataflow stored, StateSpace space, int workers)
    {
        if (stored.Roots.Count != workers)
        {
            return null;
        }

        var arenas = new List<StateArena>(workers);
        for (int worker = 0; worker < workers; worker++)
        {
            if (stored.TryRestore(space, worker) is not { } arena)
            {
                arenas.ForEach(loaded => loaded.Dispose());
                return null;
            }

            arenas.Add(arena);
        }

        return new LoadedDataflow(stored.Fingerprint, stored.Roots, arenas);
    }

    public void Dispose()
    {
        foreach (StateArena arena in Arenas)
        {
            arena.Dispose();
        }
    }
}
