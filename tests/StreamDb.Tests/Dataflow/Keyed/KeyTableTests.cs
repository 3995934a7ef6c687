using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Keyed;

/// <summary>The table against a dictionary: random batches of additions and removals, fixed and variable keys, through many segments.</summary>
public sealed unsafe class KeyTableTests
{
    [Theory]
    [InlineData(8, 300)]
    [InlineData(8, 200_000)]
    [InlineData(24, 5_000)]
    [InlineData(0, 300)]
    [InlineData(0, 20_000)]
    public void Behaves_like_a_dictionary(int stride, int keyCount)
    {
        var random = new Random(keyCount + stride);
        var expected = new Dictionary<int, long>();
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        using var table = new KeyTable(arena, stride, 8);
        using var keys = new PackedRows(stride);
        const int BatchRows = 4000;
        ulong[] hashes = new ulong[BatchRows];
        nint[] slots = new nint[BatchRows];
        nint[] part = new nint[BatchRows];
        int[] numbers = new int[BatchRows];
        for (int round = 0; round < 40; round++)
        {
            // With fetching ahead a batch is looked up in parts.
            space.IsPartlyOut = round % 2 == 1;
            keys.Clear();
            for (int i = 0; i < BatchRows; i++)
            {
                numbers[i] = random.Next(keyCount);
                Append(keys, stride, numbers[i]);
            }

            fixed (ulong* hash = hashes)
            fixed (nint* slot = slots, partly = part)
            {
                KeyTable.Hash(keys, hash);
                table.FindOrAdd(keys, hash, (byte**)slot, 1);
                for (int i = 0; i < BatchRows; i++)
                {
                    *(long*)((byte*)slot[i] + table.RecordOffset) += i;
                    expected[numbers[i]] = expected.GetValueOrDefault(numbers[i]) + i;
                }

                // What removing moves is announced by itself, not by the additions before.
                ArenaChecks.Confirm(arena);
                for (int i = 0; i < BatchRows && round % 3 == 1; i += 2)
                {
                    table.RemoveIf(keys.Row(i), keys.Length(i), hash[i], 1);
                    expected.Remove(numbers[i]);
                }

                ArenaChecks.Confirm(arena);

                keys.Clear();
                for (int i = 0; i < BatchRows; i++)
                {
                    numbers[i] = random.Next(keyCount * 2);
                    Append(keys, stride, numbers[i]);
                }

                KeyTable.Hash(keys, hash);
                table.Find(keys, hash, (byte**)slot);
                for (int i = 0; i < BatchRows; i++)
                {
                    Assert.Equal(expected.ContainsKey(numbers[i]), slot[i] != 0);
                    if (slot[i] != 0)
                    {
                        Assert.Equal(expected[numbers[i]], *(long*)((byte*)slot[i] + table.RecordOffset));
                    }
                }

                table.Find(keys, hash, 700, 1500, (byte**)partly);
                Assert.Equal(slots.AsSpan(700, 1500), part.AsSpan(0, 1500));
            }

            Assert.Equal(expected.Count, table.Count);
        }
    }

    private static void Append(PackedRows keys, int stride, int number)
    {
        int length = stride != 0 ? stride : 8 + ((number % 4) * 8);
        byte* key = keys.Append(length);
        new Span<byte>(key, length).Fill((byte)(number % 3));
        *(int*)key = number;
    }
}
