using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>Ordered multisets of packed rows with weights, one per key, in native memory: what a join or an ordered aggregate keeps.</summary>
/// <remarks>
/// A run is named by one word that its owner stores (0 = empty). Invariants:
/// 1. entries are in strictly ascending byte order, weights are never 0;
/// 2. a short run is one block: count, capacity, entries, then weights; without weights all are 1;
/// 3. a run whose block would exceed <see cref="BlockBytesMax"/> becomes a list: a block of addresses of short blocks
///    (chunks), in order, none empty; finding takes two binary searches, inserting moves at most one chunk and, once per
///    split, the addresses behind it;
/// 4. bit 0 of the word tells a list.
/// Words and entry addresses are good until the next change of the same run. One thread.
/// </remarks>
internal sealed unsafe partial class Runs : IDisposable
{
    private const int BlockBytesMax = 4096;
    private const int HeaderBytes = 8;
    private const uint WeightedFlag = 0x8000_0000;

    /// <summary>Runs that are asked for together where they may be on the disk; while the disk is at them, as many before them are used.</summary>
    public const int FetchedRuns = 512;

    /// <summary>What is asked for of a run: the block of a short one, and of one row that is kept outside often the row, too.</summary>
    private const int FetchedBytes = 256;

    private readonly StateArena _arena;
    private readonly NativeHeap _heap;

    public Runs(StateArena arena, int stride)
    {
        _arena = arena;
        _heap = new NativeHeap(arena);
        Layout = new RunLayout(stride);
    }

    public RunLayout Layout { get; }

    /// <summary>Entries of all runs.</summary>
    public long Count { get; private set; }

