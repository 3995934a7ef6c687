using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class TypeModifiersTests
{
    // Explicit casts are compared with PostgreSQL in TextCodecTests; these are assignments.
    [Theory]
    [InlineData("varchar(3)", "abcd", "value too long for type character varying(3)")]
    [InlineData("varchar(3)", "abc ", "abc")]
    [InlineData("varchar(3)", "äöüß", "value too long for type character varying(3)")]
    [InlineData("char(3)", "abcd", "value too long for type character(3)")]
    [InlineData("char(3)", "a", "a  ")]
    [InlineData("varchar(3)[]", "{abc,abcd}", "value too long for type character varying(3)")]
    [InlineData("varchar", "abcdef", "abcdef")]
    public void Strings_that_are_too_long_are_not_cut_by_assignment(string typeName, string text, string expected)
    {
        SqlType type = CodecFixtures.Type(typeName);
        using ByteWriter output = ByteWriter.Rent();
        string actual;
        try
        {
            TypeModifiers.Apply(type, CodecFixtures.Value(type, text), isExplicit: false, output);
            actual = Encoding.UTF8.GetString(output.Written);
        }
        catch (SqlException error)
        {
            Assert.Equal("22001", error.State);
            actual = error.Message;
        }

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("numeric(5,2)", "999.995", "A field with precision 5, scale 2 must round to an absolute value less than 10^3.")]
    [InlineData("numeric(2,2)", "1", "A field with precision 2, scale 2 must round to an absolute value less than 1.")]
    [InlineData("numeric(5,2)", "inf", "A field with precision 5, scale 2 cannot hold an infinite value.")]
    public void Numbers_that_do_not_fit_say_why(string typeName, string text, string detail)
    {
        SqlType type = CodecFixtures.Type(typeName);
        using ByteWriter output = ByteWriter.Rent();
        byte[] value = CodecFixtures.Value(type, text);

        SqlException error = Assert.Throws<SqlException>(() => TypeModifiers.Apply(type, value, isExplicit: true, output));

        Assert.Equal(("22003", "numeric field overflow", detail), (error.State, error.Message, error.Detail));
    }
}
