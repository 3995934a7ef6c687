using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class CopyReaderTests
{
    // Rows are shown as <field|field>, NULL as ∅.
    [Theory]
    [InlineData("1\ta\n2\t\\N\n", "<1|a><2|∅>")]
    [InlineData("1\ta\r\n2\tb\r\n", "<1|a><2|b>")]
    [InlineData("1\r2\r", "<1><2>")]
    [InlineData("1\n2", "<1><2>")]
    [InlineData("", "")]
    [InlineData("\n", "<>")]
    [InlineData("a\\tb\\\\c\\n\\101\\x42\\x4\tz\\q\n", "<a\tb\\c\nAB\u0004|zq>")]
    [InlineData("\\N\t\\\\N\t\\Nx\n", "<∅|\\N|Nx>")]
    [InlineData("1\n\\.\n2\n", "<1>")]
    [InlineData("1\n\\.", "<1>")]
    [InlineData("a\\\nb\n", "<a\nb>")]
    [InlineData("\\1\\12\\1234\n", "<\u0001\nS4>")]
    [InlineData("\\xg\n", "<xg>")]
    [InlineData("\t\n", "<|>")]
    [InlineData("é\t😀\n", "<é|😀>")]
    public void Text_rows_are_the_same_wherever_they_are_cut(string data, string expected) =>
        CheckAllCuts(data, expected, handler => new CopyTextReader(CopyFormat.Text, handler) is var reader
            ? (reader.Feed, reader.Complete)
            : default);

    [Theory]
    [InlineData("1,a\n2,\n", "<1|a><2|∅>")]
    [InlineData("1,\"a,b\"\r\n2,\"\"\r\n", "<1|a,b><2|>")]
    [InlineData("\"a\nb\",\"c\"\"d\"\n", "<a\nb|c\"d>")]
    [InlineData("a\"b,c\"d\n", "<ab,cd>")]
    [InlineData("1\n2", "<1><2>")]
    [InlineData("1\n\\.\n2\n", "<1>")]
    [InlineData("\"\\.\"\n", "<\\.>")]
    [InlineData("\n", "<∅>")]
    [InlineData("", "")]
    [InlineData(",\n", "<∅|∅>")]
    [InlineData("\"a\r\nb\"\r\nc\r\n", "<a\r\nb><c>")]
    [InlineData("1,2\r3,4\r", "<1|2><3|4>")]
    [InlineData("\"x\"", "<x>")]
    public void Csv_rows_are_the_same_wherever_they_are_cut(string data, string expected) =>
        CheckAllCuts(data, expected, handler => new CopyCsvReader(CopyFormat.Csv, handler) is var reader
            ? (reader.Feed, reader.Complete)
            : default);

    [Fact]
    public void Csv_takes_other_marks_and_a_header()
    {
        CopyFormat format = CopyFormat.Csv with
        {
            Delimiter = (byte)';',
            Quote = (byte)'\'',
            Escape = (byte)'\\',
            NullText = "NIL"u8.ToArray(),
            HasHeader = true,
            ForceNotNull = [false, true],
        };
        CheckAllCuts("h1;h2\n'a\\'b\\\\';NIL\nNIL;'x\\y'\n", "<a'b\\|NIL><∅|x\\y>", handler => new CopyCsvReader(format, handler) is var reader
            ? (reader.Feed, reader.Complete)
            : default);
    }

    [Fact]
    public void Bad_data_is_22P04()
    {
        var sink = new Rows();
        var csv = new CopyCsvReader(CopyFormat.Csv, sink);
        csv.Feed("\"a"u8);
        Assert.Equal("22P04", Assert.Throws<SqlException>(csv.Complete).State);
        Assert.Equal("22P04", Assert.Throws<SqlException>(() => new CopyTextReader(CopyFormat.Text, sink).Feed("\\.x\n"u8)).State);
        Assert.Equal("22P04", Assert.Throws<SqlException>(() => new CopyTextReader(CopyFormat.Text, sink).Feed("a\nb\rc\n"u8)).State);
        Assert.Equal("22P04", Assert.Throws<SqlException>(() => new CopyBinaryReader(sink).Feed("PGCOPX\n0000000000000"u8)).State);
        var binary = new CopyBinaryReader(sink);
        binary.Feed(CopyBinaryReader.Signature);
        Assert.Equal("22P04", Assert.Throws<SqlException>(binary.Complete).State);
    }

    [Fact]
    public void Binary_rows_are_the_same_wherever_they_are_cut()
    {
        SqlType[] types = [SqlType.Int32, SqlType.Text, SqlType.Text];
        ColumnBatch batch = ColumnBatch.FromRows(
            [PhysicalType.Int32, PhysicalType.Bytes, PhysicalType.Bytes],
            [[new Datum(0x41424344), Datum.Text("x"), Datum.Null], [Datum.Null, Datum.Text(""), Datum.Text("yz")]]);
        using ByteWriter data = ByteWriter.Rent();
        CopyWriter.WriteBinaryHeader(data);
        CopyWriter.WriteBinaryRow(types, batch, 0, data);
        CopyWriter.WriteBinaryRow(types, batch, 1, data);
        CopyWriter.WriteBinaryTrailer(data);
        batch.Release();

        CheckAllCuts(data.Written.ToArray(), "<ABCD|x|∅><∅||yz>", handler => new CopyBinaryReader(handler) is var reader
            ? (reader.Feed, reader.Complete)
            : default);
    }

    [Fact]
    public void Random_rows_survive_writing_and_reading()
    {
        const int Seed = 19;
        var random = new Random(Seed);
        string[] pieces = ["a", "\\", "\t", "\n", "\r", ",", "\"", "\\N", "\\.", "é", "", "\b\f\v", "NULL"];
        SqlType[] types = [SqlType.Text, SqlType.Text];
        foreach (CopyFormat format in (CopyFormat[])[CopyFormat.Text, CopyFormat.Csv, CopyFormat.Csv with { ForceQuote = [true, false] }])
        {
            for (int i = 0; i < 300; i++)
            {
                var expected = new StringBuilder();
                Datum[] fields = [.. types.Select(_ => random.Next(5) == 0
                    ? Datum.Null
                    : Datum.Text(string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => pieces[random.Next(pieces.Length)]))))];
                expected.Append('<').AppendJoin('|', fields.Select(f => f.IsNull ? "∅" : f.AsString())).Append('>');
                ColumnBatch batch = ColumnBatch.FromRows([PhysicalType.Bytes, PhysicalType.Bytes], [[.. fields]]);
                using ByteWriter data = ByteWriter.Rent();
                CopyWriter.WriteRow(types, batch, 0, format, TextFormat.Default, data);
                batch.Release();
                CheckAllCuts(data.Written.ToArray(), expected.ToString(), handler => format.IsCsv
                    ? new CopyCsvReader(format, handler) is var csv ? (csv.Feed, csv.Complete) : default
                    : new CopyTextReader(format, handler) is var text ? (text.Feed, text.Complete) : default);
            }
        }
    }

    private delegate void Feed(ReadOnlySpan<byte> fragment);

    private static void CheckAllCuts(string data, string expected, Func<ICopyRowHandler, (Feed Feed, Action Complete)> open) =>
        CheckAllCuts(Encoding.UTF8.GetBytes(data), expected, open);

    /// <summary>Whole, cut in two at each byte, one byte at a time.</summary>
    private static void CheckAllCuts(byte[] data, string expected, Func<ICopyRowHandler, (Feed Feed, Action Complete)> open)
    {
        for (int cut = 0; cut <= data.Length; cut++)
        {
            var rows = new Rows();
            (Feed feed, Action complete) = open(rows);
            feed(data.AsSpan(0, cut));
            feed(data.AsSpan(cut));
            complete();
            Assert.Equal(expected, rows.ToString());
        }

        var single = new Rows();
        (Feed feedOne, Action completeOne) = open(single);
        foreach (byte c in data)
        {
            feedOne([c]);
        }

        completeOne();
        Assert.Equal(expected, single.ToString());
    }

    private sealed class Rows : ICopyRowHandler
    {
        private readonly StringBuilder _text = new();

        public void OnRow(CopyRow row)
        {
            _text.Append('<');
            for (int i = 0; i < row.Count; i++)
            {
                _text.Append(i > 0 ? "|" : "").Append(row.IsNull(i) ? "∅" : Encoding.UTF8.GetString(row[i]));
            }

            _text.Append('>');
        }

        public override string ToString() => _text.ToString();
    }
}
