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

    [Fact]
    public void Without_columns_the_first_worker_owns_all()
    {
        using var hasher = new PartitionHasher([], []);
        Assert.Equal(0, PartitionHasher.WorkerOf(hasher.Hash(new ColumnBatch([], 1))[0], 4));
    }

    private static ulong Hash(PhysicalType type, object value) => Hash(ColumnBatch.FromRows([type], [[new Datum(value)]])[0]);

    private static ulong Hash(Column column)
    {
        using var hasher = new PartitionHasher([new ColumnShape(column.Type, IsNullable: true)], [0]);
        return hasher.Hash(new ColumnBatch([column], 1))[0];
    }
}
