using System.Buffers.Binary;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Traces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Traces;

/// <summary>A spine against a sorted dictionary; versions taken on the way stay as they were.</summary>
public sealed unsafe class SpineTests
{
    [Theory]
    [InlineData(16, 50, 300)]
    [InlineData(16, 3_000, 40)]
    [InlineData(0, 20, 400)]
    [InlineData(0, 2_000, 40)]
    public void Equals_the_sum_of_its_deltas_at_every_version(int stride, int batchRows, int batches)
    {
        var random = new Random(stride + batchRows);
        using var spine = new Spine();
        using var sorter = new RowSorter();
        using var rows = new PackedRows(stride);
        var model = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var versions = new List<(SpineVersion Version, List<(string, long)> Expected)>();
        long[] weights = new long[batchRows];
        for (int batch = 0; batch < batches; batch++)
        {
            rows.Clear();
            for (int i = 0; i < batchRows; i++)
            {
                string text = Append(rows, stride, random.Next(batchRows * 4), random.Next(3));
                weights[i] = random.Next(3) == 0 ? -1 : 1;
                long sum = model.GetValueOrDefault(text) + weights[i];
                model[text] = sum;
                if (sum == 0)
                {
                    model.Remove(text);
                }
            }

            fixed (long* pointer = weights)
            {
                if (sorter.Sort(rows, pointer) is { } sorted)
                {
                    spine.Append(sorted);
                }
            }

            if (batch % 37 == 0 || batch == batches - 1)
            {
                versions.Add((spine.Version(), model.Select(pair => (pair.Key, pair.Value)).ToList()));
            }
        }

        foreach ((SpineVersion version, List<(string, long)> expected) in versions)
        {
            Assert.Equal(expected, Read(version, descending: false));
            List<(string, long)> backwards = Read(version, descending: true);
            backwards.Reverse();
            Assert.Equal(expected, backwards);
            Assert.Equal(expected.Sum(row => row.Item2), version.WeightSum);
            Assert.True(version.Batches.Length < 40);
            version.Release();
        }
    }

    private static List<(string, long)> Read(SpineVersion version, bool descending)
    {
        var result = new List<(string, long)>();
        var cursor = new MergeCursor(version.Batches, Array.ConvertAll(version.Batches, batch => (0, batch.Count)), descending);
        byte*[] rows = new byte*[100];
        long[] weights = new long[100];
        fixed (byte** row = rows)
        fixed (long* weight = weights)
        {
            while (cursor.Read(row, weight, 100) is > 0 and int count)
            {
                for (int i = 0; i < count; i++)
                {
                    result.Add((Convert.ToHexString(new ReadOnlySpan<byte>(rows[i], 16)), weights[i]));
                }
            }
        }

        return result;
    }

    private static string Append(PackedRows rows, int stride, int first, int second)
    {
        int length = stride != 0 ? stride : 16 + ((first % 2) * 8);
        byte* row = rows.Append(length);
        new Span<byte>(row, length).Clear();
        BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(row, 8), (ulong)(first / 2));
        BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(row + 8, 8), (ulong)((second * 2) + (first % 2)));
        if (length > 16)
        {
            // Content beyond the key text below is a function of it, so equal texts are equal rows.
            row[16] = 1;
        }

        return Convert.ToHexString(new ReadOnlySpan<byte>(row, 16));
    }
}
