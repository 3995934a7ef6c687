using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class JsonbReaderTests
{
    [Fact]
    public void Fields_and_elements_are_found()
    {
        byte[] value = Jsonb("{\"a\": [1, \"x, ]\\\"}\", {\"b\": null}], \"\\n\": true, \"é\": {}}");
        var reader = new JsonbReader(value);

        Assert.Equal(JsonbKind.Object, reader.Kind);
        Assert.Equal(3, reader.Count);
        Assert.True(reader.TryGetField("a"u8, out JsonbReader array));
        Assert.Equal(3, array.Count);
        Assert.True(array.TryGetElement(-1, out JsonbReader last));
        Assert.Equal("{\"b\": null}", Encoding.UTF8.GetString(last.Value));
        Assert.True(array.TryGetElement(1, out JsonbReader text));
        Assert.Equal("x, ]\"}", Plain(text));
        Assert.False(array.TryGetElement(3, out _));
        Assert.False(array.TryGetElement(-4, out _));
        Assert.False(array.TryGetField("a"u8, out _));
        Assert.True(reader.TryGetField("\n"u8, out JsonbReader isTrue) && isTrue.IsTrue);
        Assert.True(reader.HasKey("é"u8));
        Assert.False(reader.HasKey("b"u8));
    }

    // Columns: outer, inner, outer @> inner in PostgreSQL.
    [Theory]
    [InlineData("[1,2,3]", "[3,1]", true)]
    [InlineData("[1,2,[1,3]]", "[1,3]", false)]
    [InlineData("[1,2,[1,3]]", "[[1,3]]", true)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2.0}", true)]
    [InlineData("{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":1}}", true)]
    [InlineData("{\"a\":{\"b\":1}}", "{\"b\":1}", false)]
    [InlineData("[\"foo\",\"bar\"]", "\"bar\"", true)]
    [InlineData("\"bar\"", "[\"bar\"]", false)]
    [InlineData("[1]", "[]", true)]
    [InlineData("{\"a\":1}", "{}", true)]
    [InlineData("{\"a\":1}", "[]", false)]
    [InlineData("1", "1.00", true)]
    [InlineData("\"a\"", "\"b\"", false)]
    [InlineData("[[\"a\"]]", "\"a\"", false)]
    [InlineData("[1,1]", "[1,1,1]", true)]
    public void Containment_is_PostgreSQLs(string outer, string inner, bool expected) =>
        Assert.Equal(expected, JsonbReader.Contains(new JsonbReader(Jsonb(outer)), new JsonbReader(Jsonb(inner))));

    [Fact]
    public void Items_come_in_order_with_their_keys()
    {
        byte[] value = Jsonb("{\"bb\": [], \"a\": 1, \"c\": \"\"}");
        var seen = new List<string>();
        foreach (JsonbItem item in new JsonbReader(value))
        {
            seen.Add(Encoding.UTF8.GetString(item.EscapedKey) + "=" + Encoding.UTF8.GetString(item.Value.Value));
        }

        Assert.Equal(["a=1", "c=\"\"", "bb=[]"], seen);
        Assert.Equal(0, new JsonbReader("5"u8).Count);
        Assert.Equal(0, new JsonbReader("{}"u8).Count);
        Assert.Equal(0, new JsonbReader("[]"u8).Count);
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        string deep = new string('[', JsonText.DepthMax) + new string(']', JsonText.DepthMax);

        Assert.Equal(deep, Encoding.UTF8.GetString(Jsonb(deep)));
        Assert.Equal("54001", Assert.Throws<SqlException>(() => Jsonb("[" + deep + "]")).State);
    }

    private static byte[] Jsonb(string text) => CodecFixtures.Value(SqlType.Jsonb, text);

    private static string Plain(JsonbReader reader)
    {
        using ByteWriter text = ByteWriter.Rent();
        reader.WriteText(text);
        return Encoding.UTF8.GetString(text.Written);
    }
}
