using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Exchange;
using Xunit;

namespace StreamDb.Tests.Dataflow.Exchange;

public sealed unsafe class PartitionHasherTests
{
    [Fact]
    public void Equal_values_have_one_owner_however_they_look()
    {
        Assert.Equal(Hash(PhysicalType.Numeric, (Numeric)1.0m), Hash(PhysicalType.Numeric, (Numeric)1.00m));
        Assert.Equal(Hash(PhysicalType.Float64, 0.0), Hash(PhysicalType.Float64, -0.0));
        Assert.Equal(Hash(PhysicalType.Interval, new Interval(1, 0, 0)), Hash(PhysicalType.Interval, new Interval(0, 30, 0)));
    }

    [Fact]
    public void A_NULL_has_the_same_owner_whatever_lies_beneath_it()
    {
        foreach (PhysicalType type in Enum.GetValues<PhysicalType>())
        {
            using var builder = new ColumnBuilder(type);
            builder.AppendNull();
            Column clean = builder.Finish();
            if (type != PhysicalType.Bytes)
            {
                builder.Reserve(1);
                new Span<byte>(builder.Values, type.Width()).Fill(1);
                builder.Advance(1);
                builder.SetNull(0);
            }
            else
            {
                builder.AppendBytes([1, 2, 3]);
                builder.SetNull(0);
            }

            Assert.Equal(Hash(clean), Hash(builder.Finish()));
        }
    }

    [Fact]
    public void Owners_are_spread_evenly()
    {
        const int Rows = 30_000;
        const int Workers = 3;
        foreach (PhysicalType type in new[] { PhysicalType.Int32, PhysicalType.Int64, PhysicalType.Bytes, PhysicalType.Numeric })
        {
            ColumnBatch rows = ColumnBatch.FromRows([type], Enumerable.Range(0, Rows).Select(i => ImmutableArray.Create(type switch
            {
                PhysicalType.Int32 => new Datum(i),
                PhysicalType.Int64 => new Datum((long)i * 1000),
                PhysicalType.Numeric => new Datum((Numeric)(i / 100m)),
                _ => new Datum(System.Text.Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture))),
            })).ToList());
            using var hasher = new PartitionHasher([new ColumnShape(type, IsNullable: false)], [0]);
            ulong* hashes = hasher.Hash(rows);
            int[] counts = new int[Workers];
            for (int i = 0; i < Rows; i++)
            {
                counts[PartitionHasher.WorkerOf(hashes[i], Workers)]++;
            }

            Assert.All(counts, count => Assert.InRange(count, Rows / Workers * 95 / 100, Rows / Workers * 105 / 100));
            rows.Release();
        }
    }

    /// <summary>Sixteen keys that follow each other, from each of many places on: chance gives the busier of two workers 9.6 on average.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    [InlineData(3_600_000_000)]
    [InlineData(1L << 32)]
    public void Keys_in_equal_steps_fall_on_workers_more_evenly_than_by_chance(long step)
    {
        const int Keys = 16;
        const int Places = 200;
        ColumnBatch rows = ColumnBatch.FromRows([PhysicalType.Int64], Enumerable.Range(0, Keys * Places).Select(i => ImmutableArray.Create(new Datum(i * step))).ToList());
        using var hasher = new PartitionHasher([new ColumnShape(PhysicalType.Int64, IsNullable: false)], [0]);
        ulong* hashes = hasher.Hash(rows);
        int busier = 0;
        for (int place = 0; place < Places; place++)
        {
            int first = Enumerable.Range(place * Keys, Keys).Count(i => PartitionHasher.WorkerOf(hashes[i], 2) == 0);
            busier += Math.Max(first, Keys - first);
        }

        Assert.InRange((double)busier / Places, 8, 9.2);
        rows.Release();
    }

    [Fact]
    public void Without_columns_the_first_worker_owns_all()
    {
        using var hasher = new PartitionHasher([], []);
        Assert.Equal(0, PartitionHasher.WorkerOf(hasher.Hash(new ColumnBatch([], 1))[0], 4));
    }

    [Fact]
    public void Each_worker_picks_the_rows_that_a_loop_over_single_rows_picks()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(1, 200);
            int start = random.Next(count);
            int workers = random.Next(1, 6);
            long[] values = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? random.Next(10) : random.NextInt64())];
            using var builder = new ColumnBuilder(PhysicalType.Int64, count);
            Array.ForEach(values, value => builder.Append(value));
            var rows = new ColumnBatch([builder.Finish()], count);
            using var hasher = new PartitionHasher([new ColumnShape(PhysicalType.Int64, IsNullable: false)], [0]);
            ulong* hashes = hasher.Hash(rows, start, count - start);
            var owners = new int[count - start];
            for (int i = 0; i < owners.Length; i++)
            {
                ulong hash = (ulong)values[start + i] * 0x4593_246E_DD2A_0C63;
                Assert.Equal(hash, hashes[i]);
                owners[i] = PartitionHasher.WorkerOf(hash, workers);
            }

            var owned = new int[count - start];
            for (int worker = 0; worker < workers; worker++)
            {
                fixed (int* target = owned)
                {
                    int own = PartitionHasher.Select(hashes, count - start, start, worker, workers, target);
                    Assert.Equal(Enumerable.Range(start, owners.Length).Where(row => owners[row - start] == worker), owned[..own]);
                }
            }

            rows.Release();
        }
    }

    private static ulong Hash(PhysicalType type, object value) => Hash(ColumnBatch.FromRows([type], [[new Datum(value)]])[0]);

    private static ulong Hash(Column column)
    {
        using var hasher = new PartitionHasher([new ColumnShape(column.Type, IsNullable: true)], [0]);
        return hasher.Hash(new ColumnBatch([column], 1))[0];
    }
}
