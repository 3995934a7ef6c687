using System.Runtime.CompilerServices;

namespace StreamDb.Dataflow.Keyed;

/// <summary>What the block of a page of a <see cref="PackedTable"/> begins with: entries of neighbouring cells, with an index of the cells.</summary>
/// <remarks>
/// Behind it come, in a page with an index, <see cref="Cells"/> + 1 offsets: where the entries of each cell begin, and where the last
/// ones end. Then the entries, cell by cell, and then at least <see cref="PackedLayout.SlackBytes"/>. One without an index
/// (<see cref="Cells"/> is 0) has any number of cells, in no order.
/// </remarks>
internal unsafe struct PackedPage
{
    /// <summary>Of the block.</summary>
    public int Capacity;

    /// <summary>Bytes up to the end of the last entry, this included.</summary>
    public int Used;

    /// <summary>Cells in the index.</summary>
    public int Cells;

    private const int HeaderBytes = 12;

    /// <summary>Bytes that are not entries.</summary>
    public static int Overhead(int cells) => EntriesOffset(cells) + PackedLayout.SlackBytes;

    /// <summary>Where entries begin.</summary>
    public static int EntriesOffset(int cells) => cells == 0 ? HeaderBytes : HeaderBytes + (2 * (cells + 1));

    /// <summary>The offsets of the cells.</summary>
    public readonly ushort* Starts => (ushort*)(Address + HeaderBytes);

    /// <summary>First of the entries.</summary>
    public readonly byte* Entries => Address + EntriesOffset(Cells);

    public readonly byte* End => Address + Used;

    private readonly byte* Address => (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in this));

    /// <summary>The entries to search for those of a cell.</summary>
    /// <param name="cell">Counted from the page's first.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Start(int cell) => Address + (Cells == 0 ? HeaderBytes : Starts[cell]);

    /// <inheritdoc cref="Start"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* EndOf(int cell) => Address + (Cells == 0 ? Used : Starts[cell + 1]);

    /// <summary>Puts an entry of a cell into the place of another, or of none; there is room.</summary>
    /// <param name="at">The other, or the end of the cell.</param>
    /// <remarks>Hot path: per key.</remarks>
    public void Replace(int cell, byte* at, int oldBytes, byte* entry, int bytes)
    {
        long tail = End - (at + oldBytes);
        Buffer.MemoryCopy(at + oldBytes, at + bytes, tail, tail);
        Unsafe.CopyBlockUnaligned(at, entry, (uint)bytes);
        Used += bytes - oldBytes;
        for (int i = cell + 1; i <= Cells; i++)
        {
            Starts[i] += (ushort)(bytes - oldBytes);
        }
    }
}
