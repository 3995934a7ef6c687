using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>numeric as text. Plain notation with the value's scale; input with exponents, NaN and infinities.</summary>
public static class NumericText
{
    /// <summary>Bytes that any numeric fits in.</summary>
    public const int BytesMax = 32;

    /// <summary>Digits before the decimal point that a numeric may have.</summary>
    public const int IntegerDigitsMax = 28;
    private const int ScaleMax = 28;
    private static readonly UInt128 _mantissaEnd = UInt128.One << 96;

    // Hot path: per numeric sent. No allocation.
    public static int Write(Numeric value, Span<byte> target)
    {
        if (!value.IsFinite)
        {
            ReadOnlySpan<byte> text = value.IsNaN ? "NaN"u8 : value.IsPositiveInfinity ? "Infinity"u8 : "-Infinity"u8;
            text.CopyTo(target);
            return text.Length;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value.Value, bits);
        int scale = (bits[3] >> 16) & 0xFF;
        var mantissa = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        bool isNegative = bits[3] < 0 && mantissa != 0;

        Span<byte> digits = stackalloc byte[BytesMax];
        int at = digits.Length;
        int written = 0;
        ulong low;
        if ((uint)bits[2] != 0)
        {
            // 96 bits are at most 29 digits: two chunks of at most 19.
            const ulong Chunk = 10_000_000_000_000_000_000;
            (UInt128 quotient, UInt128 remainder) = UInt128.DivRem(mantissa, Chunk);
            low = (ulong)remainder;
            for (int i = 0; i < 19; i++)
            {
                Put(digits, ref at, ref written, scale, (byte)('0' + (low % 10)));
                low /= 10;
            }

            low = (ulong)quotient;
        }
        else
        {
            low = (ulong)mantissa;
        }

        do
        {
            Put(digits, ref at, ref written, scale, (byte)('0' + (low % 10)));
            low /= 10;
        }
        while (low != 0 || written <= scale);

        if (isNegative)
        {
            digits[--at] = (byte)'-';
        }

        digits[at..].CopyTo(target);
        return digits.Length - at;
    }

    /// <exception cref="SqlException">22P02, or 22003 when it has more than <see cref="IntegerDigitsMax"/> digits before the point.</exception>
    public static Numeric Parse(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> number = AsciiText.Trim(text);
        int at = 0;
        bool isNegative = false;
        if (number.Length > 0 && number[0] is (byte)'+' or (byte)'-')
        {
            isNegative = number[0] == '-';
            at++;
        }

        if (at < number.Length && AsciiText.IsLetter(number[at]))
        {
            return ParseSpecial(number, number[at..], isNegative, text);
        }

        // Digits beyond what a decimal holds are counted, and the first of them decides the rounding.
        UInt128 mantissa = 0;
        int dropped = 0;
        int roundingDigit = 0;
        int digits = 0;
        int scale = 0;
        bool hasPoint = false;
        for (; at < number.Length; at++)
        {
            byte c = number[at];
            if (AsciiText.IsDigit(c))
            {
                digits++;
                scale += hasPoint ? 1 : 0;
                if (dropped == 0 && mantissa < UInt128.MaxValue / 100)
                {
                    mantissa = (mantissa * 10) + (uint)(c - '0');
                }
                else if (dropped++ == 0)
                {
                    roundingDigit = c - '0';
                }
            }
            else if (c == '.' && !hasPoint)
            {
                hasPoint = true;
            }
            else
            {
                break;
            }
        }

        int exponent = 0;
        if (digits == 0 || (at < number.Length && !TryReadExponent(number, ref at, out exponent)) || at < number.Length)
        {
            throw CodecErrors.Invalid("numeric", text);
        }

        return Make(mantissa, dropped, roundingDigit, scale, exponent, isNegative);
    }

    private static void Put(Span<byte> digits, ref int at, ref int written, int scale, byte digit)
    {
        digits[--at] = digit;
        written++;
        if (written == scale)
        {
            digits[--at] = (byte)'.';
        }
    }

    private static Numeric ParseSpecial(ReadOnlySpan<byte> number, ReadOnlySpan<byte> word, bool isNegative, ReadOnlySpan<byte> text)
    {
        if (AsciiText.EqualsIgnoreCase(word, "infinity"u8) || AsciiText.EqualsIgnoreCase(word, "inf"u8))
        {
            return isNegative ? Numeric.NegativeInfinity : Numeric.PositiveInfinity;
        }

        return AsciiText.EqualsIgnoreCase(number, "nan"u8) ? Numeric.NaN : throw CodecErrors.Invalid("numeric", text);
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> number, ref int at, out int exponent)
    {
        exponent = 0;
        if ((number[at] | 0x20) != 'e')
        {
            return false;
        }

        at++;
        bool isNegative = at < number.Length && number[at] == '-';
        if (at < number.Length && number[at] is (byte)'+' or (byte)'-')
        {
            at++;
        }

        int first = at;
        for (; at < number.Length && AsciiText.IsDigit(number[at]); at++)
        {
            exponent = Math.Min((exponent * 10) + (number[at] - '0'), 1_000_000);
        }

        exponent = isNegative ? -exponent : exponent;
        return at > first;
    }

    /// <summary>(mantissa digits, then <paramref name="dropped"/> further ones) × 10^(exponent - scale), rounded half away from zero.</summary>
    private static Numeric Make(UInt128 mantissa, int dropped, int roundingDigit, int scale, int exponent, bool isNegative)
    {
        // Now the value is mantissa × 10^-scale, with a fraction of `roundingDigit` tenths of a unit to round.
        scale -= dropped + exponent;
        while (scale < 0)
        {
            if (mantissa == 0)
            {
                scale = 0;
                break;
            }

            mantissa = mantissa < _mantissaEnd ? (mantissa * 10) + (uint)roundingDigit : throw Overflow();
            roundingDigit = 0;
            scale++;
        }

        bool roundsUp = roundingDigit >= 5;
        while (scale > ScaleMax || mantissa + (roundsUp ? 1u : 0u) >= _mantissaEnd)
        {
            if (scale == 0)
            {
                throw Overflow();
            }

            (mantissa, UInt128 digit) = UInt128.DivRem(mantissa, 10);
            roundsUp = digit >= 5;
            scale--;
            if (mantissa == 0 && !roundsUp)
            {
                scale = Math.Min(scale, ScaleMax);
            }
        }

        mantissa += roundsUp ? 1u : 0u;
        var value = new decimal((int)(uint)mantissa, (int)(uint)(mantissa >> 32), (int)(uint)(mantissa >> 64), isNegative && mantissa != 0, (byte)scale);
        return Math.Abs(decimal.Truncate(value)) >= 1e28m ? throw Overflow() : value;
    }

    private static SqlException Overflow() => new(SqlState.NumericValueOutOfRange, "value overflows numeric format");
}
