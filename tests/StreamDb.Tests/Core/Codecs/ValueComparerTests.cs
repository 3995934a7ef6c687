using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class ValueComparerTests
{
    // Each line is in ascending order in PostgreSQL.
    [Theory]
    [InlineData("int4", "-2147483648", "-1", "0", "2147483647")]
    [InlineData("oid", "0", "2147483647", "2147483648", "4294967295")]
    [InlineData("float8", "-Infinity", "-1", "0", "1e-300", "Infinity", "NaN")]
    [InlineData("numeric", "-Infinity", "-1.5", "0", "1.49", "1.5", "Infinity", "NaN")]
    [InlineData("text", "", "A", "a", "ab", "b", "é", "😀")]
    [InlineData("bool", "f", "t")]
    [InlineData("date", "-infinity", "0044-03-15 BC", "2026-11-20", "infinity")]
    [InlineData("interval", "-1 mon", "29 days 23:00:00", "30 days", "1 mon 00:00:01")]
    [InlineData("int4[]", "{}", "{1}", "{1,1}", "{1,2}", "{{1,2}}", "{1,NULL}", "{2}", "{NULL}")]
    [InlineData("text[]", "{a}", "{a,b}", "{a,NULL}", "{b}")]
    [InlineData("jsonb", "[]", "null", "\"a\"", "\"b\"", "-1", "0.9", "1", "1.01", "10", "false", "true", "[null]", "[1,2]", "[1,3]", "{}", "{\"a\":1}", "{\"a\":2}", "{\"b\":0}", "{\"a\":1,\"b\":2}")]
    public void Values_order_as_in_PostgreSQL(string typeName, params string[] ascending)
    {
        SqlType type = CodecFixtures.Type(typeName);
        for (int i = 0; i < ascending.Length; i++)
        {
            for (int j = 0; j < ascending.Length; j++)
            {
                int order = ValueComparer.Compare(type, CodecFixtures.Value(type, ascending[i]), CodecFixtures.Value(type, ascending[j]));
                Assert.True(Math.Sign(order) == i.CompareTo(j), $"{ascending[i]} against {ascending[j]} gave {order}");
            }
        }
    }

    [Theory]
    [InlineData("numeric", "1.0", "1.00")]
    [InlineData("float8", "0", "-0")]
    [InlineData("bpchar", "a", "a  ")]
    [InlineData("interval", "1 mon", "30 days")]
    [InlineData("numeric[]", "{1.0,NULL}", "{1,NULL}")]
    [InlineData("jsonb", "{\"a\": 1.0}", "{\"a\": 1}")]
    [InlineData("jsonb", "[0.00, -0]", "[0, 0]")]
    public void Equal_values_may_have_different_texts(string typeName, string left, string right)
    {
        SqlType type = CodecFixtures.Type(typeName);

        Assert.True(ValueComparer.AreEqual(type, CodecFixtures.Value(type, left), CodecFixtures.Value(type, right)));
    }

    [Fact]
    public void Records_compare_field_by_field_with_null_last()
    {
        SqlType type = SqlType.Record([new("a", SqlType.Int32), new("b", SqlType.Text)]);
        string[] ascending = ["(1,a)", "(1,b)", "(1,)", "(2,a)", "(,a)", "(,)"];
        for (int i = 0; i + 1 < ascending.Length; i++)
        {
            Assert.True(ValueComparer.Compare(type, CodecFixtures.Value(type, ascending[i]), CodecFixtures.Value(type, ascending[i + 1])) < 0);
        }
    }

    [Fact]
    public void Equal_bytes_mean_equal_values_and_the_order_is_total()
    {
        const int Seed = 17;
        var values = new RandomValues(Seed);
        foreach (SqlType type in RandomValues.Types)
        {
            byte[][] drawn = [.. Enumerable.Range(0, 25).Select(_ => values.Next(type))];
            Array.Sort(drawn, (left, right) => ValueComparer.Compare(type, left, right));
            for (int i = 0; i < drawn.Length; i++)
            {
                Assert.Equal(0, ValueComparer.Compare(type, drawn[i], drawn[i].ToArray()));
                for (int j = i; j < drawn.Length; j++)
                {
                    int order = ValueComparer.Compare(type, drawn[i], drawn[j]);
                    Assert.True(order <= 0, $"seed {Seed}: {type} is not transitive");
                    Assert.Equal(-Math.Sign(order), Math.Sign(ValueComparer.Compare(type, drawn[j], drawn[i])));
                }
            }
        }
    }
}
