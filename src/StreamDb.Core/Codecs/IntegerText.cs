using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Integers, oids and booleans as PostgreSQL reads them.</summary>
internal static class IntegerText
{
    /// <summary>An integer within bounds, with optional sign and surrounding space.</summary>
    /// <exception cref="SqlException">22P02 or 22003.</exception>
    public static long Parse(ReadOnlySpan<byte> text, long min, long max, string typeName)
    {
        int at = 0;
        while (at < text.Length && AsciiText.IsSpace(text[at]))
        {
            at++;
        }

        bool isNegative = at < text.Length && text[at] == '-';
        if (isNegative || (at < text.Length && text[at] == '+'))
        {
            at++;
        }

        int first = at;
        long value = 0;
        for (; at < text.Length && AsciiText.IsDigit(text[at]); at++)
        {
            int digit = text[at] - '0';

            // Accumulated below zero, where the range is one larger.
            if (value < (min + digit) / 10 || (value * 10) - digit < min)
            {
                throw CodecErrors.OutOfRange(typeName, text);
            }

            value = (value * 10) - digit;
        }

        if (at == first)
        {
            CodecErrors.InvalidSyntax(typeName, text);
        }

        while (at < text.Length && AsciiText.IsSpace(text[at]))
        {
            at++;
        }

        if (at < text.Length)
        {
            CodecErrors.InvalidSyntax(typeName, text);
        }

        if (!isNegative && value < -max)
        {
            throw CodecErrors.OutOfRange(typeName, text);
        }

        return isNegative ? value : -value;
    }

    /// <summary>An oid: unsigned 32 bits; negative numbers wrap, as in PostgreSQL.</summary>
    public static uint ParseOid(ReadOnlySpan<byte> text, string typeName)
    {
        long value = Parse(text, -uint.MaxValue, uint.MaxValue, typeName);
        return value >= int.MinValue ? (uint)value : throw CodecErrors.OutOfRange(typeName, text);
    }

    /// <summary>Any unique prefix of true, false, yes, no; on, off, 1, 0.</summary>
    public static bool ParseBoolean(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> word = AsciiText.Trim(text);
        switch (word.Length == 0 ? 0 : AsciiText.ToLower(word[0]))
        {
            case (byte)'t' when IsPrefix(word, "true"u8):
            case (byte)'y' when IsPrefix(word, "yes"u8):
            case (byte)'1' when word.Length == 1:
                return true;
            case (byte)'f' when IsPrefix(word, "false"u8):
            case (byte)'n' when IsPrefix(word, "no"u8):
            case (byte)'0' when word.Length == 1:
                return false;
            case (byte)'o' when AsciiText.EqualsIgnoreCase(word, "on"u8):
                return true;
            case (byte)'o' when word.Length >= 2 && IsPrefix(word, "off"u8):
                return false;
            default:
                throw CodecErrors.Invalid("boolean", text);
        }
    }

    private static bool IsPrefix(ReadOnlySpan<byte> word, ReadOnlySpan<byte> full) =>
        word.Length <= full.Length && AsciiText.EqualsIgnoreCase(word, full[..word.Length]);
}
