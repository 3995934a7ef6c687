using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Segments;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

/// <summary>The keyed state of one dataflow or shared index in a checkpoint. Immutable.</summary>
public sealed class StoredDataflow
{
    private readonly IReadOnlyDictionary<string, SegmentFile> _files;

    internal StoredDataflow(
        string name, string fingerprint, IReadOnlyList<byte[]> roots, IReadOnlyList<StoredArena> arenas, IReadOnlyDictionary<string, SegmentFile> files)
    {
        Name = name;
        Fingerprint = fingerprint;
        Roots = roots;
        Arenas = arenas;
        _files = files;
    }

    /// <summary>See <see cref="DataflowImage.Name"/>.</summary>
    public string Name { get; }

    /// <summary>See <see cref="DataflowImage.Fingerprint"/>.</summary>
    public string Fingerprint { get; }

    /// <summary>Of each worker.</summary>
    public IReadOnlyList<byte[]> Roots { get; }

    /// <summary>Of each worker.</summary>
    public IReadOnlyList<StoredArena> Arenas { get; }

    /// <summary>Brings a worker's part back to the addresses that it had.</summary>
    /// <returns>The arena, filled; null when the addresses are not free.</returns>
    /// <exception cref="SqlException">XX001: the checkpoint lacks a page.</exception>
    public StateArena? TryRestore(StateSpace space, int worker)
    {
        StoredArena stored = Arenas[worker];
        if (stored.SpaceBase != space.Base || space.TryRestoreArena(stored.Extents) is not { } arena)
        {
            return null;
        }

        try
        {
            stored.Load(arena, _files);
            return arena;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }
}
