using System.Text;
using StreamDb.Core.Clocks;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class TextCodecTests
{
    private static readonly long _noon = CodecTime("2026-11-20 12:00:00");

    [Fact]
    public void Values_and_errors_are_those_of_PostgreSQL()
    {
        // Columns: settings, type, input, output of input::type as text.
        var wrong = new StringBuilder();
        foreach (string[] row in CodecFixtures.Table("PostgresText.tsv"))
        {
            string actual = CodecFixtures.Cast(CodecFixtures.Type(row[1]), row[2], CodecFixtures.Format(row[0]));
            if (actual != row[3])
            {
                wrong.AppendLine($"[{row[0]}] {row[1]} '{row[2]}': expected {row[3]}, was {actual}");
            }
        }

        Assert.Equal("", wrong.ToString());
    }

    [Theory]
    [InlineData("date", "today", "2026-11-20")]
    [InlineData("date", "tomorrow", "2026-11-21")]
    [InlineData("date", "yesterday", "2026-11-19")]
    [InlineData("date", "now", "2026-11-20")]
    [InlineData("timestamp", "now", "2026-11-20 13:00:00")]
    [InlineData("timestamptz", "now", "2026-11-20 13:00:00+01")]
    [InlineData("timestamptz", "today", "2026-11-20 00:00:00+01")]
    [InlineData("timestamp", "tomorrow 08:30", "2026-11-21 08:30:00")]
    [InlineData("timestamptz", "yesterday 08:30 pm", "2026-11-19 20:30:00+01")]
    [InlineData("time", "now", "13:00:00")]
    [InlineData("timestamptz", "epoch", "1970-01-01 01:00:00+01")]
    public void Words_for_days_follow_the_clock_and_the_zone(string type, string text, string expected)
    {
        Assert.True(TimeZones.TryFind("europe/BERLIN", out TimeZoneInfo? zone));
        TextFormat format = TextFormat.Default with { Clock = new FixedClock(_noon), TimeZone = zone };

        Assert.Equal(expected, CodecFixtures.Cast(CodecFixtures.Type(type), text, format));
    }

    [Theory]
    [InlineData("t", "ok")]
    [InlineData("TRU", "ok")]
    [InlineData(" yes ", "ok")]
    [InlineData("1", "ok")]
    [InlineData("on", "ok")]
    [InlineData("o", "22P02")]
    [InlineData("", "22P02")]
    [InlineData("truex", "22P02")]
    public void Booleans_take_unique_prefixes(string text, string expected)
    {
        string actual;
        try
        {
            actual = CodecFixtures.Value(SqlType.Boolean, text)[0] == 1 ? "ok" : "false";
        }
        catch (SqlException error)
        {
            actual = error.State;
        }

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("of")]
    [InlineData("F")]
    [InlineData("n")]
    [InlineData("0")]
    public void Booleans_print_as_one_letter(string text) =>
        Assert.Equal("f", CodecFixtures.Text(SqlType.Boolean, CodecFixtures.Value(SqlType.Boolean, text)));

    [Theory]
    [InlineData("{\"a\\u0041\\n\": \"x\\u00e9\\\"\"}", "{\"aA\\n\": \"xé\\\"\"}")]
    [InlineData("{\"\\n\":1,\"a\":2,\"\\u0041\":3,\"bb\":0}", "{\"\\n\": 1, \"A\": 3, \"a\": 2, \"bb\": 0}")]
    public void Jsonb_resolves_escapes_and_orders_keys_without_them(string text, string expected) =>
        Assert.Equal(expected, CodecFixtures.Text(SqlType.Jsonb, CodecFixtures.Value(SqlType.Jsonb, text)));

    [Theory]
    [InlineData(new byte[] { 0xFF }, "0xff")]
    [InlineData(new byte[] { (byte)'a', 0 }, "0x00")]
    [InlineData(new byte[] { 0xE2, 0x82 }, "0xe2 0x82")]
    [InlineData(new byte[] { 0xC3, 0x28 }, "0xc3 0x28")]
    public void Text_that_is_no_UTF8_is_refused(byte[] text, string shown)
    {
        SqlException error = Assert.Throws<SqlException>(() => TextCodec.ParseDatum(SqlType.Text, text, TextFormat.Default));

        Assert.Equal("22021", error.State);
        Assert.Equal($"invalid byte sequence for encoding \"UTF8\": {shown}", error.Message);
    }

    [Fact]
    public void Numbers_with_more_digits_than_fit_are_rounded_or_refused()
    {
        Assert.Equal("0.3333333333333333333333333333", Numeric("0.333333333333333333333333333333333333"));
        Assert.Equal("0.6666666666666666666666666667", Numeric("0.66666666666666666666666666666666666666666666666666666666"));
        Assert.Equal("1.0000000000000000000000000000", Numeric("0.99999999999999999999999999999999"));
        Assert.Equal("-0.0000000000000000000000000001", Numeric("-0.00000000000000000000000000005"));
        Assert.Equal("0.0000000000000000000000000000", Numeric("1e-1000"));
        Assert.Equal("9999999999999999999999999999", Numeric("9999999999999999999999999999"));
        Assert.Equal("22003", Assert.Throws<SqlException>(() => Numeric("10000000000000000000000000000")).State);
        Assert.Equal("22003", Assert.Throws<SqlException>(() => Numeric("9999999999999999999999999999.9")).State);
        Assert.Equal("22003", Assert.Throws<SqlException>(() => Numeric("1e100")).State);
    }

    [Fact]
    public void Records_print_and_parse_as_rows()
    {
        SqlType type = SqlType.Record(
            [new RecordField("a", SqlType.Int32), new RecordField("b", SqlType.Text), new RecordField("c", SqlType.ArrayOf(SqlType.Int32))]);

        foreach (string text in (string[])["(1,\"a b\",)", "(,\"\",\"{1,2}\")", "(5,\"q\"\"\\\\\",{})", "(1,x,{7})"])
        {
            Assert.Equal(text, CodecFixtures.Text(type, CodecFixtures.Value(type, text)));
        }

        Assert.Equal("(1,ab,)", CodecFixtures.Text(type, CodecFixtures.Value(type, " (1,\"a\"b,) ")));
        foreach (string text in (string[])["", "1,2,3", "(1,2)", "(1,2,,4)", "(1,2,", "(1,2,)x", "(1,\"2,)"])
        {
            SqlException error = Assert.Throws<SqlException>(() => CodecFixtures.Value(type, text));
            Assert.Equal("22P02", error.State);
            Assert.StartsWith("malformed record literal", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Maps_print_in_key_order_and_the_last_of_equal_keys_stays()
    {
        SqlType type = SqlType.Map(SqlType.Text, SqlType.Int32);

        Assert.Equal("{a:1,b:NULL,c:3}", CodecFixtures.Text(type, CodecFixtures.Value(type, "{c:3, \"a\":2, b => null, a:1}")));
        Assert.Equal("{\"x:y\":1}", CodecFixtures.Text(type, CodecFixtures.Value(type, "{\"x:y\":1}")));
        Assert.Equal("{}", CodecFixtures.Text(type, CodecFixtures.Value(type, " { } ")));
        foreach (string text in (string[])["", "{", "{a}", "{a:}", "{a:1,}", "{:1}", "{null:1}", "{\"a:1}"])
        {
            Assert.Equal("22P02", Assert.Throws<SqlException>(() => CodecFixtures.Value(type, text)).State);
        }
    }

    [Fact]
    public void Random_bytes_never_do_more_than_raise_a_statement_error()
    {
        const int Seed = 20261120;
        var random = new Random(Seed);
        SqlType[] types = [.. RandomValues.Types];
        const string Alphabet = "0123456789+-.:/ eEtTzZpPymdhsNaInful{}[]()\"\\,=x'é";
        for (int i = 0; i < 40_000; i++)
        {
            SqlType type = types[random.Next(types.Length)];
            string text = new([.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            try
            {
                byte[] value = CodecFixtures.Value(type, text);
                string written = CodecFixtures.Text(type, value);
                Assert.Equal(written, CodecFixtures.Text(type, CodecFixtures.Value(type, written)));
            }
            catch (SqlException)
            {
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {Seed}: {type} '{text}' threw {error}");
            }
        }
    }

    [Fact]
    public void Random_values_survive_text()
    {
        const int Seed = 7;
        var values = new RandomValues(Seed);
        foreach (SqlType type in RandomValues.Types)
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] value = values.Next(type);
                foreach (string style in (string[])["postgres", "postgres_verbose", "iso_8601", "sql_standard"])
                {
                    TextFormat format = TextFormat.Default with { IntervalStyle = style };
                    string text = CodecFixtures.Text(type, value, format);
                    byte[] parsed = CodecFixtures.Value(type, text, format);
                    Assert.True(value.AsSpan().SequenceEqual(parsed), $"seed {Seed}: {type} {text} in {style}");
                }
            }
        }
    }

    [Fact]
    public void Scalars_are_written_without_allocating()
    {
        using ByteWriter output = ByteWriter.Rent();
        var values = new RandomValues(3);
        (SqlType Type, byte[] Value)[] cases = [.. RandomValues.Scalars.Select(type => (type, values.Next(type)))];
        long before = 0;
        for (int round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            foreach ((SqlType type, byte[] value) in cases)
            {
                output.Clear();
                TextCodec.Write(type, value, output, TextFormat.Default);
                output.Clear();
                BinaryCodec.Write(type, value, output);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Columns_are_parsed_into_and_written_from()
    {
        using var builder = new ColumnBuilder(PhysicalType.Int64);
        TextCodec.Parse(SqlType.Timestamp, "2026-11-20 08:00:00"u8, TextFormat.Default, builder);
        Column column = builder.Finish();
        using ByteWriter output = ByteWriter.Rent();

        TextCodec.Write(SqlType.Timestamp, column, 0, output, TextFormat.Default);

        Assert.Equal("2026-11-20 08:00:00", Encoding.UTF8.GetString(output.Written));
        column.Release();
    }

    private static string Numeric(string text) => CodecFixtures.Text(SqlType.Numeric, CodecFixtures.Value(SqlType.Numeric, text));

    private static long CodecTime(string text) =>
        (long)TextCodec.ParseDatum(SqlType.Timestamp, CodecFixtures.Bytes(text), TextFormat.Default).Value!;

    private sealed class FixedClock(long now) : IClock
    {
        public long NowMicroseconds => now;
    }
}
