using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class OrderKeyTests
{
    [Theory]
    [InlineData("int4[]", "{}", "{1}", "{1,1}", "{1,2}", "{{1,2}}", "{1,NULL}", "{2}", "{10}", "{NULL}")]
    [InlineData("jsonb", "[]", "null", "\"\"", "\"a\"", "\"a\\u0001\"", "\"b\"", "-10", "-9.5", "-1", "0", "0.09", "0.9", "1", "1.01", "9", "10", "false", "true", "[null]", "[1,2]", "[1,3]", "[9]", "{}", "{\"a\":1}", "{\"a\":2}", "{\"b\":0}")]
    [InlineData("bpchar", "", "A", "a", "a b", "b")]
    public void Keys_are_in_the_order_of_their_values(string typeName, params string[] values)
    {
        SqlType type = CodecFixtures.Type(typeName);
        foreach (string left in values)
        {
            foreach (string right in values)
            {
                AssertAgree(type, CodecFixtures.Value(type, left), CodecFixtures.Value(type, right));
            }
        }
    }

    [Theory]
    [InlineData("bpchar", "a", "a  ")]
    [InlineData("numeric[]", "{1.0,NULL}", "{1,NULL}")]
    [InlineData("float8[]", "{0}", "{-0}")]
    [InlineData("jsonb", "{\"a\": 1.0}", "{\"a\": 1}")]
    [InlineData("jsonb", "[0.00, -0]", "[0, 0]")]
    public void Equal_values_have_one_key(string typeName, string left, string right)
    {
        SqlType type = CodecFixtures.Type(typeName);

        Assert.Equal(Key(type, CodecFixtures.Value(type, left)), Key(type, CodecFixtures.Value(type, right)));
    }

    [Fact]
    public void Keys_of_random_values_of_every_type_agree_with_the_comparer()
    {
        const int Seed = 20261120;
        var random = new RandomValues(Seed);
        foreach (SqlType type in RandomValues.Types)
        {
            byte[][] values = [.. Enumerable.Range(0, 60).Select(_ => random.Next(type))];
            foreach (byte[] left in values)
            {
                foreach (byte[] right in values)
                {
                    AssertAgree(type, left, right);
                }
            }
        }
    }

    private static void AssertAgree(SqlType type, byte[] left, byte[] right)
    {
        byte[] leftKey = Key(type, left);
        byte[] rightKey = Key(type, right);
        int expected = Math.Sign(ValueComparer.Compare(type, left, right));
        Assert.True(
            expected == Math.Sign(leftKey.AsSpan().SequenceCompareTo(rightKey)),
            $"{type}: {Convert.ToHexString(left)} and {Convert.ToHexString(right)}");

        // What follows a key must not matter.
        Assert.True(expected == 0 || !rightKey.AsSpan().StartsWith(leftKey), $"{type}: {Convert.ToHexString(left)} is a prefix");
    }

    private static byte[] Key(SqlType type, byte[] value)
    {
        using ByteWriter output = ByteWriter.Rent();
        OrderKey.Write(type, value, output);
        return output.Written.ToArray();
    }
}
