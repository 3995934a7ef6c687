using System.Buffers.Binary;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Keyed;

/// <summary>The packed table against a dictionary: words of all lengths, growth, splits, replacement, removal, and checkpoints.</summary>
public sealed unsafe class PackedTableTests
{
    [Theory]
    [InlineData(1, 2, 300)]
    [InlineData(1, 3, 30_000)]
    [InlineData(1, 4, 200_000)]
    [InlineData(3, 9, 20_000)]
    [InlineData(2, 16, 20_000)]
    [InlineData(15, 16, 5_000)]
    public void Behaves_like_a_dictionary(int keyWords, int words, int keyCount)
    {
        var random = new Random((keyCount * 100) + words);
        var expected = new Dictionary<int, long[]>();
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        using var table = new PackedTable(arena, keyWords * 8, 0, words * 8);
        const int count = 2000;
        long[] memory = new long[count * words];
        nint[] slots = new nint[count];
        ulong[] hashes = new ulong[count];
        fixed (long* start = memory)
        fixed (nint* slot = slots)
        fixed (ulong* hash = hashes)
        {
            for (int round = 0; round < 60; round++)
            {
                space.IsPartlyOut = round % 2 == 1;
                for (int i = 0; i < count; i++)
                {
                    int number = random.Next(keyCount);
                    slot[i] = (nint)(start + (i * words));
                    long[] content = SlotOf(random, number, keyWords, words);
                    expected[number] = content;
                    content.CopyTo(memory, i * words);
                    hash[i] = RowCodec.Hash((byte*)slot[i] + 8, keyWords * 8);
                }

                table.Put((byte**)slot, hash, count);
                ArenaChecks.Confirm(arena);
                for (int i = 0; i < count && round % 3 == 1; i++)
                {
                    int number = random.Next(keyCount);
                    SlotOf(random, number, keyWords, words).CopyTo(memory, 0);
                    table.Remove((byte*)start + 8, RowCodec.Hash((byte*)start + 8, keyWords * 8));
                    expected.Remove(number);
                }

                ArenaChecks.Confirm(arena);
                Assert.Equal(expected.Count, table.Count);
                int[] numbers = [.. Enumerable.Range(0, count).Select(_ => random.Next(keyCount * 2))];
                for (int i = 0; i < count; i++)
                {
                    long[] asked = new long[words];
                    SlotOf(random, numbers[i], keyWords, words).AsSpan(0, keyWords + 1).CopyTo(asked);
                    asked[0] = i % 5 == 0 ? 3 : 1;
                    asked.CopyTo(memory, i * words);
                    hash[i] = RowCodec.Hash((byte*)slot[i] + 8, keyWords * 8);
                }

                table.Restore((byte**)slot, hash, count, 1);
                for (int i = 0; i < count; i++)
                {
                    var actual = new ReadOnlySpan<long>(memory, i * words, words);
                    if (i % 5 != 0 && expected.TryGetValue(numbers[i], out long[]? found))
                    {
                        Assert.True(actual.SequenceEqual(found));
                    }
                    else
                    {
                        Assert.Equal(i % 5 == 0 ? 3 : 1, actual[0]);
                        Assert.False(actual[(keyWords + 1)..].ContainsAnyExcept(0));
                    }
                }
            }

            foreach (int number in expected.Keys)
            {
                SlotOf(random, number, keyWords, words).CopyTo(memory, 0);
                table.Remove((byte*)start + 8, RowCodec.Hash((byte*)start + 8, keyWords * 8));
            }
        }

        Assert.Equal(0, table.Count);
        Assert.Equal(0, table.Bytes);
        Assert.Equal(0, arena.Bytes);
    }

    /// <summary>Keys as columns of NOT NULL and of nullable bigint are packed.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 7)]
    public void Counts_and_sums_take_few_bytes_a_key(int keyWords, int paddingBytes)
    {
        using StateSpace space = StateSpace.Reserve();
        using StateArena arena = space.CreateArena();
        using var table = new PackedTable(arena, keyWords * 8, paddingBytes, (keyWords + 3) * 8);
        long* slot = stackalloc long[5];
        const int keys = 2_000_000;
        int most = 0;
        for (int i = 0; i < keys; i++)
        {
            long key = BinaryPrimitives.ReverseEndianness(i ^ long.MinValue);
            slot[0] = 5;
            if (paddingBytes == 0)
            {
                slot[1] = key;
            }
            else
            {
                slot[1] = (key << 8) | 1;
                slot[2] = key >>> 56;
            }

            slot[keyWords + 1] = i % 1000;
            slot[keyWords + 2] = 0;
            ulong hash = RowCodec.Hash((byte*)&slot[1], keyWords * 8);
            table.Put((byte**)&slot, &hash, 1);
            if (i > 1_000_000)
            {
                most = Math.Max(most, (int)(table.Bytes * 10 / (i + 1)));
            }
        }

        // An entry has 8 bytes, or 9 with a key of two words; memory comes by the megabyte.
        Assert.InRange(most, 80, keyWords == 1 ? 105 : 115);
    }

