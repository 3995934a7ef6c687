using System.Buffers;
using System.Collections.Immutable;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.PgWire.Codec;
using StreamDb.PgWire.Messages;
using Xunit;

namespace StreamDb.Tests.PgWire.Codec;

public sealed class RowEncoderTests
{
    public static TheoryData<SqlType, object> Specials => new()
    {
        { SqlType.Int16, short.MinValue },
        { SqlType.Int32, int.MinValue },
        { SqlType.Int64, long.MinValue },
        { SqlType.Int64, 0L },
        { SqlType.Text, "täxt"u8.ToArray() },
        { SqlType.Varchar, Array.Empty<byte>() },
    };

    [Theory]
    [MemberData(nameof(Specials))]
    public void Special_encoders_write_what_the_codecs_write(SqlType type, object value)
    {
        ColumnBatch batch = ColumnBatch.FromRows([type.Physical], [[new Datum(value)]]);
        var text = new ArrayBufferWriter<byte>();
        TextCodec.Write(type, batch[0], 0, text, TextFormat.Default);
        Assert.Equal(text.WrittenSpan, Encode(type, batch, isBinary: false));

        var binary = new ArrayBufferWriter<byte>();
        BinaryCodec.Write(type, batch[0], 0, binary);
        Assert.Equal(binary.WrittenSpan, Encode(type, batch, isBinary: true));
        batch.Release();
    }

    [Fact]
    public void Rows_cost_no_allocation()
    {
        ImmutableArray<Datum> row = [new Datum(1), new Datum(2L), Datum.Text("three"), new Datum(4.5), Datum.Null];
        ResultColumn[] columns =
        [
            new("a", SqlType.Int32), new("b", SqlType.Int64), new("c", SqlType.Text), new("d", SqlType.Float64), new("e", SqlType.TimestampTz),
        ];
        ColumnBatch batch = ColumnBatch.FromRows([.. columns.Select(c => c.Type.Physical)], [.. Enumerable.Repeat(row, 1000)]);
        using var output = new MessageWriter(Stream.Null);
        foreach (FormatCodes formats in (FormatCodes[])[FormatCodes.Text, FormatCodes.Binary])
        {
            var encoder = new RowEncoder(columns, formats, TextFormat.Default);
            Write(encoder, batch, output);

            // A collection in between may empty the pool of buffers: the least of some counts.
            long least = long.MaxValue;
            for (int i = 0; i < 5; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Write(encoder, batch, output);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.InRange(least, 0, 1000);
        }

        batch.Release();
    }

    private static void Write(RowEncoder encoder, ColumnBatch batch, MessageWriter output)
    {
        for (int row = 0; row < batch.Count;)
        {
            row = encoder.Write(batch, row, output);
            output.FlushAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static byte[] Encode(SqlType type, ColumnBatch batch, bool isBinary)
    {
        using var sent = new MemoryStream();
        using var output = new MessageWriter(sent);
        new RowEncoder([new ResultColumn("c", type)], isBinary ? FormatCodes.Binary : FormatCodes.Text, TextFormat.Default).Write(batch, 0, output);
        output.FlushAsync().AsTask().GetAwaiter().GetResult();

        // Type, length, column count, value length.
        return sent.ToArray()[11..];
    }
}
