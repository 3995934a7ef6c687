using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Codecs;

public sealed class BinaryCodecTests
{
    [Fact]
    public void Wire_bytes_are_those_of_PostgreSQL()
    {
        // Columns: type, value, hex of what its send function gives.
        foreach (string[] row in CodecFixtures.Table("PostgresBinary.tsv"))
        {
            SqlType type = CodecFixtures.Type(row[0]);
            byte[] wire = CodecFixtures.Wire(type, CodecFixtures.Value(type, row[1]));

            Assert.Equal($"{row[0]} {row[1]} {row[2]}", $"{row[0]} {row[1]} {Convert.ToHexStringLower(wire)}");
        }
    }

    [Fact]
    public void Random_values_survive_the_wire()
    {
        const int Seed = 11;
        var values = new RandomValues(Seed);
        foreach (SqlType type in RandomValues.Types)
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] value = values.Next(type);
                using ByteWriter read = ByteWriter.Rent();
                BinaryCodec.Read(type, CodecFixtures.Wire(type, value), read);
                Assert.True(value.AsSpan().SequenceEqual(read.Written), $"seed {Seed}: {type} {CodecFixtures.Text(type, value)}");
            }
        }
    }

    [Fact]
    public void Cut_or_damaged_bytes_raise_statement_errors()
    {
        const int Seed = 13;
        var random = new Random(Seed);
        var values = new RandomValues(Seed);
        using ByteWriter read = ByteWriter.Rent();
        foreach (SqlType type in RandomValues.Types)
        {
            for (int i = 0; i < 50; i++)
            {
                byte[] wire = CodecFixtures.Wire(type, values.Next(type));
                for (int cut = 0; cut < Math.Min(wire.Length, 60); cut++)
                {
                    TryRead(type, wire[..cut]);
                }

                TryRead(type, [.. wire, 0]);
                if (wire.Length > 0)
                {
                    wire[random.Next(wire.Length)] ^= (byte)(1 << random.Next(8));
                    TryRead(type, wire);
                }
            }
        }

        void TryRead(SqlType type, byte[] wire)
        {
            try
            {
                read.Clear();
                BinaryCodec.Read(type, wire, read);
                CodecFixtures.Text(type, read.Written);
            }
            catch (SqlException)
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}: {type} {Convert.ToHexString(wire)} threw {error}");
            }
        }
    }

    [Theory]
    [InlineData("int4", "000000")]
    [InlineData("int4", "0000000000")]
    [InlineData("bool", "")]
    [InlineData("numeric", "0001")]
    [InlineData("numeric", "0001000000000000")]
    [InlineData("numeric", "0001000000000000ffff")]
    [InlineData("numeric", "000000001234ffff")]
    [InlineData("jsonb", "")]
    [InlineData("jsonb", "027b7d")]
    [InlineData("int4[]", "00000001")]
    [InlineData("int4[]", "0000000700000000000000170000000100000001")]
    [InlineData("int4[]", "0000000100000000000000177fffffff00000001")]
    public void Malformed_binary_is_22P03(string type, string hex) =>
        Assert.Equal("22P03", Assert.Throws<SqlException>(
            () => BinaryCodec.Read(CodecFixtures.Type(type), Convert.FromHexString(hex))).State);
}
