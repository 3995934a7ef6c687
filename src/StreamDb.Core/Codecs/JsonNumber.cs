using System.Buffers.Binary;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>JSON numbers as jsonb keeps them: plain decimal notation of any length, compared by value.</summary>
internal static class JsonNumber
{
    private const int IntegerDigitsMax = 131_072;
    private const int ScaleMax = 16_383;

    /// <summary>Appends a JSON number without its exponent; its scale is kept as numeric does.</summary>
    /// <exception cref="SqlException">22003 beyond numeric's bounds.</exception>
    public static void Normalize(ReadOnlySpan<byte> number, ByteWriter output)
    {
        int exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        bool isNegative = number[0] == '-';
        ReadOnlySpan<byte> mantissa = number[(isNegative ? 1 : 0)..(exponentAt < 0 ? number.Length : exponentAt)];
        if (isNegative && mantissa.IndexOfAnyInRange((byte)'1', (byte)'9') >= 0)
        {
            output.Append((byte)'-');
        }

        if (exponentAt < 0)
        {
            output.Append(mantissa);
            return;
        }

        int point = mantissa.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? mantissa : mantissa[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : mantissa[(point + 1)..];
        Shift(whole, fraction, ReadExponent(number[(exponentAt + 1)..]), output);
    }

    /// <summary>Compares numbers in plain notation by value.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int leftSign = Sign(left);
        int rightSign = Sign(right);
        if (leftSign != rightSign || leftSign == 0)
        {
            return leftSign.CompareTo(rightSign);
        }

        Split(left, out ReadOnlySpan<byte> leftWhole, out ReadOnlySpan<byte> leftFraction);
        Split(right, out ReadOnlySpan<byte> rightWhole, out ReadOnlySpan<byte> rightFraction);
        int order = leftWhole.Length.CompareTo(rightWhole.Length);
        order = order != 0 ? order : leftWhole.SequenceCompareTo(rightWhole);
        order = order != 0 ? order : leftFraction.SequenceCompareTo(rightFraction);
        return order * leftSign;
    }

    /// <summary>Appends the number as <see cref="OrderKey"/> asks: the sign, the count of whole digits, all digits; inverted below zero.</summary>
    public static void WriteOrderKey(ReadOnlySpan<byte> number, ByteWriter output)
    {
        int sign = Sign(number);
        output.Append((byte)(sign + 1));
        if (sign == 0)
        {
            return;
        }

        Split(number, out ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> fraction);
        int start = output.Length;
        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(count, whole.Length);
        output.Append(count);
        output.Append(whole);
        output.Append(fraction);
        output.Append((byte)0);
        if (sign < 0)
        {
            foreach (ref byte b in output.Written[start..])
            {
                b = (byte)~b;
            }
        }
    }

    private static int Sign(ReadOnlySpan<byte> number) =>
        number.IndexOfAnyInRange((byte)'1', (byte)'9') < 0 ? 0 : number[0] == '-' ? -1 : 1;

    private static void Split(ReadOnlySpan<byte> number, out ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> fraction)
    {
        ReadOnlySpan<byte> digits = number[0] == '-' ? number[1..] : number;
        int point = digits.IndexOf((byte)'.');
        whole = (point < 0 ? digits : digits[..point]).TrimStart((byte)'0');
        fraction = point < 0 ? [] : digits[(point + 1)..].TrimEnd((byte)'0');
    }

    private static int ReadExponent(ReadOnlySpan<byte> text)
    {
        int exponent = 0;
        foreach (byte c in text)
        {
            if (AsciiText.IsDigit(c))
            {
                exponent = Math.Min((exponent * 10) + (c - '0'), 1_000_000);
            }
        }

        return text[0] == '-' ? -exponent : exponent;
    }

    /// <summary>Moves the point by <paramref name="exponent"/> digits.</summary>
    private static void Shift(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent, ByteWriter output)
    {
        int scale = Math.Max(0, fraction.Length - exponent);
        int integerDigits = whole.Length + exponent;
        bool isZero = whole.IndexOfAnyExcept((byte)'0') < 0 && fraction.IndexOfAnyExcept((byte)'0') < 0;
        if ((integerDigits > IntegerDigitsMax && !isZero) || scale > ScaleMax)
        {
            throw new SqlException(SqlState.NumericValueOutOfRange, "value overflows numeric format");
        }

        if (isZero)
        {
            output.Append((byte)'0');
            WriteZeros(scale, output);
            return;
        }

        int start = output.Length;
        for (int i = Math.Min(0, integerDigits - 1); i < whole.Length + fraction.Length || i < integerDigits; i++)
        {
            if (i == integerDigits)
            {
                output.Append((byte)'.');
            }

            byte digit = i < 0 ? (byte)'0'
                : i < whole.Length ? whole[i]
                : i - whole.Length < fraction.Length ? fraction[i - whole.Length]
                : (byte)'0';

            // No zeros before the first digit but the one before the point.
            if (digit != '0' || output.Length > start || i >= integerDigits - 1)
            {
                output.Append(digit);
            }
        }
    }

    private static void WriteZeros(int scale, ByteWriter output)
    {
        if (scale > 0)
        {
            output.Append((byte)'.');
            for (int i = 0; i < scale; i++)
            {
                output.Append((byte)'0');
            }
        }
    }
}
