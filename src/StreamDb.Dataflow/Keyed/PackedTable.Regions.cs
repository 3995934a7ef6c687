using System.Numerics;
using System.Runtime.CompilerServices;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>How the entries of a region are spread over pages.</summary>
internal sealed unsafe partial class PackedTable
{
    private const int PageBytes = StateSpace.PageBytes;

    /// <summary>How full pages are at most, in percent, when a region has been laid out anew.</summary>
    private const int FillPercent = 90;

    /// <summary>A region has two to the power of this keys, on average over all of its depth; if not, its hashes hardly differ and are not told apart.</summary>
    private const int RegionKeysBits = 6;

    private readonly NativeScratch<byte> _collected = new();
    private readonly NativeScratch<byte> _sorted = new();
    private readonly NativeScratch<ushort> _cells = new();

    /// <summary>How many pages entries take.</summary>
    private static long PagesFor(long bytes)
    {
        // Beside the offsets of all cells.
        const int filled = (PageBytes - 32) * FillPercent / 100;
        return (bytes + (2 * PackedRegion.Cells) + filled - 1) / filled;
    }

    /// <summary>Whether a third of a region's memory, or more, would be free if it were laid out anew.</summary>
    private static bool IsSparse(PackedRegion* region)
    {
        long pages = region->PageCount == 1 ? region->Page(0)->Capacity / PageBytes : region->PageCount;
        return pages > 1 && PagesFor(region->EntryBytes) * 3 <= pages * 2;
    }

    /// <summary>Spreads the entries of a region anew.</summary>
    /// <param name="hash">One that falls into it: where there is to be room.</param>
    /// <param name="room">For an entry of this size.</param>
    private void LayOut(ulong hash, PackedRegion* region, int room)
    {
        int* starts = stackalloc int[PackedRegion.Cells + 1];
        byte* entries = Collect(region, starts);
        if (TryFill(region, entries, starts, PackedRegion.CellOf(hash, region->Depth), room))
        {
            return;
        }

        if (region->Depth + RegionKeysBits < BitOperations.Log2((ulong)Count | 1))
        {
            Split(hash, region, entries, starts);
            return;
        }

        Enlarge(region, entries, starts[PackedRegion.Cells], room);
    }

    /// <summary>The entries of a region, cell by cell.</summary>
    /// <param name="starts">Where each cell begins in them, and where the last ends.</param>
    private byte* Collect(PackedRegion* region, int* starts)
    {
        byte* entries = _collected.Reserve((int)region->EntryBytes + PackedLayout.SlackBytes);
        new Span<int>(starts, PackedRegion.Cells + 1).Clear();
        int bytes = 0;
        for (int i = 0; i < region->PageCount; i++)
        {
            PackedPage* page = region->Page(i);
            if (page->Cells == 0)
            {
                // Into this place, since what is collected may be sorted once more.
                byte* sorted = Sort(page->Entries, page->End, region->Depth, starts);
                Buffer.MemoryCopy(sorted, entries, region->EntryBytes, region->EntryBytes);
                return entries;
            }

            int first = region->FirstCell(i);
            int offset = bytes - PackedPage.EntriesOffset(page->Cells);
            for (int cell = 0; cell < page->Cells; cell++)
            {
                starts[first + cell] = page->Starts[cell] + offset;
            }

            long pageBytes = page->End - page->Entries;
            Buffer.MemoryCopy(page->Entries, entries + bytes, pageBytes, pageBytes);
            bytes += (int)pageBytes;
        }

        starts[PackedRegion.Cells] = bytes;
        return entries;
    }

    /// <summary>Entries in order of the cells they have at a depth; good until the next call.</summary>
    private byte* Sort(byte* source, byte* end, int depth, int* starts)
    {
        ushort* cells = _cells.Reserve((int)(end - source));
        new Span<int>(starts, PackedRegion.Cells + 1).Clear();
        int count = 0;
        int size;
        for (byte* entry = source; entry < end; entry += size)
        {
            size = _layout.SizeOf(entry);
            int cell = PackedRegion.CellOf(_layout.HashOf(entry), depth);
            cells[count++] = (ushort)cell;
            starts[cell + 1] += size;
        }

        int* next = stackalloc int[PackedRegion.Cells];
        for (int cell = 0; cell < PackedRegion.Cells; cell++)
        {
            next[cell] = starts[cell];
            starts[cell + 1] += starts[cell];
        }

        byte* sorted = _sorted.Reserve((int)(end - source) + PackedLayout.SlackBytes);
        count = 0;
        for (byte* entry = source; entry < end; entry += size)
        {
            size = _layout.SizeOf(entry);
            int cell = cells[count++];
            Unsafe.CopyBlockUnaligned(sorted + next[cell], entry, (uint)size);
            next[cell] += size;
        }

        return sorted;
    }

