using System.Buffers;
using System.Collections.Immutable;
using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using Xunit;

namespace StreamDb.Tests.Coordinator.Epochs;

public class EpochRecordTests
{
    private static readonly PhysicalType[] _types = Enum.GetValues<PhysicalType>();

    [Theory]
    [InlineData(1, false)]
    [InlineData(65, true)]
    [InlineData(200, false)]
    public void Every_physical_type_comes_back_with_nulls_and_weights(int count, bool hasWeights)
    {
        DeltaBatch deltas = Deltas(new Random(count), count, hasWeights);
        byte[] payload = Write(12345, new DeltaEntry(new RelationId(77), deltas));

        (long now, IReadOnlyList<LogEntry> entries) = EpochRecord.Read(payload);

        Assert.Equal(12345, now);
        DeltaEntry entry = Assert.IsType<DeltaEntry>(Assert.Single(entries));
        Assert.Equal(new RelationId(77), entry.Relation);
        Assert.Equal(Rows(deltas), Rows(entry.Deltas));
        Assert.Equal(payload, Write(12345, entry));
    }

    [Fact]
    public void Statements_and_offsets_come_back()
    {
        byte[] payload = Write(
            -1,
            new DdlEntry("CREATE TABLE \"ä\" (x int)", ["public", "s"], "root", "Asia/Tokyo", 16384),
            new OffsetEntry(new RelationId(5), new byte[] { 1, 2, 3 }),
            new OffsetEntry(new RelationId(6), default));

        (long now, IReadOnlyList<LogEntry> entries) = EpochRecord.Read(payload);

        Assert.Equal(-1, now);
        DdlEntry ddl = Assert.IsType<DdlEntry>(entries[0]);
        Assert.Equal(("CREATE TABLE \"ä\" (x int)", "root", "Asia/Tokyo", 16384u), (ddl.Sql, ddl.User, ddl.TimeZone, ddl.FirstOid));
        Assert.Equal(["public", "s"], ddl.SearchPath);
        Assert.Equal(new byte[] { 1, 2, 3 }, Assert.IsType<OffsetEntry>(entries[1]).Offset.ToArray());
        Assert.True(Assert.IsType<OffsetEntry>(entries[2]).Offset.IsEmpty);
    }

    [Fact]
    public void A_payload_that_ends_early_is_damaged_unless_it_ends_between_entries()
    {
        LogEntry[] entries =
        [
            new DdlEntry("SELECT", ["public"], "root", "UTC", 1),
            new DeltaEntry(new RelationId(77), Deltas(new Random(1), 5, true)),
            new OffsetEntry(new RelationId(5), new byte[] { 1 }),
        ];
        byte[] payload = Write(0, entries);
        int[] whole = [.. Enumerable.Range(0, entries.Length + 1).Select(n => Write(0, entries[..n]).Length)];
        for (int length = 0; length < payload.Length; length++)
        {
            if (whole.Contains(length))
            {
                Assert.Equal(Array.IndexOf(whole, length), EpochRecord.Read(payload.AsSpan(0, length)).Entries.Count);
            }
            else
            {
                int cut = length;
                Assert.Equal("XX001", Assert.Throws<SqlException>(() => EpochRecord.Read(payload.AsSpan(0, cut))).State);
            }
        }
    }

    [Fact]
    public void Garbage_is_damage_and_never_anything_worse()
    {
        byte[] payload = Write(
            0,
            new DdlEntry("SELECT", ["public"], "root", "UTC", 1),
            new DeltaEntry(new RelationId(77), Deltas(new Random(1), 5, true)),
            new OffsetEntry(new RelationId(5), new byte[] { 1 }));
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. payload];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                damaged[random.Next(1, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                EpochRecord.Read(damaged);
            }
            catch (SqlException exception)
            {
                Assert.Equal("XX001", exception.State);
            }
        }

        payload[0] = 9;
        Assert.Equal("0A000", Assert.Throws<SqlException>(() => EpochRecord.Read(payload)).State);
    }

    private static byte[] Write(long now, params LogEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        EpochRecord.Write(now, entries, output);
        return output.WrittenSpan.ToArray();
    }

    private static string[] Rows(DeltaBatch deltas) =>
    [
        .. Enumerable.Range(0, deltas.Count).Select(row => deltas.Weight(row) + ":" + string.Join('|', _types.Select((_, i) =>
            deltas.Rows.GetDatum(i, row) is { IsNull: false } datum
                ? datum.Value is byte[] bytes ? Convert.ToHexString(bytes) : FormattableString.Invariant($"{datum.Value}")
                : "-"))),
    ];

    private static DeltaBatch Deltas(Random random, int count, bool hasWeights) => hasWeights
        ? DeltaBatch.FromRows(_types, [.. Enumerable.Range(0, count).Select(_ => (Row(random), (long)random.Next(-3, 4)))])
        : new DeltaBatch(StreamDb.Core.Columns.ColumnBatch.FromRows(_types, [.. Enumerable.Range(0, count).Select(_ => Row(random))]));

    private static ImmutableArray<Datum> Row(Random random) =>
    [
        .. _types.Select(type => random.Next(4) == 0 ? Datum.Null : type switch
        {
            PhysicalType.Bool => new Datum(random.Next(2) == 0),
            PhysicalType.Int16 => new Datum((short)random.Next(short.MinValue, short.MaxValue)),
            PhysicalType.Int32 => new Datum(random.Next(int.MinValue, int.MaxValue)),
            PhysicalType.Int64 => new Datum(random.NextInt64(long.MinValue, long.MaxValue)),
            PhysicalType.Float32 => new Datum((float)random.NextDouble()),
            PhysicalType.Float64 => new Datum(random.Next(9) == 0 ? double.NaN : random.NextDouble()),
            PhysicalType.Numeric => new Datum(random.Next(9) == 0 ? Numeric.NaN : (Numeric)(random.Next() / 100m)),
            PhysicalType.Interval => new Datum(new Interval(random.Next(9), random.Next(9), random.Next())),
            PhysicalType.Uuid => new Datum(Uuid()),
            _ => new Datum(Bytes(random.Next(20))),
        }),
    ];

    private static Uuid Uuid() => System.Runtime.InteropServices.MemoryMarshal.Read<Uuid>(Guid.Empty.ToByteArray());

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 37))];
}
