using System.Buffers;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>bytea as text: <c>\x</c> and hex digits, or the escape format.</summary>
internal static class ByteaText
{
    public static void Write(ReadOnlySpan<byte> value, IBufferWriter<byte> output, bool isEscape)
    {
        if (isEscape)
        {
            WriteEscape(value, output);
            return;
        }

        Span<byte> target = output.GetSpan(2 + (value.Length * 2));
        target[0] = (byte)'\\';
        target[1] = (byte)'x';
        Convert.TryToHexStringLower(value, target[2..], out _);
        output.Advance(2 + (value.Length * 2));
    }

    /// <exception cref="SqlException">22P02, or 22023 for a bad hex digit.</exception>
    public static void Parse(ReadOnlySpan<byte> text, ByteWriter output)
    {
        if (text.StartsWith("\\x"u8))
        {
            ParseHex(text[2..], output);
            return;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                output.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '\\')
            {
                output.Append((byte)'\\');
                i++;
            }
            else if (i + 3 < text.Length && text[i + 1] is >= (byte)'0' and <= (byte)'3'
                && text[i + 2] is >= (byte)'0' and <= (byte)'7' && text[i + 3] is >= (byte)'0' and <= (byte)'7')
            {
                output.Append((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                throw new SqlException(SqlState.InvalidTextRepresentation, "invalid input syntax for type bytea");
            }
        }
    }

    private static void ParseHex(ReadOnlySpan<byte> hex, ByteWriter output)
    {
        for (int i = 0; i < hex.Length; i++)
        {
            if (AsciiText.IsSpace(hex[i]))
            {
                continue;
            }

            int high = HexDigit(hex, i);
            if (++i >= hex.Length)
            {
                throw new SqlException(SqlState.InvalidParameterValue, "invalid hexadecimal data: odd number of digits");
            }

            output.Append((byte)((high << 4) | HexDigit(hex, i)));
        }
    }

    private static int HexDigit(ReadOnlySpan<byte> hex, int at)
    {
        byte c = hex[at];
        if (AsciiText.IsDigit(c))
        {
            return c - '0';
        }

        if ((c | 0x20) is >= 'a' and <= 'f')
        {
            return (c | 0x20) - 'a' + 10;
        }

        System.Text.Rune.DecodeFromUtf8(hex[at..], out System.Text.Rune rune, out _);
        throw new SqlException(SqlState.InvalidParameterValue, $"invalid hexadecimal digit: \"{rune}\"");
    }

    private static void WriteEscape(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        Span<byte> target = output.GetSpan(Math.Max(1, value.Length * 4));
        int written = 0;
        foreach (byte c in value)
        {
            if (c == '\\')
            {
                target[written++] = (byte)'\\';
                target[written++] = (byte)'\\';
            }
            else if (c is < 0x20 or > 0x7E)
            {
                target[written++] = (byte)'\\';
                target[written++] = (byte)('0' + (c >> 6));
                target[written++] = (byte)('0' + ((c >> 3) & 7));
                target[written++] = (byte)('0' + (c & 7));
            }
            else
            {
                target[written++] = c;
            }
        }

        output.Advance(written);
    }
}
