using StreamDb.State.Spaces;

namespace StreamDb.State.Checkpoints;

/// <summary>Consecutive pages of an arena, and where they lie on disk: one behind the other.</summary>
/// <param name="Address">Of the first one in memory.</param>
/// <param name="File">The segment file's name.</param>
/// <param name="Offset">Of the first one in the file.</param>
public readonly record struct StoredPages(ulong Address, int Count, string File, long Offset)
{
    public long Bytes => (long)Count * StateSpace.PageBytes;

    /// <summary>First address behind them.</summary>
    public ulong End => Address + (ulong)Bytes;

    /// <summary>Some of them.</summary>
    /// <param name="from">Address of the first.</param>
    /// <param name="end">First address behind the last.</param>
    public StoredPages Part(ulong from, ulong end) =>
        new(from, (int)((end - from) >> StateSpace.PageShift), File, Offset + (long)(from - Address));
}
