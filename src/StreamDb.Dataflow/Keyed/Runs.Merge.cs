using System.Runtime.CompilerServices;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Keyed;

/// <summary>Many rows into one run.</summary>
internal sealed unsafe partial class Runs
{
    /// <summary>Fewer rows for one chunk are added one by one.</summary>
    private const int MergedRowsMin = 4;

    private readonly NativeScratch<byte> _mergedEntries = new();
    private readonly NativeScratch<long> _mergedWeights = new();

    /// <summary>Adds rows of a fixed length that lie one after the other, distinct and in order, with weights that are not 0.</summary>
    /// <remarks>Hot path: per delta.</remarks>
    public void AddSorted(ref ulong run, byte* rows, long* weights, int count)
    {
        int next = 0;
        while (next < count)
        {
            byte* row = rows + ((long)next * Layout.EntryBytes);
            if ((run & 1) == 0)
            {
                if (count - next >= MergedRowsMin)
                {
                    MergeIntoBlock(ref run, row, weights + next, count - next);
                    return;
                }

                Add(ref run, row, Layout.EntryBytes, weights[next++]);
                continue;
            }

            RunList* list = (RunList*)(run & ~1UL);
            int index = FindChunk(list, row, Layout.EntryBytes);
            int end = next + 1;
            if (index == list->Count - 1)
            {
                end = count;
            }
            else
            {
                byte* bound = Entry(list->Chunk(index + 1), 0);
                while (end < count && Layout.Compare(bound, rows + ((long)end * Layout.EntryBytes), Layout.EntryBytes) > 0)
                {
                    end++;
                }
            }

            if (end - next >= MergedRowsMin)
            {
                MergeIntoChunk(ref run, index, row, weights + next, end - next);
                next = end;
                continue;
            }

            for (; next < end && (run & 1) != 0; next++)
            {
                AddToList(ref run, rows + ((long)next * Layout.EntryBytes), Layout.EntryBytes, weights[next]);
            }
        }
    }

    /// <summary>Replaces a short run, or none, by its entries merged with rows.</summary>
    private void MergeIntoBlock(ref ulong run, byte* rows, long* weights, int count)
    {
        byte* block = (byte*)run;
        int before = block is null ? 0 : BlockCount(block);
        int merged = Merge(block, rows, weights, count, out bool isWeighted);
        Count += merged - before;
        if (merged == 0 || BlockBytes(merged, isWeighted) <= BlockBytesMax)
        {
            run = (ulong)Refill(block, merged, isWeighted);
            return;
        }

        run = (ulong)Part(AllocateList(block), 0, merged, isWeighted) | 1;
    }

    /// <summary>Replaces a chunk by its entries merged with rows that belong there.</summary>
    private void MergeIntoChunk(ref ulong run, int index, byte* rows, long* weights, int count)
    {
        RunList* list = (RunList*)(run & ~1UL);
        byte* chunk = list->Chunk(index);
        int before = BlockCount(chunk);
        int merged = Merge(chunk, rows, weights, count, out bool isWeighted);
        Count += merged - before;
        TouchList(list);
        if (merged == 0)
        {
            _ = Refill(chunk, 0, isWeighted);
            list->RemoveAt(index);
            if (list->Count == 1)
            {
                run = list->Chunks[0];
                _heap.Free((byte*)list, RunList.Bytes(list->Capacity));
            }

            return;
        }

        if (BlockBytes(merged, isWeighted) <= BlockBytesMax)
        {
            list->Chunks[index] = (ulong)Refill(chunk, merged, isWeighted);
            return;
        }

        run = (ulong)Part(list, index, merged, isWeighted) | 1;
    }

    /// <summary>Gives a block, or a new one, the entries that were merged; null where there are none.</summary>
    private byte* Refill(byte* block, int merged, bool isWeighted)
    {
        if (merged == 0 || block is null || merged > Capacity(block) || merged < Capacity(block) / 2 || isWeighted != IsWeighted(block))
        {
            if (block is not null)
            {
                FreeBlock(block);
            }

            if (merged == 0)
            {
                return null;
            }

            int room = merged + (merged / 4);
            block = AllocateBlock(BlockBytes(room, isWeighted) <= BlockBytesMax ? room : merged, isWeighted, merged);
        }

        Fill(block, 0, merged);
        return block;
    }

