using System.Buffers;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>
/// Maps as text, like RisingWave's: <c>{k:v,k2:NULL}</c> in key order. Keys and values are quoted where arrays' elements
/// would be, and where they hold a colon or an equals sign, so that every map can be read back. On input <c>k=&gt;v</c> will do too.
/// </summary>
internal static class MapText
{
    public static void Write(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        var reader = new MapReader(type, value);
        output.Write("{"u8);
        for (int i = 0; i < reader.Count; i++)
        {
            output.Write(i == 0 ? [] : ","u8);
            WriteItem(type.Key!, reader.Keys[i], output, format);
            output.Write(":"u8);
            if (reader.Values.IsNull(i))
            {
                output.Write("NULL"u8);
            }
            else
            {
                WriteItem(type.Element!, reader.Values[i], output, format);
            }
        }

        output.Write("}"u8);
    }

    /// <exception cref="SqlException">22P02.</exception>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ByteWriter output)
    {
        ReadOnlySpan<byte> trimmed = AsciiText.Trim(text);
        if (trimmed.Length < 2 || trimmed[0] != '{' || trimmed[^1] != '}')
        {
            throw Malformed(text);
        }

        ReadOnlySpan<byte> rest = AsciiText.Trim(trimmed[1..^1]);
        MapWriter writer = new MapWriter().Begin(type);
        using ByteWriter item = ByteWriter.Rent();
        using ByteWriter parsed = ByteWriter.Rent();
        while (!rest.IsEmpty)
        {
            if (ReadItem(ref rest, item, text))
            {
                throw Malformed(text, "A key must not be NULL.");
            }

            parsed.Clear();
            TextCodec.Parse(type.Key!, item.Written, format, parsed);
            writer.AppendKey(parsed.Written);
            if (rest.Length == 0 || rest[0] is not ((byte)':' or (byte)'='))
            {
                throw Malformed(text, "A key must be followed by a colon.");
            }

            rest = rest[(rest[0] == '=' && rest.Length > 1 && rest[1] == '>' ? 2 : 1)..];
            if (ReadItem(ref rest, item, text))
            {
                writer.AppendNullValue();
            }
            else
            {
                parsed.Clear();
                TextCodec.Parse(type.Element!, item.Written, format, parsed);
                writer.AppendValue(parsed.Written);
            }

            if (rest.IsEmpty)
            {
                break;
            }

            rest = rest[0] == ',' && rest.Length > 1 ? rest[1..] : throw Malformed(text);
        }

        writer.Finish(output);
    }

    private static void WriteItem(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        using ByteWriter text = ByteWriter.Rent();
        TextCodec.Write(type, value, text, format);
        bool needsQuotes = text.Length == 0 || AsciiText.EqualsIgnoreCase(text.Written, "null"u8)
            || text.Written.IndexOfAny(NestedText.MapSpecials) >= 0;
        if (needsQuotes)
        {
            NestedText.WriteQuoted(text.Written, output, isDoubled: false);
        }
        else
        {
            output.Write(text.Written);
        }
    }

    /// <summary>Reads a key or value up to the separator after it; true for NULL. Unquoted brackets must balance.</summary>
    private static bool ReadItem(ref ReadOnlySpan<byte> rest, ByteWriter item, ReadOnlySpan<byte> text)
    {
        item.Clear();
        rest = AsciiText.Trim(rest);
        bool isQuoted = rest.Length > 0 && rest[0] == '"';
        int at = isQuoted ? 1 : 0;
        int depth = 0;
        while (at < rest.Length)
        {
            byte c = rest[at];
            if (isQuoted ? c == '"' : depth == 0 && c is (byte)',' or (byte)':' or (byte)'=')
            {
                break;
            }

            if (c == '\\' && ++at >= rest.Length)
            {
                throw Malformed(text, "Unexpected end of input.");
            }

            depth += c is (byte)'{' or (byte)'(' or (byte)'[' ? 1 : c is (byte)'}' or (byte)')' or (byte)']' ? -1 : 0;
            item.Append(rest[at++]);
        }

        if (isQuoted)
        {
            rest = at < rest.Length ? AsciiText.Trim(rest[(at + 1)..]) : throw Malformed(text, "Unexpected end of input.");
            return false;
        }

        rest = rest[at..];
        ReadOnlySpan<byte> plain = AsciiText.Trim(item.Written);
        item.Truncate(plain.Length);
        return plain.IsEmpty ? throw Malformed(text) : AsciiText.EqualsIgnoreCase(plain, "null"u8);
    }

    private static SqlException Malformed(ReadOnlySpan<byte> text, string? detail = null) =>
        new(SqlState.InvalidTextRepresentation, $"malformed map literal: \"{CodecErrors.Text(text)}\"") { Detail = detail };
}