    /// <summary>Gives entries to pages of a region; false when they do not fit, and nothing has changed.</summary>
    private bool TryFill(PackedRegion* region, byte* entries, int* starts, int roomCell, int room)
    {
        ushort* first = stackalloc ushort[PackedRegion.PagesMax];
        int count = Divide(starts, roomCell, room, first);
        if (count == 0)
        {
            return false;
        }

        Resize(region, count);
        _arena.Touch(region, sizeof(PackedRegion));
        region->SetPages(first, count);
        region->EntryBytes = starts[PackedRegion.Cells];
        for (int i = 0; i < count; i++)
        {
            PackedPage* page = region->Page(i);
            _arena.Touch(page, PageBytes);
            int cells = region->CellCount(i);
            int* pageStarts = starts + region->FirstCell(i);
            int offset = PackedPage.EntriesOffset(cells);
            page->Cells = cells;
            for (int cell = 0; cell <= cells; cell++)
            {
                page->Starts[cell] = (ushort)(pageStarts[cell] - *pageStarts + offset);
            }

            page->Used = page->Starts[cells];
            Buffer.MemoryCopy(entries + *pageStarts, page->Entries, page->Used - offset, page->Used - offset);
        }

        return true;
    }

    /// <summary>Divides cells into pages of about the same size.</summary>
    /// <returns>How many; 0 when a cell is too large for a page, or there were too many pages.</returns>
    private static int Divide(int* starts, int roomCell, int room, ushort* first)
    {
        long total = starts[PackedRegion.Cells] + room;
        long wished = PagesFor(total);
        int page = 0;
        int cells = 0;
        long bytes = 0;
        long before = 0;
        first[0] = 0;
        for (int cell = 0; cell < PackedRegion.Cells; cell++)
        {
            int size = starts[cell + 1] - starts[cell] + (cell == roomCell ? room : 0);
            bool isFull = PackedPage.Overhead(cells + 1) + bytes + size > PageBytes;
            if (cells > 0 && (isFull || (page + 1 < wished && before * wished >= total * (page + 1))))
            {
                if (++page == PackedRegion.PagesMax)
                {
                    return 0;
                }

                first[page] = (ushort)cell;
                cells = 0;
                bytes = 0;
                isFull = PackedPage.Overhead(1) + size > PageBytes;
            }

            if (isFull)
            {
                return 0;
            }

            cells++;
            bytes += size;
            before += size;
        }

        return page + 1;
    }

    /// <summary>Lets a region have some pages of the usual size, whose content does not matter.</summary>
    private void Resize(PackedRegion* region, int count)
    {
        int kept = region->PageCount > 0 && region->Page(0)->Capacity == PageBytes ? Math.Min(region->PageCount, count) : 0;
        FreePages(region, kept);
        _arena.Touch(region, sizeof(PackedRegion));
        for (int i = kept; i < count; i++)
        {
            region->SetPage(i, NewPage(PageBytes));
        }
    }

    private void FreePages(PackedRegion* region, int kept)
    {
        for (int i = kept; i < region->PageCount; i++)
        {
            _pages.Free((byte*)region->Page(i), region->Page(i)->Capacity);
        }
    }

    private PackedPage* NewPage(int bytes)
    {
        var page = (PackedPage*)_pages.Allocate(bytes);
        page->Capacity = bytes;
        return page;
    }

    private PackedRegion* NewRegion(int depth)
    {
        var region = (PackedRegion*)_regions.Allocate(sizeof(PackedRegion));
        region->Depth = depth;
        region->PageCount = 0;
        region->EntryBytes = 0;
        return region;
    }

    /// <summary>Makes two regions of one. Each gets its half of the cells, and those are divided in two.</summary>
    private void Split(ulong hash, PackedRegion* region, byte* entries, int* starts)
    {
        if (region->Depth == _depth)
        {
            DoubleDirectory();
        }

        _arena.Touch(region, sizeof(PackedRegion));
        int depth = ++region->Depth;
        PackedRegion* upper = NewRegion(depth);
        Point(hash | (1UL << (64 - depth)), upper);
        int middle = starts[PackedRegion.Cells / 2];
        int end = starts[PackedRegion.Cells];
        Fill(region, entries, entries + middle, starts);
        Fill(upper, entries + middle, entries + end, starts);
    }

    private void Fill(PackedRegion* region, byte* source, byte* end, int* starts)
    {
        byte* entries = Sort(source, end, region->Depth, starts);
        if (!TryFill(region, entries, starts, 0, 0))
        {
            // Until it is too small: then it is seen whether to split it.
            Enlarge(region, entries, (int)(end - source), 0);
        }
    }

    /// <summary>Lets a region have one block, without an index.</summary>
    private void Enlarge(PackedRegion* region, byte* entries, int bytes, int room)
    {
        FreePages(region, 0);

        // In proportion, so that each entry moves a few times only. Larger than the heap's blocks are: those begin at pages.
        long needed = PackedPage.Overhead(0) + bytes + room;
        PackedPage* page = NewPage((int)StateArena.RoundUp(Math.Max(needed + (needed / 4), NativeHeap.BlockMax + 1)));
        _arena.Touch(page, page->Capacity);
        page->Cells = 0;
        page->Used = PackedPage.EntriesOffset(0) + bytes;
        Buffer.MemoryCopy(entries, page->Entries, bytes, bytes);
        _arena.Touch(region, sizeof(PackedRegion));
        ushort first = 0;
        region->SetPages(&first, 1);
        region->SetPage(0, page);
        region->EntryBytes = bytes;
    }
}
