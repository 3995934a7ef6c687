using StreamDb.Core.Errors;
using StreamDb.State.Spaces;

namespace StreamDb.State.Checkpoints;

/// <summary>The arenas of a checkpoint as bytes, for a section of its manifest, which guards them.</summary>
public static class StoredArenas
{
    private const int Version = 1;

    public static void Write(BinaryWriter output, IReadOnlyList<StoredArena> arenas)
    {
        var numbers = new Dictionary<string, int>();
        foreach (StoredPages pages in arenas.SelectMany(arena => arena.Pages))
        {
            numbers.TryAdd(pages.File, numbers.Count);
        }

        output.Write(Version);
        output.Write(StateSpace.PageBytes);
        output.Write(numbers.Count);
        foreach (string name in numbers.Keys)
        {
            output.Write(name);
        }

        output.Write(arenas.Count);
        foreach (StoredArena arena in arenas)
        {
            arena.Write(output, name => numbers[name]);
        }
    }

    /// <exception cref="SqlException">0A000: a newer format.</exception>
    public static IReadOnlyList<StoredArena> Read(BinaryReader input)
    {
        int version = input.ReadInt32();
        int pageBytes = input.ReadInt32();
        if (version != Version || pageBytes != StateSpace.PageBytes)
        {
            throw new SqlException(
                SqlState.FeatureNotSupported,
                $"the keyed state of the checkpoint has format {version} with pages of {pageBytes} bytes, this program reads format {Version} with {StateSpace.PageBytes}");
        }

        var names = new string[input.ReadInt32()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = input.ReadString();
        }

        var arenas = new StoredArena[input.ReadInt32()];
        for (int i = 0; i < arenas.Length; i++)
        {
            arenas[i] = StoredArena.Read(input, names);
        }

        return arenas;
    }
}
