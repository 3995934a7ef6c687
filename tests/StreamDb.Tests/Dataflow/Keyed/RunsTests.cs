using System.Buffers.Binary;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Keyed;

/// <summary>Runs against a sorted dictionary: short, long, weighted, of fixed and variable rows; freed memory is used again.</summary>
public sealed unsafe class RunsTests
{
    [Theory]
    [InlineData(8, 10, 3)]
    [InlineData(8, 20_000, 1)]
    [InlineData(8, 20_000, 3)]
    [InlineData(24, 3_000, 2)]
    [InlineData(640, 300, 2)]
    [InlineData(0, 12, 2)]
    [InlineData(0, 5_000, 2)]
    public void Behave_like_sorted_dictionaries(int stride, int valueCount, int weightMax)
    {
        var random = new Random(stride + valueCount + weightMax);
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        using var runs = new Runs(arena, stride);
        using var rows = new PackedRows(stride);
        ulong[] words = new ulong[3];
        var expected = new SortedDictionary<int, long>[] { [], [], [] };
        for (int step = 0; step < 60_000; step++)
        {
            int which = random.Next(3);
            int value = random.Next(valueCount);
            long weight = random.Next(1, weightMax + 1);
            if (expected[which].TryGetValue(value, out long known) && random.Next(20_000) < step)
            {
                weight = -known;
            }

            rows.Clear();
            Append(rows, stride, value);
            long result = runs.Add(ref words[which], rows.Row(0), rows.Length(0), weight);
            long sum = known + weight;
            Assert.Equal(sum, result);
            if (sum == 0)
            {
                expected[which].Remove(value);
            }
            else
            {
                expected[which][value] = sum;
            }

            Assert.Equal(sum, runs.Weight(words[which], rows.Row(0), rows.Length(0)));
            if (step % 500 == 0)
            {
                ArenaChecks.Confirm(arena);
            }

            if (step % 5_000 == 0)
            {
                Compare(runs, words[which], expected[which]);
            }
        }

        for (int which = 0; which < 3; which++)
        {
            Compare(runs, words[which], expected[which]);
            runs.Free(ref words[which]);
        }

        Assert.Equal(0, runs.Count);
    }

    private static void Compare(Runs runs, ulong word, SortedDictionary<int, long> expected)
    {
        var actual = new List<(int, long)>();
        var cursor = new RunCursor(runs, word);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                byte* row = runs.Layout.Row(entries + ((long)i * runs.Layout.EntryBytes));
                actual.Add((Value(row), weights is null ? 1 : weights[i]));
            }
        }

        Assert.Equal(expected.Select(pair => (pair.Key, pair.Value)), actual);
        if (expected.Count > 0)
        {
            Assert.Equal(expected.First().Key, Value(runs.Layout.Row(runs.First(word))));
            Assert.Equal(expected.Last().Key, Value(runs.Layout.Row(runs.Last(word))));
        }
        else
        {
            Assert.True(runs.First(word) is null);
        }
    }

    private static int Value(byte* row) => (int)BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(row, 8));

    private static void Append(PackedRows rows, int stride, int value)
    {
        int length = stride != 0 ? stride : 16 + ((value % 3) * 8);
        byte* row = rows.Append(length);
        new Span<byte>(row, length).Clear();
        BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(row, 8), (ulong)value);
    }
}
