using System.Runtime.CompilerServices;

namespace StreamDb.Core.Codecs;

/// <summary>Character classes of the C locale over UTF-8 bytes; bytes above 0x7F belong to none.</summary>
internal static class AsciiText
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLetter(byte c) => (uint)((c | 0x20) - 'a') <= 25;

    public static bool IsLetterOrDigit(byte c) => IsDigit(c) || IsLetter(c);

    /// <summary>Space, tab, newline, vertical tab, form feed, carriage return.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSpace(byte c) => c is (byte)' ' or (>= 9 and <= 13);

    public static bool IsPunctuation(byte c) => c is > 32 and < 127 && !IsLetterOrDigit(c);

    public static byte ToLower(byte c) => (uint)(c - 'A') <= 25 ? (byte)(c | 0x20) : c;

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Equal but for the letter case of <paramref name="text"/>; <paramref name="lower"/> is lower case.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (ToLower(text[i]) != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes two decimal digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteTwo(int value, Span<byte> target)
    {
        target[1] = (byte)('0' + (value % 10));
        target[0] = (byte)('0' + (value / 10));
    }

    /// <summary>Writes <c>.123</c> for microseconds of a second, without trailing zeros; nothing for 0.</summary>
    /// <returns>Bytes written, at most 7.</returns>
    public static int WriteFraction(int microseconds, Span<byte> target)
    {
        if (microseconds == 0)
        {
            return 0;
        }

        target[0] = (byte)'.';
        int length = 7;
        for (int i = 6; i >= 1; i--)
        {
            target[i] = (byte)('0' + (microseconds % 10));
            microseconds /= 10;
        }

        while (target[length - 1] == '0')
        {
            length--;
        }

        return length;
    }
}
