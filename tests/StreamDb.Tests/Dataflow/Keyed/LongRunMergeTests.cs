using System.Buffers.Binary;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Keyed;

/// <summary>Rows that are merged into runs many at a time, against rows that are added one at a time.</summary>
public sealed unsafe class LongRunMergeTests
{
    private const int RunCountMax = 64;
    private const int BatchRowsMax = 1_500;

    [Theory]
    [InlineData(4, 8, 30_000, 1, 0)]
    [InlineData(4, 8, 3_000, 3, 0)]
    [InlineData(4, 8, 100_000, 1, 1)]
    [InlineData(4, 24, 5_000, 2, 0)]
    [InlineData(4, 24, 50_000, 1, 1)]
    [InlineData(4, 480, 1_000, 2, 0)]
    [InlineData(64, 8, 100, 2, 0)]
    [InlineData(64, 16, 30_000, 1, 0)]
    [InlineData(64, 480, 300, 2, 1)]
    public void Merged_runs_equal_runs_of_single_rows(int runCount, int stride, int valueCount, int weightMax, int ascends)
    {
        var random = new Random(stride + valueCount + weightMax + ascends);
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        using var single = new Runs(arena, stride);
        using var many = new Runs(arena, stride);
        using var merge = new LongRunMerge(many);
        using var rows = new PackedRows(stride);
        ulong* singleWords = stackalloc ulong[RunCountMax];
        ulong* manyWords = stackalloc ulong[RunCountMax];
        new Span<ulong>(singleWords, RunCountMax).Clear();
        new Span<ulong>(manyWords, RunCountMax).Clear();
        ulong** words = stackalloc ulong*[BatchRowsMax];
        var changes = new List<(int Which, int Value, long Weight)>();
        var present = new List<(int Which, int Value, long Weight)>();
        int merged = 0;
        for (int batch = 0; batch < 120; batch++)
        {
            // Grows for a while, then shrinks to nothing, then grows again.
            bool shrinks = batch / 40 == 1;
            int size = random.Next(1, BatchRowsMax);
            changes.Clear();
            for (int i = 0; i < size; i++)
            {
                int which = random.Next(3) == 0 ? random.Next(runCount) : 0;
                int value = ascends != 0 ? (batch * valueCount / 120) + random.Next(valueCount / 60) : random.Next(valueCount);
                long weight = random.Next(1, weightMax + 1);
                if (present.Count > 0 && random.Next(10) < (shrinks ? 9 : 2))
                {
                    int taken = random.Next(present.Count);
                    (which, value, weight) = present[taken];
                    weight = -weight;
                    present[taken] = present[^1];
                    present.RemoveAt(present.Count - 1);
                }
                else
                {
                    present.Add((which, value, weight));
                }

                words[i] = manyWords + which;
                changes.Add((which, value, weight));
            }

            merge.Begin(words, size);
            foreach ((int which, int value, long weight) in changes)
            {
                rows.Clear();
                byte* row = rows.Append(stride);
                new Span<byte>(row, stride).Clear();
                BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(row, 8), (ulong)(value / 2));
                row[stride - 1] |= (byte)(value & 1);
                single.Add(ref singleWords[which], row, stride, weight);
                if (merge.Takes(manyWords + which))
                {
                    merge.Add(manyWords + which, row, weight);
                    merged++;
                }
                else
                {
                    many.Add(ref manyWords[which], row, stride, weight);
                }
            }

            merge.Flush();
            Assert.Equal(single.Count, many.Count);
            for (int which = 0; which < runCount; which++)
            {
                Assert.Equal(Rows(single, singleWords[which]), Rows(many, manyWords[which]));
            }

            ArenaChecks.Confirm(arena);
        }

        Assert.True(merged > 1_000);
        for (int which = 0; which < runCount; which++)
        {
            many.Free(ref manyWords[which]);
        }

        Assert.Equal(0, many.Count);
    }

    private static List<(string Row, long Weight)> Rows(Runs runs, ulong word)
    {
        var rows = new List<(string, long)>();
        var cursor = new RunCursor(runs, word);
        while (cursor.NextBlock(out byte* entries, out long* weights, out int count))
        {
            Assert.True(count > 0);
            for (int i = 0; i < count; i++)
            {
                var row = new ReadOnlySpan<byte>(entries + ((long)i * runs.Layout.EntryBytes), runs.Layout.EntryBytes);
                rows.Add((Convert.ToHexString(row), weights is null ? 1 : weights[i]));
            }
        }

        return rows;
    }
}
