using System.Buffers;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Codec;

/// <summary>Decodes the values of a Bind message to the types the statement was prepared with.</summary>
internal static class ParameterDecoder
{
    /// <exception cref="SqlException">
    /// 08P01: their number, or the number of format codes, is not the statement's; 22021: text that is not UTF-8;
    /// 22P02, 22P03, 22003, 22007, …: no value of the type.
    /// </exception>
    public static IReadOnlyList<Datum> Decode(in BindMessage message, IReadOnlyList<SqlType> types, TextFormat format)
    {
        int count = message.ParameterCount;
        if (message.ParameterFormats.Count > 1 && message.ParameterFormats.Count != count)
        {
            throw new SqlException(
                SqlState.ProtocolViolation,
                $"bind message has {message.ParameterFormats.Count} parameter formats but {count} parameters");
        }

        if (count != types.Count)
        {
            throw new SqlException(
                SqlState.ProtocolViolation,
                $"bind message supplies {count} parameters, but prepared statement \"{message.Statement}\" requires {types.Count}");
        }

        if (count == 0)
        {
            return [];
        }

        var values = new Datum[count];
        var reader = new MessageReader(message.Parameters);
        for (int i = 0; i < count; i++)
        {
            int length = reader.ReadInt32();
            if (length >= 0)
            {
                values[i] = Decode(reader.ReadBytes(length), types[i], message.ParameterFormats.IsBinary(i), format);
            }
        }

        return values;
    }

    private static Datum Decode(in ReadOnlySequence<byte> bytes, SqlType type, bool isBinary, TextFormat format)
    {
        ReadOnlySpan<byte> value = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        if (isBinary)
        {
            return BinaryCodec.Read(type, value);
        }

        TextCodec.CheckEncoding(value);
        return TextCodec.ParseDatum(type, value, format);
    }
}
