using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Tests.Dataflow;
using Xunit;

namespace StreamDb.Tests.Core.Rows;

public sealed unsafe class RowCodecTests
{
    private static readonly PhysicalType[] _types = Enum.GetValues<PhysicalType>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Byte_order_is_value_order_for_random_rows_of_all_types(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            PhysicalType[] types = Enumerable.Range(0, random.Next(1, 4)).Select(_ => _types[random.Next(_types.Length)]).ToArray();
            SortKey[] keys = types.Select((_, i) => new SortKey(i, random.Next(2) == 0, random.Next(2) == 0)).ToArray();
            var codec = new RowCodec(types.Select((type, i) =>
                new RowCodecField(i, type, true, false, keys[i].Descending, keys[i].NullsFirst)).ToArray());
            List<ImmutableArray<Datum>> rows = Enumerable.Range(0, 40).Select(_ => RandomRow(random, types)).ToList();
            using PackedRows packed = Pack(codec, types, rows);
            for (int i = 0; i < rows.Count; i++)
            {
                for (int j = 0; j < rows.Count; j++)
                {
                    int expected = Math.Sign(Multiset.Compare(rows[i], rows[j], keys));
                    int actual = Math.Sign(RowCodec.Compare(packed.Row(i), packed.Length(i), packed.Row(j), packed.Length(j)));
                    Assert.True(expected == actual, $"seed {seed} round {round}: {Multiset.Text(rows[i])} and {Multiset.Text(rows[j])}");
                    if (expected == 0)
                    {
                        Assert.Equal(RowCodec.Hash(packed.Row(i), packed.Length(i)), RowCodec.Hash(packed.Row(j), packed.Length(j)));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Exact_fields_give_back_every_value(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            PhysicalType[] types = Enumerable.Range(0, random.Next(1, 5)).Select(_ => _types[random.Next(_types.Length)]).ToArray();
            var codec = new RowCodec(types.Select((type, i) =>
                new RowCodecField(i, type, true, true, random.Next(2) == 0, random.Next(2) == 0)).ToArray());
            List<ImmutableArray<Datum>> rows = Enumerable.Range(0, 30).Select(_ => RandomRow(random, types)).ToList();
            using PackedRows packed = Pack(codec, types, rows);
            var decoded = new ColumnBatch(codec.Decode(packed), rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                Assert.Equal(Multiset.Text(rows[i]), Multiset.Text(Multiset.RowOf(decoded, i)));
                int start = codec.PrefixLength(packed.Row(i), types.Length);
                Assert.InRange(packed.Length(i) - start, 0, 8);
            }

            decoded.Release();
        }
    }

    [Fact]
    public void Key_fields_make_values_that_compare_equal_the_same_bytes()
    {
        (PhysicalType Type, object Left, object Right)[] pairs =
        [
            (PhysicalType.Numeric, (Numeric)1.0m, (Numeric)1.000m),
            (PhysicalType.Numeric, (Numeric)0m, (Numeric)(-0.00m)),
            (PhysicalType.Numeric, (Numeric)(-12.50m), (Numeric)(-12.5m)),
            (PhysicalType.Interval, new Interval(1, 0, 0), new Interval(0, 30, 0)),
            (PhysicalType.Float64, 0.0, -0.0),
            (PhysicalType.Float64, double.NaN, BitConverter.Int64BitsToDouble(-1)),
            (PhysicalType.Float32, 0.0f, -0.0f),
        ];
        foreach ((PhysicalType type, object left, object right) in pairs)
        {
            Assert.True(SameBytes(type, left, right, isExact: false), $"{left} and {right}");
        }

        Assert.False(SameBytes(PhysicalType.Numeric, (Numeric)1.0m, (Numeric)1.00m, isExact: true));
        Assert.False(SameBytes(PhysicalType.Interval, new Interval(1, 0, 0), new Interval(0, 30, 0), isExact: true));
        Assert.False(SameBytes(PhysicalType.Float64, 0.0, -0.0, isExact: true));
    }

    [Fact]
    public void Numerics_at_the_limits_keep_their_order_and_value()
    {
        Numeric[] ascending =
        [
            Numeric.NegativeInfinity, decimal.MinValue, -1.1m, -1.09m, -0.0000000000000000000000000001m, 0m,
            0.0000000000000000000000000001m, 0.9999999999999999999999999999m, 1m, 79228162514264337593543950334m, decimal.MaxValue,
            Numeric.PositiveInfinity, Numeric.NaN,
        ];
        foreach (bool isExact in (bool[])[false, true])
        {
            var codec = new RowCodec([new RowCodecField(0, PhysicalType.Numeric, false, isExact)]);
            using PackedRows packed = Pack(codec, [PhysicalType.Numeric], ascending.Select(value => ImmutableArray.Create(new Datum(value))).ToList());
            var decoded = new ColumnBatch(codec.Decode(packed), ascending.Length);
            for (int i = 0; i < ascending.Length; i++)
            {
                Assert.Equal(new Datum(ascending[i]), decoded.GetDatum(0, i));
                if (i > 0)
                {
                    Assert.True(RowCodec.Compare(packed.Row(i - 1), 16, packed.Row(i), 16) < 0, $"{i}");
                }
            }
        }
    }

    private static bool SameBytes(PhysicalType type, object left, object right, bool isExact)
    {
        var codec = new RowCodec([new RowCodecField(0, type, false, isExact)]);
        using PackedRows packed = Pack(codec, [type], [[new Datum(left)], [new Datum(right)]]);
        return RowCodec.Compare(packed.Row(0), packed.Length(0), packed.Row(1), packed.Length(1)) == 0;
    }

    private static PackedRows Pack(RowCodec codec, PhysicalType[] types, IReadOnlyList<ImmutableArray<Datum>> rows)
    {
        ColumnBatch batch = ColumnBatch.FromRows(types, rows);
        var packed = new PackedRows(codec.Stride);
        codec.Encode(batch, packed);
        batch.Release();
        return packed;
    }

    private static ImmutableArray<Datum> RandomRow(Random random, PhysicalType[] types) => [.. types.Select(type => RandomDatum(random, type))];

    private static Datum RandomDatum(Random random, PhysicalType type)
    {
        if (random.Next(5) == 0)
        {
            return Datum.Null;
        }

        long number = random.Next(3) switch { 0 => random.Next(-2, 3), 1 => random.NextInt64(), _ => -random.NextInt64() };
        double real = random.Next(4) switch { 0 => random.Next(-2, 3), 1 => double.NaN, 2 => double.NegativeInfinity, _ => random.NextDouble() - 0.5 };
        return new Datum(type switch
        {
            PhysicalType.Bool => random.Next(2) == 0,
            PhysicalType.Int16 => (short)number,
            PhysicalType.Int32 => (int)number,
            PhysicalType.Int64 => number,
            PhysicalType.Float32 => PositiveNaNOrder((float)real),
            PhysicalType.Float64 => PositiveNaNOrder(real),
            PhysicalType.Numeric => RandomNumeric(random),
            PhysicalType.Interval => new Interval(random.Next(-2, 3), random.Next(-40, 41), number % 100_000_000_000),
            PhysicalType.Uuid => Uuid.From(new Guid(random.Next(3), (short)random.Next(3), 0, new byte[8])),
            _ => Enumerable.Range(0, random.Next(12)).Select(_ => (byte)(random.Next(3) == 0 ? 255 : random.Next(3))).ToArray(),
        });
    }

    /// <summary>.NET orders NaN first, SQL last: leave NaN to the test of its own.</summary>
    private static double PositiveNaNOrder(double value) => double.IsNaN(value) ? double.PositiveInfinity : value;

    private static float PositiveNaNOrder(float value) => float.IsNaN(value) ? float.PositiveInfinity : value;

    private static Numeric RandomNumeric(Random random) => random.Next(6) switch
    {
        0 => Numeric.NaN,
        1 => Numeric.NegativeInfinity,
        2 => new decimal(random.Next(-100, 100)) / 10,
        3 => new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)),
        _ => new decimal(random.Next(-20, 20)) * 1.00m,
    };
}