    [Fact]
    public void Keys_whose_hashes_hardly_differ_stay_in_one_bucket()
    {
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        using var table = new PackedTable(arena, 8, 0, 16);
        long* slot = stackalloc long[2];
        const int keys = 20_000;
        for (int i = 0; i < keys; i++)
        {
            long key = KeyOf((ulong)i);
            (slot[0], slot[1]) = ((i << 2) | 5, key);
            ulong hash = RowCodec.Hash((byte*)&key, 8);
            Assert.Equal((ulong)i, hash);
            table.Put((byte**)&slot, &hash, 1);
        }

        for (int i = 0; i < keys; i += 100)
        {
            (slot[0], slot[1]) = (1, KeyOf((ulong)i));
            ulong hash = (ulong)i;
            table.Restore((byte**)&slot, &hash, 1, 1);
            Assert.Equal((i << 2) | 5, slot[0]);
        }

        ArenaChecks.Confirm(arena);
        Assert.True(table.Bytes < 4 << 20);
    }

    [Fact]
    public void Goes_on_from_its_roots_and_the_pages_of_the_arena()
    {
        var random = new Random(11);
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        var table = new PackedTable(arena, 8, 0, 32);
        PutAll(table, random, 0, 50_000);
        using var roots = new MemoryStream();
        using (var output = new BinaryWriter(roots, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            table.Write(output);
        }

        // The pages are where they were: another table goes on with them, and the first is forgotten.
        roots.Position = 0;
        using var restored = new PackedTable(arena, 8, 0, 32);
        using (var input = new BinaryReader(roots))
        {
            restored.Read(input);
        }

        Assert.Equal(table.Count, restored.Count);
        Assert.Equal(table.Bytes, restored.Bytes);

        // What the first held is the other's now.
        NativeHeap.CountTotal(-table.Bytes);
        PutAll(restored, random, 50_000, 80_000);
        Assert.Equal(80_000, restored.Count);
        long* slot = stackalloc long[4];
        for (long key = 0; key < 80_000; key++)
        {
            (slot[0], slot[1], slot[2], slot[3]) = (1, key, 0, 0);
            ulong hash = RowCodec.Hash((byte*)&slot[1], 8);
            restored.Restore((byte**)&slot, &hash, 1, 1);
            Assert.Equal((5, -key), (slot[0], slot[2]));
        }

    }

    /// <summary>The key with a hash, of <see cref="RowCodec.Hash(byte*, int)"/> turned round.</summary>
    private static long KeyOf(ulong hash)
    {
        hash = (hash ^ (hash >> 29) ^ (hash >> 58)) * Inverse(0xC4CE_B9FE_1A85_EC53);
        return (long)(((hash ^ (hash >> 32)) * Inverse(0xFF51_AFD7_ED55_8CCD)) ^ 0x9E37_79B9_7F4A_7C15);
    }

    private static ulong Inverse(ulong odd)
    {
        ulong inverse = odd;
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (odd * inverse);
        }

        return inverse;
    }

    private static void PutAll(PackedTable table, Random random, long first, long end)
    {
        long* slot = stackalloc long[4];
        for (long key = first; key < end; key++)
        {
            (slot[0], slot[1], slot[2], slot[3]) = (5, key, -key, random.NextInt64());
            ulong hash = RowCodec.Hash((byte*)&slot[1], 8);
            table.Put((byte**)&slot, &hash, 1);
        }
    }

    /// <summary>A header that is not 1, a key that only the number says, and words of all lengths.</summary>
    private static long[] SlotOf(Random random, int number, int keyWords, int words)
    {
        var key = new Random(number);
        long[] slot = new long[words];
        slot[0] = ((long)random.Next(1, 1 << random.Next(1, 30)) << 2) | 1;
        for (int i = 1; i < words; i++)
        {
            Random source = i <= keyWords ? key : random;
            slot[i] = (source.NextInt64(long.MinValue, long.MaxValue) >> source.Next(64)) * source.Next(2);
        }

        // The number alone, or in the low bits.
        slot[1] = number % 2 == 0 ? number : (slot[1] << 20) + number;
        return slot;
    }
}
