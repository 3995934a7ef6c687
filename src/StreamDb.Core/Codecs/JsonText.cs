using System.Buffers;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Checks json text, and brings jsonb text into its normal form.</summary>
/// <remarks>
/// The normal form is what PostgreSQL prints for jsonb: <c>{"a": 1, "b": [1, 2]}</c>, keys unique (the last one wins) and
/// ordered by length, then bytes; numbers in plain notation with their scale; strings with only the escapes that JSON
/// needs. It is also how jsonb lies in memory, so equal values have equal bytes, except that numbers keep their scale.
/// </remarks>
public static class JsonText
{
    /// <summary>Nesting beyond this is 54001.</summary>
    public const int DepthMax = 1000;

    /// <exception cref="SqlException">22P02 unless the text is JSON.</exception>
    public static void Validate(ReadOnlySpan<byte> text)
    {
        TextCodec.CheckEncoding(text);
        var parser = new JsonParser(text, null);
        parser.Run();
    }

    /// <summary>Appends the normal form of a JSON text.</summary>
    /// <exception cref="SqlException">22P02, 22P05 for \u0000, 22003 for numbers beyond all bounds.</exception>
    public static void Normalize(ReadOnlySpan<byte> text, ByteWriter output)
    {
        TextCodec.CheckEncoding(text);
        var parser = new JsonParser(text, output);
        parser.Run();
    }

    /// <summary>Appends a string in quotes with the escapes that JSON needs.</summary>
    public static void WriteString(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        WriteEscaped(value, output);
        output.Write("\""u8);
    }

    /// <summary>Appends the content of a JSON string (between its quotes) without escapes: the <c>-&gt;&gt;</c> operator.</summary>
    /// <exception cref="SqlException">22P02 or 22P05 for escapes that are no characters.</exception>
    public static void Unescape(ReadOnlySpan<byte> content, ByteWriter output)
    {
        while (true)
        {
            int escape = content.IndexOf((byte)'\\');
            if (escape < 0)
            {
                output.Append(content);
                return;
            }

            output.Append(content[..escape]);
            content = content[(escape + 1)..];
            if (content[0] == 'u')
            {
                content = UnescapeUnicode(content, output);
                continue;
            }

            output.Append(content[0] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                _ => content[0],
            });
            content = content[1..];
        }
    }

    internal static void WriteEscaped(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        int start = 0;
        for (int i = 0; i < value.Length; i++)
        {
            byte c = value[i];
            if (c >= 0x20 && c is not ((byte)'"' or (byte)'\\'))
            {
                continue;
            }

            output.Write(value[start..i]);
            start = i + 1;
            WriteEscape(c, output);
        }

        output.Write(value[start..]);
    }

    private static void WriteEscape(byte c, IBufferWriter<byte> output)
    {
        Span<byte> target = output.GetSpan(6);
        target[0] = (byte)'\\';
        byte letter = c switch
        {
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'"' or (byte)'\\' => c,
            _ => 0,
        };
        if (letter != 0)
        {
            target[1] = letter;
            output.Advance(2);
            return;
        }

        "u00"u8.CopyTo(target[1..]);
        target[4] = (byte)('0' + (c >> 4));
        target[5] = (byte)((c & 15) < 10 ? '0' + (c & 15) : 'a' + (c & 15) - 10);
        output.Advance(6);
    }

    private static ReadOnlySpan<byte> UnescapeUnicode(ReadOnlySpan<byte> content, ByteWriter output)
    {
        int unit = Hex(content);
        content = content[5..];
        if (unit == 0)
        {
            throw new SqlException(SqlState.UntranslatableCharacter, "unsupported Unicode escape sequence")
            {
                Detail = "\\u0000 cannot be converted to text.",
            };
        }

        int rune = unit;
        if (char.IsLowSurrogate((char)unit))
        {
            throw JsonScanner.Error("Unicode low surrogate must follow a high surrogate.");
        }

        if (char.IsHighSurrogate((char)unit))
        {
            if (content.Length < 6 || content[0] != '\\' || content[1] != 'u')
            {
                throw JsonScanner.Error("Unicode low surrogate must follow a high surrogate.");
            }

            int low = Hex(content[1..]);
            if (!char.IsLowSurrogate((char)low))
            {
                throw JsonScanner.Error(char.IsHighSurrogate((char)low)
                    ? "Unicode high surrogate must not follow a high surrogate."
                    : "Unicode low surrogate must follow a high surrogate.");
            }

            rune = char.ConvertToUtf32((char)unit, (char)low);
            content = content[6..];
        }

        output.Advance(new System.Text.Rune(rune).EncodeToUtf8(output.GetSpan(4)));
        return content;
    }

    private static int Hex(ReadOnlySpan<byte> escape)
    {
        System.Buffers.Text.Utf8Parser.TryParse(escape.Slice(1, 4), out int value, out _, 'x');
        return value;
    }
}
