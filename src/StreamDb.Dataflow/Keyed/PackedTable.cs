using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>The cold keyed state: slots of a <see cref="KeyTable"/> with keys of fixed size, each in as few bytes as its values need.</summary>
/// <remarks>
/// In order of the hash, in pages of the size that the system pages by: a key is one page. Invariants:
/// 1. a directory by the top bits of the hash leads to <see cref="PackedRegion"/>s, each of up to <see cref="PackedRegion.PagesMax"/>
///    pages; the cells of a region, by the next bits, lie in its pages in order, and each page has an index of its cells;
/// 2. a page that is full has the entries of all its region laid out anew, over a page more when they need it: so no page is ever
///    split in two, and pages are nine tenths full before and four fifths after. A region that needs more pages than it can have is
///    split in two;
/// 3. a region whose hashes agree in more bits than chance explains is one block as large as it must be, without an index.
/// Blocks are of one size but for those of 3, so none lies idle. Nothing is held before the first entry and after the last.
/// Lookups take a batch and prefetch. One thread.
/// </remarks>
internal sealed unsafe partial class PackedTable : IDisposable
{
    /// <summary>Keys whose pages are asked for before the first of them is read.</summary>
    private const int WarmedKeys = 32;

    /// <summary>Keys whose pages are asked for together where they may be on the disk; while the disk is at them, as many before them are read.</summary>
    private const int FetchedKeys = 512;

    private const int CacheLineBytes = 64;

    private readonly StateArena _arena;
    private readonly NativeHeap _pages;
    private readonly NativeHeap _regions;
    private readonly NativeScratch<nint> _missingSlots = new();
    private readonly NativeScratch<ulong> _missingHashes = new();
    private PackedLayout _layout;
    private PackedRegion** _directory;
    private int _depth;

    /// <param name="arena">Where its memory is.</param>
    /// <param name="keyBytes">A multiple of 8.</param>
    /// <param name="paddingBytes">Zeros at the end of each key.</param>
    /// <param name="slotBytes">Of a slot: a header word, the key, the record; at most <see cref="PackedLayout.SlotBytesMax"/>.</param>
    public PackedTable(StateArena arena, int keyBytes, int paddingBytes, int slotBytes)
    {
        _arena = arena;
        _layout = new PackedLayout(keyBytes, paddingBytes, slotBytes);
        _pages = new NativeHeap(arena);
        _regions = new NativeHeap(arena);
    }

    /// <summary>Keys.</summary>
    public long Count { get; private set; }

    /// <summary>Native memory held.</summary>
    public long Bytes => _pages.Bytes + _regions.Bytes + (_directory is null ? 0 : DirectoryBytes(_depth));

    /// <summary>Fills the slots that have just this header with what there is of their keys, header included; leaves the others.</summary>
    /// <remarks>Hot path: per key.</remarks>
    public void Restore(byte** slots, ulong* hashes, int count, ulong header)
    {
        if (Count == 0)
        {
            return;
        }

        byte** missing = (byte**)_missingSlots.Reserve(count);
        ulong* missingHashes = _missingHashes.Reserve(count);
        int missingCount = 0;
        for (int i = 0; i < count; i++)
        {
            missing[missingCount] = slots[i];
            missingHashes[missingCount] = hashes[i];
            missingCount += *(ulong*)slots[i] == header ? 1 : 0;
        }

        byte* key = stackalloc byte[PackedLayout.EntryBytesMax + PackedLayout.SlackBytes];
        for (int i = 0; i < missingCount; i++)
        {
            FetchAhead(missingHashes, i, missingCount);
            if (i % WarmedKeys == 0)
            {
                Warm(missingHashes + i, Math.Min(WarmedKeys, missingCount - i));
            }

            PackedKeyShape shape = _layout.EncodeKey(missing[i] + 8, key);
            PackedRegion* region = RegionOf(missingHashes[i]);
            int cell = PackedRegion.CellOf(missingHashes[i], region->Depth);
            int number = region->PageOf(cell);
            PackedPage* page = region->Page(number);
            cell -= region->FirstCell(number);
            byte* entry = _layout.Find(page->Start(cell), page->EndOf(cell), key, shape);
            if (entry is not null)
            {
                _layout.Decode(entry, missing[i]);
            }
        }
    }

