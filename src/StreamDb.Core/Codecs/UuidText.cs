using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>uuid as text: 32 hex digits in groups of 8-4-4-4-12; on input braces and a hyphen after any four digits are optional.</summary>
internal static class UuidText
{
    public const int Bytes = 36;

    public static int Write(Uuid value, Span<byte> target)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<Uuid>(ref value));
        int written = 0;
        for (int i = 0; i < 16; i++)
        {
            if (i is 4 or 6 or 8 or 10)
            {
                target[written++] = (byte)'-';
            }

            target[written++] = HexDigit(bytes[i] >> 4);
            target[written++] = HexDigit(bytes[i] & 15);
        }

        return written;
    }

    public static Uuid Parse(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> digits = text;
        if (digits.Length > 0 && digits[0] == '{')
        {
            digits = digits[^1] == '}' ? digits[1..^1] : throw CodecErrors.Invalid("uuid", text);
        }

        Span<byte> bytes = stackalloc byte[16];
        int at = 0;
        for (int i = 0; i < 16; i++)
        {
            if (at + 1 >= digits.Length || !TryHex(digits[at], out int high) || !TryHex(digits[at + 1], out int low))
            {
                throw CodecErrors.Invalid("uuid", text);
            }

            bytes[i] = (byte)((high << 4) | low);
            at += 2;
            if (i % 2 == 1 && i < 15 && at < digits.Length && digits[at] == '-')
            {
                at++;
            }
        }

        return at == digits.Length ? new Uuid(bytes) : throw CodecErrors.Invalid("uuid", text);
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private static bool TryHex(byte c, out int value)
    {
        value = AsciiText.IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
        return AsciiText.IsDigit(c) || (c | 0x20) is >= 'a' and <= 'f';
    }
}
