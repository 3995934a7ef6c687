using System.Buffers;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Arrays as text: <c>{1,NULL,"a b"}</c>, <c>{{1,2},{3,4}}</c>; vectors as <c>2 5</c>.</summary>
internal static class ArrayText
{
    public static void Write(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        SqlType element = ArrayReader.ElementOf(type);
        var reader = new ArrayReader(element.Physical, value);
        if (type.Kind != SqlTypeKind.Array)
        {
            for (int i = 0; i < reader.Count; i++)
            {
                output.Write(i == 0 ? [] : " "u8);
                TextCodec.Write(element, reader[i], output, format);
            }

            return;
        }

        if (reader.Count == 0)
        {
            output.Write("{}"u8);
            return;
        }

        int next = 0;
        WriteDimension(element, reader, 0, ref next, output, format);
    }

    /// <exception cref="SqlException">22P02; 0A000 for lower bounds other than 1.</exception>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ByteWriter output)
    {
        if (type.Kind == SqlTypeKind.Array)
        {
            var parser = new ArrayTextParser(type.Element!, text, format);
            parser.Run(output);
            return;
        }

        SqlType element = ArrayReader.ElementOf(type);
        ArrayWriter writer = new ArrayWriter().Begin(element);
        ReadOnlySpan<byte> rest = AsciiText.Trim(text);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny(NestedText.Spaces);
            ReadOnlySpan<byte> item = end < 0 ? rest : rest[..end];
            TextCodec.Parse(element, item, format, writer.Element);
            writer.EndElement();
            rest = AsciiText.Trim(rest[item.Length..]);
        }

        writer.Finish(output);
    }

    private static void WriteDimension(
        SqlType element, ArrayReader reader, int dimension, ref int next, IBufferWriter<byte> output, TextFormat format)
    {
        output.Write("{"u8);
        for (int i = 0; i < reader.Dimension(dimension); i++)
        {
            output.Write(i == 0 ? [] : ","u8);
            if (dimension + 1 < reader.DimensionCount)
            {
                WriteDimension(element, reader, dimension + 1, ref next, output, format);
                continue;
            }

            if (reader.IsNull(next))
            {
                output.Write("NULL"u8);
            }
            else
            {
                WriteElement(element, reader[next], output, format);
            }

            next++;
        }

        output.Write("}"u8);
    }

    private static void WriteElement(SqlType element, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        if (element.IsNumber || element.Kind is SqlTypeKind.Boolean or SqlTypeKind.Date or SqlTypeKind.Uuid)
        {
            // Never in need of quotes, except BC dates.
            if (element.Kind != SqlTypeKind.Date)
            {
                TextCodec.Write(element, value, output, format);
                return;
            }
        }

        using ByteWriter text = ByteWriter.Rent();
        TextCodec.Write(element, value, text, format);
        if (!NeedsQuotes(text.Written))
        {
            output.Write(text.Written);
            return;
        }

        NestedText.WriteQuoted(text.Written, output, isDoubled: false);
    }

    private static bool NeedsQuotes(ReadOnlySpan<byte> text) =>
        text.IsEmpty || AsciiText.EqualsIgnoreCase(text, "null"u8) || text.IndexOfAny(NestedText.ArraySpecials) >= 0;
}