    /// <summary>Adds slots, or puts them in the place of what there is of their keys.</summary>
    /// <param name="slots">Best in order of their hashes: then pages are touched in turn.</param>
    /// <param name="hashes">Of their keys.</param>
    /// <remarks>Hot path: per key.</remarks>
    public void Put(byte** slots, ulong* hashes, int count)
    {
        if (_directory is null && count > 0)
        {
            _layout.Learn(slots, count);
            Create();
        }

        byte* entry = stackalloc byte[PackedLayout.EntryBytesMax + PackedLayout.SlackBytes];
        for (int i = 0; i < count; i++)
        {
            FetchAhead(hashes, i, count);
            if (i % WarmedKeys == 0)
            {
                Warm(hashes + i, Math.Min(WarmedKeys, count - i));
            }

            int size = _layout.Encode(slots[i], entry, out byte* key, out PackedKeyShape shape);
            while (!TryPut(hashes[i], entry, size, key, shape))
            {
                LayOut(hashes[i], RegionOf(hashes[i]), size);
            }
        }
    }

    /// <summary>Removes a key if it is present.</summary>
    public void Remove(byte* key, ulong hash)
    {
        if (Count == 0)
        {
            return;
        }

        byte* encoded = stackalloc byte[PackedLayout.EntryBytesMax + PackedLayout.SlackBytes];
        PackedKeyShape shape = _layout.EncodeKey(key, encoded);
        PackedRegion* region = RegionOf(hash);
        int cell = PackedRegion.CellOf(hash, region->Depth);
        int number = region->PageOf(cell);
        PackedPage* page = region->Page(number);
        cell -= region->FirstCell(number);
        byte* entry = _layout.Find(page->Start(cell), page->EndOf(cell), encoded, shape);
        if (entry is null)
        {
            return;
        }

        if (--Count == 0)
        {
            Free();
            return;
        }

        int size = _layout.SizeOf(entry);
        _arena.Touch(page, page->Used);
        page->Replace(cell, entry, size, entry, 0);
        _arena.Touch(&region->EntryBytes);
        region->EntryBytes -= size;
        if (IsSparse(region))
        {
            LayOut(hash, region, 0);
        }
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        _layout.Write(output);
        output.Write(_depth);
        output.Write(Count);
        output.Write((ulong)_directory);
        _pages.Write(output);
        _regions.Write(output);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote. Only of a new table in the restored arena.</summary>
    public void Read(BinaryReader input)
    {
        Invariant.Check(_directory is null, "only a new table is restored");
        _layout.Read(input);
        _depth = input.ReadInt32();
        Count = input.ReadInt64();
        _directory = (PackedRegion**)input.ReadUInt64();
        NativeHeap.CountTotal(_directory is null ? 0 : DirectoryBytes(_depth));
        _pages.Read(input);
        _regions.Read(input);
    }

    public void Dispose()
    {
        Free();
        _missingSlots.Dispose();
        _missingHashes.Dispose();
        _collected.Dispose();
        _sorted.Dispose();
        _cells.Dispose();
    }

    private static long DirectoryBytes(int depth) => StateArena.RoundUp(8L << depth);

    // Not one shift, which would be by 64 at depth 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Prefix(ulong hash, int depth) => (long)(hash >> 1 >> (63 - depth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PackedRegion* RegionOf(ulong hash) => _directory[Prefix(hash, _depth)];

    /// <summary>Asks for pages that may be on the disk, at the first of some keys for as many behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchAhead(ulong* hashes, int position, int count)
    {
        if (position % FetchedKeys == 0 && _arena.IsPartlyOut)
        {
            Fetch(hashes, position == 0 ? 0 : position + FetchedKeys, Math.Min(position + (2 * FetchedKeys), count));
        }
    }

    private void Fetch(ulong* hashes, int start, int end)
    {
        ulong* pages = stackalloc ulong[2 * FetchedKeys];
        for (int i = start; i < end; i++)
        {
            PackedRegion* region = RegionOf(hashes[i]);
            pages[i - start] = (ulong)region->Page(region->PageOf(PackedRegion.CellOf(hashes[i], region->Depth)));
        }

        _arena.Fetch(pages, end - start, PageBytes);
    }

    /// <summary>Asks for what is going to be read of these keys: one step for all, then the next, since each says where the next reads.</summary>
    private void Warm(ulong* hashes, int count)
    {
        PackedRegion** regions = stackalloc PackedRegion*[WarmedKeys];
        PackedPage** pages = stackalloc PackedPage*[WarmedKeys];
        int* cells = stackalloc int[WarmedKeys];
        for (int i = 0; i < count; i++)
        {
            PackedRegion* region = RegionOf(hashes[i]);
            for (int offset = 0; offset < sizeof(PackedRegion); offset += CacheLineBytes)
            {
                Sse.Prefetch0((byte*)region + offset);
            }

            regions[i] = region;
        }

        for (int i = 0; i < count; i++)
        {
            PackedRegion* region = regions[i];
            int cell = PackedRegion.CellOf(hashes[i], region->Depth);
            int number = region->PageOf(cell);
            PackedPage* page = region->Page(number);
            cell -= region->FirstCell(number);
            Sse.Prefetch0(page);
            Sse.Prefetch0(page->Starts + cell);
            pages[i] = page;
            cells[i] = cell;
        }

        for (int i = 0; i < count; i++)
        {
            byte* start = pages[i]->Start(cells[i]);
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + CacheLineBytes);
        }
    }

