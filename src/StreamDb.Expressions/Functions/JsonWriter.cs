using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>Makes JSON text of any SQL value, as to_json does. The result is not in jsonb's normal form yet.</summary>
internal static class JsonWriter
{
    /// <param name="value">As it lies in a column; not NULL.</param>
    public static void Write(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Boolean:
                output.Append(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case SqlTypeKind.Json or SqlTypeKind.Jsonb:
                output.Append(value);
                break;
            case SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 or SqlTypeKind.Float32 or SqlTypeKind.Float64 or SqlTypeKind.Numeric:
                WriteNumber(type, value, output, format);
                break;
            case SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz:
                WriteTimestamp(type, value, output, format);
                break;
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                var reader = new ArrayReader(type, value);
                int next = 0;
                WriteArray(ArrayReader.ElementOf(type), reader, 0, ref next, output, format);
                break;
            case SqlTypeKind.Record:
                WriteRecord(type, value, output, format);
                break;
            case SqlTypeKind.Map:
                WriteMap(type, value, output, format);
                break;
            default:
                WriteText(type, value, output, format);
                break;
        }
    }

    private static void WriteText(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        using ByteWriter text = ByteWriter.Rent();
        TextCodec.Write(type, value, text, format);
        JsonText.WriteString(text.Written, output);
    }

    private static void WriteNumber(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        int start = output.Length;
        TextCodec.Write(type, value, output, format);

        // NaN and the infinities are no JSON numbers.
        byte last = output.Written[^1];
        if (last is (byte)'N' or (byte)'y')
        {
            using ByteWriter text = ByteWriter.Rent();
            text.Append(output.Written[start..]);
            output.Truncate(start);
            JsonText.WriteString(text.Written, output);
        }
    }

    private static void WriteTimestamp(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        output.Append((byte)'"');
        int start = output.Length;
        TextCodec.Write(type, value, output, format);
        Span<byte> text = output.Written[start..];
        int space = text.IndexOf((byte)' ');
        if (space > 0)
        {
            text[space] = (byte)'T';
        }

        // ISO 8601 wants minutes in the offset: +00:00.
        if (type.Kind == SqlTypeKind.TimestampTz && text.Length > 3 && text[^3] is (byte)'+' or (byte)'-')
        {
            output.Append(":00"u8);
        }

        output.Append((byte)'"');
    }

    private static void WriteArray(SqlType element, ArrayReader reader, int dimension, ref int next, ByteWriter output, TextFormat format)
    {
        output.Append((byte)'[');
        int length = reader.DimensionCount == 0 ? 0 : reader.Dimension(dimension);
        for (int i = 0; i < length; i++)
        {
            if (i > 0)
            {
                output.Append((byte)',');
            }

            if (dimension + 1 < reader.DimensionCount)
            {
                WriteArray(element, reader, dimension + 1, ref next, output, format);
            }
            else if (reader.IsNull(next))
            {
                output.Append("null"u8);
                next++;
            }
            else
            {
                Write(element, reader[next++], output, format);
            }
        }

        output.Append((byte)']');
    }

    private static void WriteRecord(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        var reader = new RecordReader(type, value);
        output.Append((byte)'{');
        for (int i = 0; i < reader.Count; i++)
        {
            if (i > 0)
            {
                output.Append((byte)',');
            }

            JsonText.WriteString(System.Text.Encoding.UTF8.GetBytes(type.Fields[i].Name), output);
            output.Append((byte)':');
            if (reader.IsNull(i))
            {
                output.Append("null"u8);
            }
            else
            {
                Write(type.Fields[i].Type, reader[i], output, format);
            }
        }

        output.Append((byte)'}');
    }

    private static void WriteMap(SqlType type, ReadOnlySpan<byte> value, ByteWriter output, TextFormat format)
    {
        var reader = new MapReader(type, value);
        output.Append((byte)'{');
        for (int i = 0; i < reader.Count; i++)
        {
            if (i > 0)
            {
                output.Append((byte)',');
            }

            WriteText(type.Key!, reader.Keys[i], output, format);
            output.Append((byte)':');
            if (reader.Values.IsNull(i))
            {
                output.Append("null"u8);
            }
            else
            {
                Write(type.Element!, reader.Values[i], output, format);
            }
        }

        output.Append((byte)'}');
    }
}
