using System.Buffers;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Records as text: <c>(1,"a b",)</c>; NULL is nothing, the empty string is <c>""</c>.</summary>
internal static class RecordText
{
    public static void Write(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        var reader = new RecordReader(type, value);
        output.Write("("u8);
        for (int i = 0; i < reader.Count; i++)
        {
            output.Write(i == 0 ? [] : ","u8);
            if (reader.IsNull(i))
            {
                continue;
            }

            using ByteWriter text = ByteWriter.Rent();
            TextCodec.Write(type.Fields[i].Type, reader[i], text, format);
            if (text.Length == 0 || text.Written.IndexOfAny(NestedText.RecordSpecials) >= 0)
            {
                NestedText.WriteQuoted(text.Written, output, isDoubled: true);
            }
            else
            {
                output.Write(text.Written);
            }
        }

        output.Write(")"u8);
    }

    /// <exception cref="SqlException">22P02; 0A000 for a record whose fields are not known.</exception>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ByteWriter output)
    {
        if (type.Fields.Length == 0)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "input of anonymous composite types is not implemented");
        }

        ReadOnlySpan<byte> rest = AsciiText.Trim(text);
        if (rest.IsEmpty || rest[0] != '(')
        {
            throw CodecErrors.MalformedRecord(text, "Missing left parenthesis.");
        }

        RecordWriter writer = new RecordWriter().Begin();
        using ByteWriter field = ByteWriter.Rent();
        rest = rest[1..];
        for (int i = 0; i < type.Fields.Length; i++)
        {
            if (i > 0)
            {
                if (rest.IsEmpty || rest[0] != ',')
                {
                    throw CodecErrors.MalformedRecord(text, "Too few columns.");
                }

                rest = rest[1..];
            }

            field.Clear();
            if (!ReadField(ref rest, field, text))
            {
                writer.AppendNull();
                continue;
            }

            TextCodec.Parse(type.Fields[i].Type, field.Written, format, writer.Field);
            writer.EndField();
        }

        if (rest.IsEmpty || rest[0] != ')')
        {
            throw CodecErrors.MalformedRecord(text, "Too many columns.");
        }

        if (rest.Length > 1)
        {
            throw CodecErrors.MalformedRecord(text, "Junk after right parenthesis.");
        }

        writer.Finish(output);
    }

    /// <summary>Reads one field up to a comma or the closing parenthesis; false for NULL.</summary>
    private static bool ReadField(ref ReadOnlySpan<byte> rest, ByteWriter field, ReadOnlySpan<byte> text)
    {
        bool isQuoted = false;
        bool isPresent = false;
        int at = 0;
        while (true)
        {
            if (at >= rest.Length)
            {
                throw CodecErrors.MalformedRecord(text, "Unexpected end of input.");
            }

            byte c = rest[at];
            if (!isQuoted && (c is (byte)',' or (byte)')'))
            {
                rest = rest[at..];
                return isPresent;
            }

            isPresent = true;
            at++;
            if (c == '"')
            {
                if (isQuoted && at < rest.Length && rest[at] == '"')
                {
                    field.Append(c);
                    at++;
                }
                else
                {
                    isQuoted = !isQuoted;
                }

                continue;
            }

            if (c == '\\')
            {
                if (at >= rest.Length)
                {
                    throw CodecErrors.MalformedRecord(text, "Unexpected end of input.");
                }

                c = rest[at++];
            }

            field.Append(c);
        }
    }
}
