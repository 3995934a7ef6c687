using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>numeric arithmetic: PostgreSQL's result scales as far as 28 digits hold them, and its rules for NaN and infinities.</summary>
internal static class NumericMath
{
    private const string Overflow = "value overflows numeric format";

    /// <summary>At least so many significant digits in a quotient.</summary>
    private const int SignificantDigitsMin = 16;

    public static Numeric Add(Numeric a, Numeric b, EvaluationContext c)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return AddSpecial(a, b);
        }

        try
        {
            return a.Value + b.Value;
        }
        catch (OverflowException)
        {
            return OutOfRange(c);
        }
    }

    public static Numeric Subtract(Numeric a, Numeric b, EvaluationContext c) => Add(a, Negate(b), c);

    public static Numeric Multiply(Numeric a, Numeric b, EvaluationContext c)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return FromSign(a.IsNaN || b.IsNaN ? null : SignOf(a) * SignOf(b));
        }

        try
        {
            return a.Value * b.Value;
        }
        catch (OverflowException)
        {
            return OutOfRange(c);
        }
    }

    public static Numeric Divide(Numeric a, Numeric b, EvaluationContext c)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return DivideSpecial(a, b, c);
        }

        if (b.Value == 0)
        {
            return Int32Math.DivisionByZero<Numeric>(c);
        }

        try
        {
            return WithScale(a.Value / b.Value, QuotientScale(a.Value, b.Value));
        }
        catch (OverflowException)
        {
            return OutOfRange(c);
        }
    }

    public static Numeric Modulo(Numeric a, Numeric b, EvaluationContext c)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return a.IsNaN || b.IsNaN || !a.IsFinite
                ? b.IsFinite && b.Value == 0 ? Int32Math.DivisionByZero<Numeric>(c) : Numeric.NaN
                : a;
        }

        return b.Value == 0 ? Int32Math.DivisionByZero<Numeric>(c) : Remainder(a.Value, b.Value);
    }

    public static Numeric Negate(Numeric a) => a.IsFinite ? Clean(decimal.Negate(a.Value)) : FromSign(a.IsNaN ? null : -SignOf(a));

    public static Numeric Identity(Numeric a) => a;

    public static Numeric Absolute(Numeric a) => a.IsFinite ? decimal.Abs(a.Value) : a.IsNaN ? a : Numeric.PositiveInfinity;

    public static Numeric Sign(Numeric a) => a.IsNaN ? a : SignOf(a);

    public static Numeric Ceiling(Numeric a) => a.IsFinite ? Clean(decimal.Ceiling(a.Value)) : a;

    public static Numeric Floor(Numeric a) => a.IsFinite ? decimal.Floor(a.Value) : a;

    public static Numeric Round(Numeric a) => RoundTo(a, 0);

    public static Numeric Truncate(Numeric a) => TruncateTo(a, 0);

    public static Numeric RoundTo(Numeric a, int digits)
    {
        if (!a.IsFinite)
        {
            return a;
        }

        if (digits >= 0)
        {
            return WithScale(a.Value, digits);
        }

        decimal unit = PowerOfTen(-digits);
        return unit == 0 ? 0m : Clean(Math.Round(a.Value / unit, MidpointRounding.AwayFromZero) * unit);
    }

    public static Numeric TruncateTo(Numeric a, int digits)
    {
        if (!a.IsFinite || (digits >= 0 && a.Scale <= digits))
        {
            return a.IsFinite ? WithScale(a.Value, digits) : a;
        }

        if (digits >= 0)
        {
            return WithScale(Math.Round(a.Value, Math.Min(digits, 28), MidpointRounding.ToZero), digits);
        }

        decimal unit = PowerOfTen(-digits);
        return unit == 0 ? 0m : Clean(decimal.Truncate(a.Value / unit) * unit);
    }

    public static Numeric Quotient(Numeric a, Numeric b, EvaluationContext c)
    {
        Numeric quotient = Divide(a, b, c);
        return quotient.IsFinite && a.IsFinite && b.IsFinite && b.Value != 0 ? Clean(decimal.Truncate(decimal.Divide(a.Value, b.Value))) : quotient;
    }

    public static int Scale(Numeric a) => a.Scale;

    public static int MinScale(Numeric a) => TrimScale(a).Scale;

    public static Numeric TrimScale(Numeric a) => a.IsFinite ? a.Value / 1.000000000000000000000000000000000m : a;

    /// <summary>The value rounded half away from zero, or padded, to that many digits after the point (as many as 28 digits allow).</summary>
    public static decimal WithScale(decimal value, int scale)
    {
        scale = Math.Clamp(scale, 0, 28);
        decimal rounded = Math.Round(value, scale, MidpointRounding.AwayFromZero);
        return Clean(rounded.Scale < scale ? rounded + new decimal(0, 0, 0, false, (byte)scale) : rounded);
    }

    /// <summary>PostgreSQL's choice of a quotient's scale: 16 significant digits or more, and no less than either operand has.</summary>
    public static int QuotientScale(decimal a, decimal b)
    {
        (int weightA, int digitA) = Leading(a);
        (int weightB, int digitB) = Leading(b);
        int weight = weightA - weightB - (digitA <= digitB ? 1 : 0);
        return Math.Max(Math.Max(SignificantDigitsMin - (weight * 4), 0), Math.Max(a.Scale, b.Scale));
    }

    /// <summary>The position and value of the first digit in base 10000, PostgreSQL's internal base.</summary>
    public static (int Weight, int Digit) Leading(decimal value)
    {
        value = decimal.Abs(value);
        if (value == 0)
        {
            return (0, 0);
        }

        int weight = 0;
        while (value >= 10000m)
        {
            value /= 10000m;
            weight++;
        }

        while (value < 1m)
        {
            value *= 10000m;
            weight--;
        }

        return (weight, (int)value);
    }

    /// <summary>Decimals know a negative zero; SQL does not.</summary>
    public static decimal Clean(decimal value) => value == 0 ? decimal.Abs(value) : value;

    public static Numeric OutOfRange(EvaluationContext c) => c.Fail<Numeric>(SqlState.NumericValueOutOfRange, Overflow);

    private static decimal Remainder(decimal a, decimal b)
    {
        decimal remainder = a % b;
        int scale = Math.Max(a.Scale, b.Scale);
        return WithScale(remainder, scale);
    }

    /// <summary>10 to that power; 0 when no decimal is so large.</summary>
    private static decimal PowerOfTen(int exponent)
    {
        if (exponent > 28)
        {
            return 0;
        }

        decimal power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static int SignOf(Numeric a) => a.IsFinite ? Math.Sign(a.Value) : a.IsPositiveInfinity ? 1 : -1;

    private static Numeric FromSign(int? sign) => sign switch
    {
        null or 0 => Numeric.NaN,
        > 0 => Numeric.PositiveInfinity,
        _ => Numeric.NegativeInfinity,
    };

    private static Numeric AddSpecial(Numeric a, Numeric b) =>
        a.IsNaN || b.IsNaN ? Numeric.NaN
        : a.IsFinite ? b
        : b.IsFinite || a == b ? a
        : Numeric.NaN;

    private static Numeric DivideSpecial(Numeric a, Numeric b, EvaluationContext c)
    {
        if (a.IsNaN || b.IsNaN || (!a.IsFinite && !b.IsFinite))
        {
            return Numeric.NaN;
        }

        if (a.IsFinite)
        {
            return 0m;
        }

        return b.Value == 0 ? Int32Math.DivisionByZero<Numeric>(c) : FromSign(SignOf(a) * SignOf(b));
    }
}
