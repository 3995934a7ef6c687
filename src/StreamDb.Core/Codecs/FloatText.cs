using System.Buffers.Text;
using System.Globalization;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>real and double precision in PostgreSQL's notation.</summary>
internal static class FloatText
{
    /// <summary>Bytes that any float fits in.</summary>
    public const int BytesMax = 40;

    /// <summary>The one NaN that we keep: quiet and positive, as C's. .NET's own constant is negative.</summary>
    private static readonly double _nan = BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000);

    private static readonly string[] _exponentFormats = [.. Enumerable.Range(0, 17).Select(digits => $"E{digits}")];

    public static int Write(double value, Span<byte> target, int extraDigits)
    {
        if (!double.IsFinite(value))
        {
            return WriteSpecial(value, target);
        }

        Span<byte> general = stackalloc byte[BytesMax];
        if (extraDigits > 0)
        {
            value.TryFormat(general, out int length, default, CultureInfo.InvariantCulture);
            return Layout(general[..length], target, 15);
        }

        int digits = Math.Clamp(15 + extraDigits, 1, 15);
        value.TryFormat(general, out int rounded, _exponentFormats[digits - 1], CultureInfo.InvariantCulture);
        return Layout(general[..rounded], target, digits);
    }

    public static int Write(float value, Span<byte> target, int extraDigits)
    {
        if (!float.IsFinite(value))
        {
            return WriteSpecial(value, target);
        }

        Span<byte> general = stackalloc byte[BytesMax];
        if (extraDigits > 0)
        {
            value.TryFormat(general, out int length, default, CultureInfo.InvariantCulture);
            return Layout(general[..length], target, 6);
        }

        int digits = Math.Clamp(6 + extraDigits, 1, 6);
        value.TryFormat(general, out int rounded, _exponentFormats[digits - 1], CultureInfo.InvariantCulture);
        return Layout(general[..rounded], target, digits);
    }

    /// <summary>Makes every NaN the same bits.</summary>
    public static double Canonical(double value) => double.IsNaN(value) ? _nan : value;

    public static float Canonical(float value) => float.IsNaN(value) ? BitConverter.UInt32BitsToSingle(0x7FC0_0000) : value;

    /// <exception cref="SqlException">22P02 or 22003.</exception>
    public static double ParseDouble(ReadOnlySpan<byte> text, string typeName = "double precision")
    {
        ReadOnlySpan<byte> trimmed = AsciiText.Trim(text);
        if (TryParseSpecial(trimmed, out double special))
        {
            return special;
        }

        bool isZero = CheckGrammar(trimmed, text, typeName);
        ReadOnlySpan<byte> number = trimmed[0] == '+' ? trimmed[1..] : trimmed;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            CodecErrors.InvalidSyntax(typeName, text);
        }

        return double.IsInfinity(value) || (value == 0 && !isZero)
            ? throw OutOfRange(trimmed, typeName)
            : value;
    }

    /// <exception cref="SqlException">22P02 or 22003.</exception>
    public static float ParseSingle(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = AsciiText.Trim(text);
        if (TryParseSpecial(trimmed, out double special))
        {
            return Canonical((float)special);
        }

        bool isZero = CheckGrammar(trimmed, text, "real");
        ReadOnlySpan<byte> number = trimmed[0] == '+' ? trimmed[1..] : trimmed;
        if (!float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
        {
            CodecErrors.InvalidSyntax("real", text);
        }

        return float.IsInfinity(value) || (value == 0 && !isZero) ? throw OutOfRange(trimmed, "real") : value;
    }

    private static SqlException OutOfRange(ReadOnlySpan<byte> text, string typeName) =>
        new(SqlState.NumericValueOutOfRange, $"\"{CodecErrors.Text(text)}\" is out of range for type {typeName}");

    private static int WriteSpecial(double value, Span<byte> target)
    {
        ReadOnlySpan<byte> text = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;
        text.CopyTo(target);
        return text.Length;
    }

    private static bool TryParseSpecial(ReadOnlySpan<byte> text, out double value)
    {
        bool isSigned = text.Length > 0 && text[0] is (byte)'+' or (byte)'-';
        ReadOnlySpan<byte> word = isSigned ? text[1..] : text;
        if (AsciiText.EqualsIgnoreCase(word, "infinity"u8) || AsciiText.EqualsIgnoreCase(word, "inf"u8))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = _nan;
        return AsciiText.EqualsIgnoreCase(word, "nan"u8);
    }

    /// <summary>Checks sign, digits, point, digits, exponent; true when every digit of the mantissa is zero.</summary>
    private static bool CheckGrammar(ReadOnlySpan<byte> number, ReadOnlySpan<byte> text, string typeName)
    {
        int at = 0;
        if (at < number.Length && number[at] is (byte)'+' or (byte)'-')
        {
            at++;
        }

        int digits = 0;
        bool isZero = true;
        bool hasPoint = false;
        for (; at < number.Length; at++)
        {
            if (AsciiText.IsDigit(number[at]))
            {
                digits++;
                isZero &= number[at] == '0';
            }
            else if (number[at] == '.' && !hasPoint)
            {
                hasPoint = true;
            }
            else
            {
                break;
            }
        }

        if (digits > 0 && at < number.Length && (number[at] | 0x20) == 'e')
        {
            at++;
            if (at < number.Length && number[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            int exponent = at;
            while (at < number.Length && AsciiText.IsDigit(number[at]))
            {
                at++;
            }

            digits = at == exponent ? 0 : digits;
        }

        if (digits == 0 || at < number.Length)
        {
            CodecErrors.InvalidSyntax(typeName, text);
        }

        return isZero;
    }

    /// <summary>
    /// Lays out digits and exponent of .NET's notation as PostgreSQL does: plain while the decimal exponent is from -4 up to
    /// <paramref name="exponentEnd"/> (exclusive), else d.ddde+xx.
    /// </summary>
    private static int Layout(ReadOnlySpan<byte> general, Span<byte> target, int exponentEnd)
    {
        Span<byte> digits = stackalloc byte[BytesMax + 320];
        int count = 0;
        int at = 0;
        int written = 0;
        if (general[0] == '-')
        {
            target[written++] = (byte)'-';
            at++;
        }

        // Exponent of the first digit taken, counted from the decimal point.
        int exponent = 0;
        int beforePoint = 0;
        bool hasPoint = false;
        for (; at < general.Length && general[at] != 'E'; at++)
        {
            if (general[at] == '.')
            {
                hasPoint = true;
                continue;
            }

            if (!hasPoint)
            {
                beforePoint++;
            }

            if (count == 0 && general[at] == '0')
            {
                exponent--;
                continue;
            }

            digits[count++] = general[at];
        }

        exponent += beforePoint - 1;
        if (at < general.Length)
        {
            Utf8Parser.TryParse(general[(at + 1)..], out int written10, out _);
            exponent += written10;
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        if (count == 0)
        {
            target[written++] = (byte)'0';
            return written;
        }

        return written + (exponent < -4 || exponent >= exponentEnd
            ? WriteExponent(digits[..count], exponent, target[written..])
            : WritePlain(digits[..count], exponent, target[written..]));
    }

    private static int WriteExponent(ReadOnlySpan<byte> digits, int exponent, Span<byte> target)
    {
        int written = 0;
        target[written++] = digits[0];
        if (digits.Length > 1)
        {
            target[written++] = (byte)'.';
            digits[1..].CopyTo(target[written..]);
            written += digits.Length - 1;
        }

        target[written++] = (byte)'e';
        target[written++] = exponent < 0 ? (byte)'-' : (byte)'+';
        int magnitude = Math.Abs(exponent);
        if (magnitude >= 100)
        {
            target[written++] = (byte)('0' + (magnitude / 100));
            magnitude %= 100;
        }

        AsciiText.WriteTwo(magnitude, target[written..]);
        return written + 2;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> target)
    {
        int written = 0;
        if (exponent < 0)
        {
            target[written++] = (byte)'0';
            target[written++] = (byte)'.';
            for (int i = -1; i > exponent; i--)
            {
                target[written++] = (byte)'0';
            }

            digits.CopyTo(target[written..]);
            return written + digits.Length;
        }

        for (int i = 0; i < Math.Max(digits.Length, exponent + 1); i++)
        {
            if (i == exponent + 1)
            {
                target[written++] = (byte)'.';
            }

            target[written++] = i < digits.Length ? digits[i] : (byte)'0';
        }

        return written;
    }
}
