using System.Numerics;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Aggregates;

/// <summary>A decimal number of any length: mantissa · 10^-scale. For results whose intermediate values exceed 28 digits.</summary>
internal readonly record struct BigDecimal(BigInteger Mantissa, int Scale)
{
    private const int SignificantDigitsMin = 16;

    public static BigDecimal operator +(BigDecimal a, BigDecimal b)
    {
        int scale = Math.Max(a.Scale, b.Scale);
        return new BigDecimal(a.At(scale) + b.At(scale), scale);
    }

    public static BigDecimal operator -(BigDecimal a, BigDecimal b) => a + new BigDecimal(-b.Mantissa, b.Scale);

    public static BigDecimal operator *(BigDecimal a, BigDecimal b) => new(a.Mantissa * b.Mantissa, a.Scale + b.Scale);

    /// <summary>The quotient with the scale that PostgreSQL chooses.</summary>
    public static BigDecimal operator /(BigDecimal a, BigDecimal b) => Divide(a, b, QuotientScale(a, b));

    public static BigDecimal From(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        BigInteger mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new BigDecimal(value < 0 ? -mantissa : mantissa, value.Scale);
    }

    /// <summary>a / b rounded half away from zero to <paramref name="scale"/> digits after the point.</summary>
    public static BigDecimal Divide(BigDecimal a, BigDecimal b, int scale)
    {
        int shift = scale + b.Scale - a.Scale;
        BigInteger numerator = shift >= 0 ? a.Mantissa * BigInteger.Pow(10, shift) : a.Mantissa;
        BigInteger denominator = shift >= 0 ? b.Mantissa : b.Mantissa * BigInteger.Pow(10, -shift);
        return new BigDecimal(DivideRounded(numerator, denominator), scale);
    }

    /// <summary>√a rounded to <paramref name="scale"/> digits after the point.</summary>
    public static BigDecimal SquareRoot(BigDecimal a, int scale)
    {
        // One digit more than asked for, then rounded.
        BigInteger root = IntegerRoot(a.At((2 * scale) + 2));
        return new BigDecimal(DivideRounded(root, 10), scale);
    }

    /// <summary>PostgreSQL's select_div_scale: at least 16 significant digits, and no less than the operands show.</summary>
    public static int QuotientScale(BigDecimal a, BigDecimal b)
    {
        (int weightA, int digitA) = a.Leading();
        (int weightB, int digitB) = b.Leading();
        int weight = weightA - weightB - (digitA <= digitB ? 1 : 0);
        return Math.Min(1000, Math.Max(Math.Max(SignificantDigitsMin - (weight * 4), 0), Math.Max(a.Scale, b.Scale)));
    }

    /// <summary>The position and value of the first digit in base 10000.</summary>
    public (int Weight, int Digit) Leading()
    {
        BigInteger magnitude = BigInteger.Abs(Mantissa);
        if (magnitude.IsZero)
        {
            return (0, 0);
        }

        // Digits are counted from the decimal point in groups of four.
        int padded = (4 - (Scale % 4)) % 4;
        magnitude *= BigInteger.Pow(10, padded);
        int groups = (Scale + padded) / 4;
        string digits = magnitude.ToString(System.Globalization.CultureInfo.InvariantCulture);
        int leading = ((digits.Length - 1) % 4) + 1;
        return (((digits.Length - leading) / 4) - groups, int.Parse(digits.AsSpan(0, leading), System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The nearest value that 28 digits hold, fewer decimals if need be; false when even its integer part does not fit.</summary>
    public bool TryToNumeric(out Numeric value)
    {
        BigInteger mantissa = Mantissa;
        int scale = Scale;
        if (scale > 28)
        {
            mantissa = DivideRounded(mantissa, BigInteger.Pow(10, scale - 28));
            scale = 28;
        }

        while (BigInteger.Abs(mantissa) >> 96 != 0)
        {
            if (scale == 0)
            {
                value = default;
                return false;
            }

            int drop = Math.Clamp((int)((BigInteger.Abs(mantissa).GetBitLength() - 96) * 0.30102), 1, scale);
            mantissa = DivideRounded(Mantissa, BigInteger.Pow(10, Scale - scale + drop));
            scale -= drop;
        }

        BigInteger magnitude = BigInteger.Abs(mantissa);
        value = new decimal(
            (int)(uint)(magnitude & uint.MaxValue),
            (int)(uint)((magnitude >> 32) & uint.MaxValue),
            (int)(uint)((magnitude >> 64) & uint.MaxValue),
            mantissa.Sign < 0,
            (byte)scale);
        return true;
    }

    /// <summary>Appends the value as numeric, or NULL and 22003 when it does not fit.</summary>
    public static void Append(BigDecimal value, ColumnBuilder output, IErrorSink errors)
    {
        if (value.TryToNumeric(out Numeric numeric))
        {
            output.Append(numeric);
            return;
        }

        errors.Report(SqlState.NumericValueOutOfRange, "value overflows numeric format", 1);
        output.AppendNull();
    }

    public double ToDouble() => (double)Mantissa / Math.Pow(10, Scale);

    /// <summary>The mantissa at another scale; digits beyond it are cut.</summary>
    public BigInteger At(int scale) => scale >= Scale
        ? Mantissa * BigInteger.Pow(10, scale - Scale)
        : Mantissa / BigInteger.Pow(10, Scale - scale);

    public BigDecimal Round(int scale) => scale >= Scale
        ? new BigDecimal(At(scale), scale)
        : new BigDecimal(DivideRounded(Mantissa, BigInteger.Pow(10, Scale - scale)), scale);

    public static BigInteger DivideRounded(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        return BigInteger.Abs(remainder) * 2 >= BigInteger.Abs(denominator)
            ? quotient + (numerator.Sign * denominator.Sign)
            : quotient;
    }

    private static BigInteger IntegerRoot(BigInteger value)
    {
        if (value.IsZero)
        {
            return BigInteger.Zero;
        }

        BigInteger root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }
}