    /// <returns>False when there is no room in the page.</returns>
    private bool TryPut(ulong hash, byte* entry, int size, byte* key, PackedKeyShape shape)
    {
        PackedRegion* region = RegionOf(hash);
        int cell = PackedRegion.CellOf(hash, region->Depth);
        int number = region->PageOf(cell);
        PackedPage* page = region->Page(number);
        cell -= region->FirstCell(number);
        byte* end = page->EndOf(cell);
        byte* old = _layout.Find(page->Start(cell), end, key, shape);
        int oldSize = old is null ? 0 : _layout.SizeOf(old);
        if (oldSize == size)
        {
            _arena.Touch(old, size);
            Unsafe.CopyBlockUnaligned(old, entry, (uint)size);
            return true;
        }

        if (page->Used - oldSize + size + PackedLayout.SlackBytes > page->Capacity)
        {
            return false;
        }

        _arena.Touch(page, Math.Max(page->Used, page->Used - oldSize + size));
        page->Replace(cell, old is null ? end : old, oldSize, entry, size);
        _arena.Touch(&region->EntryBytes);
        region->EntryBytes += size - oldSize;
        Count += old is null ? 1 : 0;
        return true;
    }

    /// <summary>Lets the part of the directory that a hash falls into at a region's depth be this region.</summary>
    private void Point(ulong hash, PackedRegion* region)
    {
        int spanBits = _depth - region->Depth;
        PackedRegion** first = _directory + (Prefix(hash, region->Depth) << spanBits);
        _arena.Touch(first, 8L << spanBits);
        for (long i = 0; i < 1L << spanBits; i++)
        {
            first[i] = region;
        }
    }

    private void DoubleDirectory()
    {
        PackedRegion** old = _directory;
        var doubled = (PackedRegion**)AllocateDirectory(_depth + 1);
        for (long i = 0; i < 2L << _depth; i++)
        {
            doubled[i] = old[i >> 1];
        }

        FreeDirectory();
        _directory = doubled;
        _depth++;
    }

    private void Create()
    {
        _depth = 0;
        _directory = (PackedRegion**)AllocateDirectory(0);
        *_directory = NewRegion(0);
        LayOut(0, *_directory, 0);
    }

    private byte* AllocateDirectory(int depth)
    {
        byte* directory = _arena.Allocate(DirectoryBytes(depth));
        _arena.Touch(directory, DirectoryBytes(depth));
        NativeHeap.CountTotal(DirectoryBytes(depth));
        return directory;
    }

    private void FreeDirectory()
    {
        _arena.Free((byte*)_directory);
        NativeHeap.CountTotal(-DirectoryBytes(_depth));
    }

    private void Free()
    {
        if (_directory is not null)
        {
            FreeDirectory();
            _directory = null;
        }

        _pages.Dispose();
        _regions.Dispose();
    }
}