    public long Bytes => _heap.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ulong run)
    {
        // A null address is harmless. The second line holds the rest of a typical run.
        Sse.Prefetch0((byte*)(run & ~1UL));
        Sse.Prefetch0((byte*)(run & ~1UL) + 64);
    }

    /// <summary>Whether runs may be on the disk, so that at each multiple of <see cref="FetchedRuns"/> in a batch its user does well to ask for more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Fetches(int position) => position % FetchedRuns == 0 && _arena.IsPartlyOut;

    /// <summary>Asks for runs, without waiting for them.</summary>
    /// <param name="words">Words that are no addresses are passed over.</param>
    public void Fetch(ulong* words, int count) => _arena.Fetch(words, count, FetchedBytes);

    /// <summary>Of the runs of a batch, which to ask for at a position: what comes after those that the last call asked for.</summary>
    public static (int Start, int Count) FetchedAt(int position, int count)
    {
        int start = position == 0 ? 0 : Math.Min(position + FetchedRuns, count);
        return (start, Math.Min(position + (2 * FetchedRuns), count) - start);
    }

    /// <summary>Adds <paramref name="weight"/> to the row's weight and returns the weight it has now.</summary>
    /// <param name="run">The run's word, brought up to date.</param>
    /// <remarks>Hot path: per delta.</remarks>
    public long Add(ref ulong run, byte* row, int length, long weight)
    {
        if (weight == 0)
        {
            return Weight(run, row, length);
        }

        if ((run & 1) != 0)
        {
            return AddToList(ref run, row, length, weight);
        }

        byte* block = (byte*)run;
        long result = AddToBlock(ref block, row, length, weight, out bool overflows);
        if (overflows)
        {
            run = MakeList(block);
            return AddToList(ref run, row, length, weight);
        }

        run = (ulong)block;
        return result;
    }

    /// <summary>The row's weight; 0 when it is absent.</summary>
    public long Weight(ulong run, byte* row, int length)
    {
        byte* block = (byte*)run;
        if ((run & 1) != 0)
        {
            RunList* list = (RunList*)(run & ~1UL);
            block = list->Chunk(FindChunk(list, row, length));
        }

        if (block is null)
        {
            return 0;
        }

        int position = Search(block, row, length, out bool found);
        return found ? WeightAt(block, position) : 0;
    }

    /// <summary>Frees a run.</summary>
    public void Free(ref ulong run)
    {
        var cursor = new RunCursor(this, run);
        while (cursor.NextBlock(out byte* entries, out _, out int count))
        {
            Count -= count;
            for (int i = 0; i < count && Layout.IsVariable; i++)
            {
                Layout.Free(entries + ((long)i * Layout.EntryBytes), _heap);
            }
        }

        if ((run & 1) != 0)
        {
            RunList* list = (RunList*)(run & ~1UL);
            for (int i = 0; i < list->Count; i++)
            {
                FreeBlock(list->Chunk(i));
            }

            _heap.Free((byte*)list, RunList.Bytes(list->Capacity));
        }
        else if (run != 0)
        {
            FreeBlock((byte*)run);
        }

        run = 0;
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        output.Write(Count);
        _heap.Write(output);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader input)
    {
        Count = input.ReadInt64();
        _heap.Read(input);
    }

    public void Dispose()
    {
        _heap.Dispose();
        _mergedEntries.Dispose();
        _mergedWeights.Dispose();
    }

    /// <summary>First entry of the run, or null when it is empty.</summary>
    public byte* First(ulong run) => run == 0 ? null : Entry((run & 1) != 0 ? ((RunList*)(run & ~1UL))->Chunk(0) : (byte*)run, 0);

    /// <summary>Last entry of the run, or null when it is empty.</summary>
    public byte* Last(ulong run)
    {
        if (run == 0)
        {
            return null;
        }

        byte* block = (byte*)run;
        if ((run & 1) != 0)
        {
            RunList* list = (RunList*)(run & ~1UL);
            block = list->Chunk(list->Count - 1);
        }

        return Entry(block, BlockCount(block) - 1);
    }

    internal static int BlockCount(byte* block) => *(int*)block;

    internal static byte* Entries(byte* block) => block + HeaderBytes;

    internal long* Weights(byte* block) => IsWeighted(block) ? (long*)(block + HeaderBytes + (Capacity(block) * Layout.EntryBytes)) : null;

    private static bool IsWeighted(byte* block) => (*(uint*)(block + 4) & WeightedFlag) != 0;

    private static int Capacity(byte* block) => (int)(*(uint*)(block + 4) & ~WeightedFlag);

    private byte* Entry(byte* block, int position) => block + HeaderBytes + ((long)position * Layout.EntryBytes);

    private long WeightAt(byte* block, int position) => IsWeighted(block) ? Weights(block)[position] : 1;

    private int BlockBytes(int capacity, bool isWeighted) => HeaderBytes + (capacity * (Layout.EntryBytes + (isWeighted ? 8 : 0)));

    private byte* AllocateBlock(int capacity, bool isWeighted, int count)
    {
        // Use all of the block that the size class gives.
        int entry = Layout.EntryBytes + (isWeighted ? 8 : 0);
        int bytes = NativeHeap.RoundUp(BlockBytes(capacity, isWeighted));
        capacity = (bytes - HeaderBytes) / entry;
        byte* block = _heap.Allocate(BlockBytes(capacity, isWeighted));
        *(int*)block = count;
        *(uint*)(block + 4) = (uint)capacity | (isWeighted ? WeightedFlag : 0);
        return block;
    }

    /// <summary>Before a change of a block in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TouchBlock(byte* block) => _heap.Touch(block, BlockBytes(Capacity(block), IsWeighted(block)));

    private void FreeBlock(byte* block) => _heap.Free(block, BlockBytes(Capacity(block), IsWeighted(block)));

    /// <summary>First position whose entry is not below the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Search(byte* block, byte* row, int length, out bool found)
    {
        // In a few entries the processor guesses on ahead, over what it waits for.
        const int WordSearchMin = 16;
        int low = 0;
        int high = BlockCount(block);
        if (high >= WordSearchMin)
        {
            ulong word = RunLayout.FirstWord(row);
            low = SearchWord(block, word);
            if (low == high || Layout.EntryWord(Entry(block, low)) != word)
            {
                found = false;
                return low;
            }
        }

        while (low < high)
        {
            int middle = (low + high) >> 1;
            int order = Layout.Compare(Entry(block, middle), row, length);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        found = false;
        return low;
    }

    /// <summary>First position whose entry does not begin with less than a word.</summary>
    /// <remarks>Without branches on what is compared: each would be guessed wrong every second time.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SearchWord(byte* block, ulong word)
    {
        int size = Layout.EntryBytes;
        byte* entries = Entries(block);
        int low = 0;
        int count = BlockCount(block);
        while (count > 0)
        {
            int half = (count + 1) >> 1;
            int isLess = Layout.EntryWord(entries + ((long)(low + half - 1) * size)) < word ? 1 : 0;
            low += half & -isLess;
            count -= half;
        }

        return low;
    }

    /// <summary>Adds to one block, which may move or vanish. Says so, and changes nothing, when it would exceed the largest block.</summary>
    private long AddToBlock(ref byte* block, byte* row, int length, long weight, out bool overflows)
    {
        overflows = false;
        if (block is null)
        {
            block = AllocateBlock(1, weight != 1, 1);
            Layout.Write(Entry(block, 0), row, length, _heap);
            if (weight != 1)
            {
                Weights(block)[0] = weight;
            }

            Count++;
            return weight;
        }

        int position = Search(block, row, length, out bool found);
        TouchBlock(block);
        if (found)
        {
            long sum = checked(WeightAt(block, position) + weight);
            if (sum == 0)
            {
                RemoveAt(ref block, position);
            }
            else if (IsWeighted(block))
            {
                Weights(block)[position] = sum;
            }
            else
            {
                if (BlockBytes(BlockCount(block), true) > BlockBytesMax * 2)
                {
                    overflows = true;
                    return 0;
                }

                block = Copy(block, BlockCount(block), isWeighted: true);
                Weights(block)[position] = sum;
            }

            return sum;
        }

        int count = BlockCount(block);
        bool isWeighted = IsWeighted(block) || weight != 1;
        if (count == Capacity(block) || isWeighted != IsWeighted(block))
        {
            int capacity = count == Capacity(block) ? count + Math.Max(1, count / 4) : count + 1;
            if (BlockBytes(capacity, isWeighted) > BlockBytesMax)
            {
                if (BlockBytes(count + 1, isWeighted) > BlockBytesMax)
                {
                    overflows = true;
                    return 0;
                }

                capacity = count + 1;
            }

            block = Copy(block, capacity, isWeighted);
        }

        byte* entry = Entry(block, position);
        int after = count - position;
        Buffer.MemoryCopy(entry, entry + Layout.EntryBytes, (long)after * Layout.EntryBytes, (long)after * Layout.EntryBytes);
        Layout.Write(entry, row, length, _heap);
        if (isWeighted)
        {
            long* weights = Weights(block) + position;
            Buffer.MemoryCopy(weights, weights + 1, after * 8L, after * 8L);
            *weights = weight;
        }

        *(int*)block = count + 1;
        Count++;
        return weight;
    }

    private void RemoveAt(ref byte* block, int position)
    {
        int count = BlockCount(block) - 1;
        Count--;
        byte* entry = Entry(block, position);
        Layout.Free(entry, _heap);
        if (count == 0)
        {
            FreeBlock(block);
            block = null;
            return;
        }

        int after = count - position;
        Buffer.MemoryCopy(entry + Layout.EntryBytes, entry, (long)after * Layout.EntryBytes, (long)after * Layout.EntryBytes);
        if (IsWeighted(block))
        {
            long* weights = Weights(block) + position;
            Buffer.MemoryCopy(weights + 1, weights, after * 8L, after * 8L);
        }

        *(int*)block = count;
        if (count < Capacity(block) / 2 && Capacity(block) > 4)
        {
            block = Copy(block, count, IsWeighted(block));
        }
    }

    /// <summary>Moves a block's entries into a block of another capacity or kind.</summary>
    private byte* Copy(byte* block, int capacity, bool isWeighted)
    {
        byte* copy = AllocateBlock(capacity, isWeighted, BlockCount(block));
        CopyRange(block, 0, copy, BlockCount(block));
        FreeBlock(block);
        return copy;
    }

    private void CopyRange(byte* source, int start, byte* target, int count)
    {
        long bytes = (long)count * Layout.EntryBytes;
        Buffer.MemoryCopy(Entry(source, start), Entry(target, 0), bytes, bytes);
        if (IsWeighted(target))
        {
            long* weights = Weights(target);
            if (IsWeighted(source))
            {
                new Span<long>(Weights(source) + start, count).CopyTo(new Span<long>(weights, count));
            }
            else
            {
                new Span<long>(weights, count).Fill(1);
            }
        }
    }

    private ulong MakeList(byte* block)
    {
        RunList* list = AllocateList(block);
        SplitChunk(ref list, 0);
        return (ulong)list | 1;
    }

    private RunList* AllocateList(byte* block)
    {
        const int InitialCapacity = 6;
        RunList* list = (RunList*)_heap.Allocate(RunList.Bytes(InitialCapacity));
        list->Count = 1;
        list->Capacity = InitialCapacity;
        list->Chunks[0] = (ulong)block;
        return list;
    }

    private void TouchList(RunList* list) => _heap.Touch(list, RunList.Bytes(list->Capacity));

    private int FindChunk(RunList* list, byte* row, int length)
    {
        // The last chunk whose first entry is not above the row.
        int low = 1;
        int high = list->Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Layout.Compare(Entry(list->Chunk(middle), 0), row, length) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private long AddToList(ref ulong run, byte* row, int length, long weight)
    {
        RunList* list = (RunList*)(run & ~1UL);
        while (true)
        {
            int index = FindChunk(list, row, length);
            byte* chunk = list->Chunk(index);
            long result = AddToBlock(ref chunk, row, length, weight, out bool overflows);
            if (overflows)
            {
                SplitChunk(ref list, index);
                continue;
            }

            if (list->Chunks[index] != (ulong)chunk)
            {
                TouchList(list);
                list->Chunks[index] = (ulong)chunk;
            }

            if (chunk is null)
            {
                list->RemoveAt(index);
                if (list->Count == 1)
                {
                    chunk = list->Chunk(0);
                    _heap.Free((byte*)list, RunList.Bytes(list->Capacity));
                    run = (ulong)chunk;
                    return result;
                }
            }

            run = (ulong)list | 1;
            return result;
        }
    }

    private void SplitChunk(ref RunList* list, int index)
    {
        byte* chunk = list->Chunk(index);
        int count = BlockCount(chunk);

        // Appending in order is common (time, sequences): then the full chunk keeps most of its rows.
        int keep = index == list->Count - 1 ? count * 7 / 8 : count / 2;
        byte* lower = AllocateBlock(keep, IsWeighted(chunk), keep);
        CopyRange(chunk, 0, lower, keep);
        byte* upper = AllocateBlock(Math.Max(count - keep, count / 2), IsWeighted(chunk), count - keep);
        CopyRange(chunk, keep, upper, count - keep);
        FreeBlock(chunk);
        list = MakeRoom(list);
        TouchList(list);
        list->Chunks[index] = (ulong)lower;
        list->InsertAt(index + 1, (ulong)upper);
    }

    /// <summary>Room for one more chunk; the list may move.</summary>
    private RunList* MakeRoom(RunList* list)
    {
        if (list->Count < list->Capacity)
        {
            return list;
        }

        int capacity = list->Capacity * 3 / 2;
        RunList* grown = (RunList*)_heap.Allocate(RunList.Bytes(capacity));
        Buffer.MemoryCopy(list, grown, RunList.Bytes(capacity), RunList.Bytes(list->Count));
        grown->Capacity = capacity;
        _heap.Free((byte*)list, RunList.Bytes(list->Capacity));
        return grown;
    }
}
