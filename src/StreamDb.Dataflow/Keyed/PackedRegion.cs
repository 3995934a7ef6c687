using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamDb.Dataflow.Keyed;

/// <summary>One part of the hashes of a <see cref="PackedTable"/>, and where its pages are.</summary>
/// <remarks>Whole cache lines long.</remarks>
[StructLayout(LayoutKind.Sequential, Size = 192)]
internal unsafe struct PackedRegion
{
    public const int PagesMax = 16;

    /// <summary>Parts of a region by the hash, none of which is in two pages. A page has 32 to 64 of them, of some ten small entries each.</summary>
    public const int Cells = 1 << CellBits;

    private const int CellBits = 9;

    /// <summary>How many top bits the hashes in it share.</summary>
    public int Depth;

    public int PageCount;

    /// <summary>Bytes of its entries.</summary>
    public long EntryBytes;

    /// <summary>The first cell of each page, ascending from 0; of pages that there are not, more than there are cells.</summary>
    private fixed ushort _firstCells[PagesMax];

    private fixed ulong _pages[PagesMax];

    /// <summary>The cell that a hash falls into.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CellOf(ulong hash, int depth) => (int)(hash << depth >> (64 - CellBits));

    public readonly PackedPage* Page(int page) => (PackedPage*)_pages[page];

    public readonly int FirstCell(int page) => _firstCells[page];

    /// <summary>How many cells from the page's first to the next one's.</summary>
    public readonly int CellCount(int page) => (page + 1 < PageCount ? _firstCells[page + 1] : Cells) - _firstCells[page];

    /// <summary>Which page has a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int PageOf(int cell)
    {
        Vector256<ushort> first = Vector256.LoadUnsafe(in _firstCells[0]);
        return BitOperations.PopCount(Vector256.LessThanOrEqual(first, Vector256.Create((ushort)cell)).ExtractMostSignificantBits()) - 1;
    }

    public void SetPage(int page, PackedPage* block) => _pages[page] = (ulong)block;

    /// <param name="firstCells">Of <paramref name="count"/> pages, which are set by <see cref="SetPage"/>.</param>
    public void SetPages(ushort* firstCells, int count)
    {
        PageCount = count;
        for (int i = 0; i < PagesMax; i++)
        {
            _firstCells[i] = i < count ? firstCells[i] : ushort.MaxValue;
        }
    }
}
