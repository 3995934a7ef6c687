using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Traces;

/// <summary>Sorts and consolidates packed rows. Scratch memory is kept for the next call; one thread.</summary>
/// <remarks>
/// Rows are sorted by 8 bytes at a time, as unsigned numbers: large ranges by an LSD radix sort that skips bytes in which
/// all rows agree, small ones by comparison; rows equal in these 8 bytes are then sorted by the next 8.
/// </remarks>
internal sealed unsafe class RowSorter : IDisposable
{
    private const int RadixRowsMin = 256;

    private Item* _items;
    private Item* _scratch;
    private int _capacity;

    /// <summary>The distinct rows in order with their weights added up; null when nothing is left.</summary>
    /// <param name="weights">One per row; null: all 1.</param>
    public SortedBatch? Sort(PackedRows rows, long* weights)
    {
        int count = rows.Count;
        Order(rows);
        var builder = new SortedBatch.Builder(rows.Stride, count, rows.ByteCount);
        for (int i = 0; i < count;)
        {
            int row = NextDistinct(rows, weights, ref i, out long weight);
            if (weight != 0)
            {
                builder.Append(rows.Row(row), rows.Length(row), weight);
            }
        }

        return builder.Finish();
    }

    /// <summary>Which of the rows that were put in order last is at a position.</summary>
    public int RowAt(int position) => _items[position].Index;

    /// <summary>Of the rows that were put in order last, the one at a position, with the weights of all that equal it added up.</summary>
    /// <param name="weights">One per row; null: all 1.</param>
    /// <param name="position">Moved on to the next row that differs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextDistinct(PackedRows rows, long* weights, ref int position, out long weight)
    {
        int first = _items[position].Index;
        byte* row = rows.Row(first);
        int length = rows.Length(first);
        weight = weights is null ? 1 : weights[first];
        for (position++; position < rows.Count; position++)
        {
            int next = _items[position].Index;
            if (RowCodec.Compare(row, length, rows.Row(next), rows.Length(next)) != 0)
            {
                break;
            }

            weight = checked(weight + (weights is null ? 1 : weights[next]));
        }

        return first;
    }

    /// <summary>Gives back what an unusually large batch needed.</summary>
    public void Trim()
    {
        if ((long)_capacity * sizeof(Item) > PackedRows.KeptBytesMax)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_items);
        NativeMemory.Free(_scratch);
        _items = null;
        _scratch = null;
        _capacity = 0;
    }

    /// <summary>Finds the order of the rows; <see cref="RowAt"/> then tells it.</summary>
    public void Order(PackedRows rows)
    {
        int count = rows.Count;
        if (count > _capacity)
        {
            _capacity = Math.Max(count, 64);
            _items = (Item*)NativeMemory.Realloc(_items, (nuint)_capacity * (nuint)sizeof(Item));
            _scratch = (Item*)NativeMemory.Realloc(_scratch, (nuint)_capacity * (nuint)sizeof(Item));
        }

        for (int i = 0; i < count; i++)
        {
            _items[i].Index = i;
        }

        SortRange(rows, 0, count, 0);
    }

    private void SortRange(PackedRows rows, int start, int end, int offset)
    {
        while (true)
        {
            bool hasMore = false;
            for (int i = start; i < end; i++)
            {
                int index = _items[i].Index;
                int length = rows.Length(index);
                _items[i].Key = offset < length ? BinaryPrimitives.ReverseEndianness(*(ulong*)(rows.Row(index) + offset)) : 0;
                hasMore |= offset + 8 < length;
            }

            SortByKey(start, end);
            offset += 8;
            if (!hasMore)
            {
                return;
            }

            int tieStart = start;
            for (int i = start + 1; i <= end; i++)
            {
                if (i == end || _items[i].Key != _items[tieStart].Key)
                {
                    if (i - tieStart > 1)
                    {
                        if (tieStart == start && i == end)
                        {
                            break;
                        }

                        SortRange(rows, tieStart, i, offset);
                    }

                    tieStart = i;
                }
            }

            // All rows agree so far: go on in this frame, so that long common prefixes do not nest.
            if (tieStart != start || end - start <= 1)
            {
                return;
            }
        }
    }

    private void SortByKey(int start, int end)
    {
        int count = end - start;
        if (count < RadixRowsMin)
        {
            if (count <= 24)
            {
                InsertionSort(start, end);
            }
            else
            {
                new Span<Item>(_items + start, count).Sort(static (left, right) => left.Key.CompareTo(right.Key));
            }

            return;
        }

        RadixSort(_items + start, _scratch, count);
    }

    private void InsertionSort(int start, int end)
    {
        for (int i = start + 1; i < end; i++)
        {
            Item item = _items[i];
            int j = i - 1;
            while (j >= start && _items[j].Key > item.Key)
            {
                _items[j + 1] = _items[j];
                j--;
            }

            _items[j + 1] = item;
        }
    }

    private static void RadixSort(Item* items, Item* scratch, int count)
    {
        int* histograms = stackalloc int[8 * 256];
        new Span<int>(histograms, 8 * 256).Clear();
        for (int i = 0; i < count; i++)
        {
            ulong key = items[i].Key;
            for (int digit = 0; digit < 8; digit++)
            {
                histograms[(digit << 8) + (int)((key >> (digit * 8)) & 0xFF)]++;
            }
        }

        Item* source = items;
        Item* target = scratch;
        for (int digit = 0; digit < 8; digit++)
        {
            int* histogram = histograms + (digit << 8);
            if (histogram[(int)((source[0].Key >> (digit * 8)) & 0xFF)] == count)
            {
                continue;
            }

            int sum = 0;
            for (int bucket = 0; bucket < 256; bucket++)
            {
                int next = sum + histogram[bucket];
                histogram[bucket] = sum;
                sum = next;
            }

            for (int i = 0; i < count; i++)
            {
                Item item = source[i];
                target[histogram[(int)((item.Key >> (digit * 8)) & 0xFF)]++] = item;
            }

            Item* swap = source;
            source = target;
            target = swap;
        }

        if (source != items)
        {
            Buffer.MemoryCopy(source, items, (long)count * sizeof(Item), (long)count * sizeof(Item));
        }
    }

    private struct Item
    {
        public ulong Key;
        public int Index;
    }
}