    /// <summary>Replaces a chunk by several with the entries that were merged.</summary>
    /// <remarks>Parts of one size, each with room to grow in; rows that come in order leave the last chunk for good.</remarks>
    private RunList* Part(RunList* list, int index, int merged, bool isWeighted)
    {
        if (list->Chunk(index) is var chunk && chunk is not null)
        {
            FreeBlock(chunk);
        }

        int fullRows = (BlockBytesMax - HeaderBytes) / (Layout.EntryBytes + (isWeighted ? 8 : 0));
        int partRows = Math.Max(1, index == list->Count - 1 ? fullRows * 7 / 8 : fullRows * 3 / 4);
        int parts = (merged + partRows - 1) / partRows;
        for (int part = 0; part < parts; part++)
        {
            int start = (int)((long)merged * part / parts);
            int rowCount = (int)((long)merged * (part + 1) / parts) - start;
            byte* block = AllocateBlock(rowCount, isWeighted, rowCount);
            Fill(block, start, rowCount);
            if (part == 0)
            {
                list->Chunks[index] = (ulong)block;
            }
            else
            {
                list = MakeRoom(list);
                list->InsertAt(index + part, (ulong)block);
            }
        }

        return list;
    }

    /// <summary>Merges the entries of a block (null: none) with rows into scratch memory; how many entries there are then.</summary>
    private int Merge(byte* block, byte* rows, long* weights, int count, out bool isWeighted)
    {
        int size = Layout.EntryBytes;
        int before = block is null ? 0 : BlockCount(block);
        byte* entry = Entry(block, 0);
        byte* lastEntry = entry + ((long)before * size);
        long* entryWeight = before == 0 ? null : Weights(block);
        byte* target = _mergedEntries.Reserve((before + count) * size);
        long* targetWeights = _mergedWeights.Reserve(before + count);
        int merged = 0;
        bool allOne = true;
        for (int i = 0; i < count; i++, rows += size)
        {
            long weight = weights[i];
            while (entry < lastEntry)
            {
                int order = Layout.Compare(entry, rows, size);
                if (order > 0)
                {
                    break;
                }

                long present = entryWeight is null ? 1 : *entryWeight++;
                if (order < 0)
                {
                    CopyEntry(target, entry, size);
                    target += size;
                    targetWeights[merged++] = present;
                    allOne &= present == 1;
                    entry += size;
                    continue;
                }

                weight = checked(weight + present);
                entry += size;
                break;
            }

            if (weight != 0)
            {
                CopyEntry(target, rows, size);
                target += size;
                targetWeights[merged++] = weight;
                allOne &= weight == 1;
            }
        }

        for (; entry < lastEntry; entry += size, target += size)
        {
            long present = entryWeight is null ? 1 : *entryWeight++;
            CopyEntry(target, entry, size);
            targetWeights[merged++] = present;
            allOne &= present == 1;
        }

        isWeighted = !allOne;
        return merged;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEntry(byte* target, byte* entry, int size)
    {
        if (size == 8)
        {
            *(ulong*)target = *(ulong*)entry;
        }
        else
        {
            Unsafe.CopyBlock(target, entry, (uint)size);
        }
    }

    /// <summary>Gives a block entries that were merged.</summary>
    private void Fill(byte* block, int start, int count)
    {
        TouchBlock(block);
        *(int*)block = count;
        long bytes = (long)count * Layout.EntryBytes;
        Buffer.MemoryCopy(_mergedEntries.Pointer + ((long)start * Layout.EntryBytes), Entry(block, 0), bytes, bytes);
        if (IsWeighted(block))
        {
            new Span<long>(_mergedWeights.Pointer + start, count).CopyTo(new Span<long>(Weights(block), count));
        }
    }
}
