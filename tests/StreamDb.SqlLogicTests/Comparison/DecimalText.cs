using System.Globalization;
using System.Numerics;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Arithmetic on numbers as text, exact at any width: suites hold numbers beyond decimal and double.</summary>
public static class DecimalText
{
    /// <summary>Spells out an exponent: <c>2e+40</c> becomes 41 digits. Other text is returned as it is.</summary>
    public static string WithoutExponent(string text)
    {
        int at = text.AsSpan().IndexOfAny('e', 'E');
        if (at < 0 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent))
        {
            return text;
        }

        string sign = text[0] == '-' ? "-" : "";
        string mantissa = text[sign.Length..at];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int whole = (point < 0 ? mantissa.Length : point) + exponent;
        string plain = whole <= 0
            ? "0." + new string('0', -whole) + digits
            : whole >= digits.Length
                ? digits + new string('0', whole - digits.Length)
                : digits[..whole] + "." + digits[whole..];
        return sign + plain;
    }

    /// <summary>Rounds half away from zero, or truncates, to a whole number.</summary>
    public static string ToInteger(string text, bool roundsHalfUp)
    {
        string plain = WithoutExponent(text);
        int point = plain.IndexOf('.', StringComparison.Ordinal);
        if (point < 0 || !TryParse(plain, out BigInteger unscaled, out int scale))
        {
            return plain;
        }

        return DivideRounded(unscaled, scale, roundsHalfUp).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Rounds to three decimals when there are more; shorter fractions stay.</summary>
    public static string AtMostThreeDecimals(string text) =>
        TryParse(WithoutExponent(text), out BigInteger unscaled, out int scale) && scale > 3
            ? Print(DivideRounded(unscaled, scale - 3, roundsHalfUp: true), 3)
            : text;

    /// <summary>The exact binary value rounded half to even, as C and Rust print it.</summary>
    public static string Fixed(double number, int decimals)
    {
        if (!double.IsFinite(number))
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        int biased = (int)(bits >> 52);
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (biased == 0 ? 0 : 1L << 52);
        int exponent = Math.Max(biased, 1) - 1075;
        BigInteger scaled = mantissa * BigInteger.Pow(10, decimals);
        if (exponent >= 0)
        {
            scaled <<= exponent;
        }
        else
        {
            scaled = BigInteger.DivRem(scaled, BigInteger.One << -exponent, out BigInteger remainder);
            int half = (remainder << 1).CompareTo(BigInteger.One << -exponent);
            scaled += half > 0 || (half == 0 && !scaled.IsEven) ? 1 : 0;
        }

        return (double.IsNegative(number) ? "-" : "") + Print(scaled, decimals);
    }

    private static bool TryParse(string plain, out BigInteger unscaled, out int scale)
    {
        int point = plain.IndexOf('.', StringComparison.Ordinal);
        scale = point < 0 ? 0 : plain.Length - point - 1;
        return BigInteger.TryParse(
            plain.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out unscaled);
    }

    private static BigInteger DivideRounded(BigInteger unscaled, int digits, bool roundsHalfUp)
    {
        BigInteger divisor = BigInteger.Pow(10, digits);
        BigInteger quotient = BigInteger.DivRem(unscaled, divisor, out BigInteger remainder);
        return roundsHalfUp && BigInteger.Abs(remainder) * 2 >= divisor ? quotient + unscaled.Sign : quotient;
    }

    private static string Print(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled.Sign < 0 ? "-" : "") + digits[..^scale] + "." + digits[^scale..];
    }
}
