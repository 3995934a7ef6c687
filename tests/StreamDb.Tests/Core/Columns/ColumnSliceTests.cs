using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Columns;

public sealed class ColumnSliceTests
{
    [Theory]
    [InlineData(0, 200)]
    [InlineData(64, 1)]
    [InlineData(128, 72)]
    [InlineData(63, 100)]
    [InlineData(65, 0)]
    public void A_slice_has_the_rows_of_its_range(int start, int count)
    {
        PhysicalType[] types = [PhysicalType.Int64, PhysicalType.Int16, PhysicalType.Bytes];
        ColumnBatch rows = ColumnBatch.FromRows(types, Enumerable.Range(0, 200).Select(Row).ToList());
        for (int column = 0; column < types.Length; column++)
        {
            Column slice = rows[column].Slice(start, count);
            Assert.Equal(count, slice.Count);
            for (int row = 0; row < count; row++)
            {
                Assert.Equal(Datum.From(rows[column], start + row), Datum.From(slice, row));
            }

            slice.Release();
        }

        rows.Release();
    }

    [Fact]
    public void A_slice_keeps_the_memory_it_shares()
    {
        using var builder = new ColumnBuilder(PhysicalType.Int64);
        for (long i = 0; i < 100_000; i++)
        {
            builder.Append(i);
        }

        Column whole = builder.Finish();
        Column slice = whole.Slice(64_000, 1000);
        Column inner = slice.Slice(64, 10);
        whole.Release();
        slice.Release();

        // Were the memory back in the pool, this would get it.
        using var other = new ColumnBuilder(PhysicalType.Int64, 100_000);
        for (long i = 0; i < 100_000; i++)
        {
            other.Append(-1L);
        }

        Assert.Equal(64_064, inner.Get<long>(0));
        Assert.Equal(80, inner.Bytes);
        inner.Release();
    }

    private static ImmutableArray<Datum> Row(int i) =>
        i % 7 == 0
            ? [Datum.Null, Datum.Null, Datum.Null]
            : [new Datum((long)i), new Datum((short)i), new Datum(System.Text.Encoding.UTF8.GetBytes($"row {i}"))];
}
