using System.Numerics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Roots, powers and logarithms of numerics, with the scales that PostgreSQL gives their results (as far as 28 digits hold).</summary>
internal static class NumericAnalysis
{
    private const int SignificantDigitsMin = 16;

    public static Numeric SquareRoot(Numeric a, EvaluationContext c)
    {
        if (!a.IsFinite)
        {
            return a.IsNegativeInfinity ? NoSquareRoot(c) : a;
        }

        if (a.Value < 0)
        {
            return NoSquareRoot(c);
        }

        int weight = ((NumericMath.Leading(a.Value).Weight + 1) * 4 / 2) - 1;
        int scale = Math.Max(Math.Max(SignificantDigitsMin - weight, a.Scale), 0);
        return ToNumeric(BigDecimal.SquareRoot(BigDecimal.From(a.Value), scale), c);
    }

    public static Numeric Exponential(Numeric a, EvaluationContext c)
    {
        if (!a.IsFinite)
        {
            return a.IsNegativeInfinity ? 0m : a;
        }

        double magnitude = (double)a.Value * 0.434294481903252;
        if (Math.Abs(magnitude) > 1000)
        {
            return magnitude < 0 ? 0m : NumericMath.OutOfRange(c);
        }

        int scale = Math.Clamp(Math.Max(SignificantDigitsMin - (int)magnitude, a.Scale), 0, 1000);
        return ToNumeric(Exp(BigDecimal.From(a.Value), scale), c);
    }

    public static Numeric NaturalLogarithm(Numeric a, EvaluationContext c)
    {
        if (!IsLogarithmDefined(a, c))
        {
            return default;
        }

        if (!a.IsFinite)
        {
            return a;
        }

        int scale = Math.Max(Math.Max(SignificantDigitsMin - LogarithmWeight(a.Value), a.Scale), 0);
        return ToNumeric(Ln(BigDecimal.From(a.Value), scale), c);
    }

    public static Numeric Logarithm10(Numeric a, EvaluationContext c) => Logarithm(10m, a, c);

    public static Numeric Logarithm(Numeric b, Numeric a, EvaluationContext c)
    {
        if (!IsLogarithmDefined(b, c) || !IsLogarithmDefined(a, c))
        {
            return default;
        }

        if (!a.IsFinite || !b.IsFinite)
        {
            return a.IsNaN || b.IsNaN ? Numeric.NaN : a.IsFinite ? 0m : b.IsFinite ? a : Numeric.NaN;
        }

        if (b.Value == 1)
        {
            return Int32Math.DivisionByZero<Numeric>(c);
        }

        int weight = LogarithmWeight(a.Value) - LogarithmWeight(b.Value);
        int scale = Math.Max(Math.Max(SignificantDigitsMin - weight, Math.Max(a.Scale, b.Scale)), 0);
        return ToNumeric(BigDecimal.Divide(Ln(BigDecimal.From(a.Value), scale + 10), Ln(BigDecimal.From(b.Value), scale + 10), scale), c);
    }

    public static Numeric Power(Numeric a, Numeric b, EvaluationContext c)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return PowerSpecial(a, b);
        }

        if (a.Value == 0 && b.Value < 0)
        {
            return c.Fail<Numeric>(SqlState.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
        }

        if (decimal.Truncate(b.Value) == b.Value && Math.Abs(b.Value) <= int.MaxValue)
        {
            return IntegerPower(a.Value, (int)b.Value, c);
        }

        if (a.Value < 0)
        {
            return c.Fail<Numeric>(
                SqlState.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result");
        }

        if (a.Value == 0)
        {
            return NumericMath.WithScale(0, SignificantDigitsMin);
        }

        BigDecimal exponent = Ln(BigDecimal.From(a.Value), 60) * BigDecimal.From(b.Value);
        double magnitude = exponent.ToDouble() * 0.434294481903252;
        if (Math.Abs(magnitude) > 1000)
        {
            return magnitude < 0 ? 0m : NumericMath.OutOfRange(c);
        }

        int scale = Math.Clamp(Math.Max(SignificantDigitsMin - (int)magnitude, Math.Max(a.Scale, b.Scale)), 0, 1000);
        return ToNumeric(Exp(exponent, scale), c);
    }

    public static Numeric Factorial(long n, EvaluationContext c)
    {
        if (n < 0)
        {
            return c.Fail<Numeric>(SqlState.NumericValueOutOfRange, "factorial of a negative number is undefined");
        }

        decimal product = 1;
        for (long i = 2; i <= n; i++)
        {
            if (product > decimal.MaxValue / i)
            {
                return NumericMath.OutOfRange(c);
            }

            product *= i;
        }

        return product;
    }

    public static int WidthBucket(Numeric value, Numeric low, Numeric high, int count, EvaluationContext c) =>
        WidthBucketDouble(NumberCasts.NumericToDouble(value), NumberCasts.NumericToDouble(low), NumberCasts.NumericToDouble(high), count, c);

    public static int WidthBucketDouble(double value, double low, double high, int count, EvaluationContext c)
    {
        if (count <= 0)
        {
            return c.Fail<int>("2201G", "count must be greater than zero");
        }

        if (double.IsNaN(value) || double.IsNaN(low) || double.IsNaN(high))
        {
            return c.Fail<int>("2201G", "operand, lower bound, and upper bound cannot be NaN");
        }

        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            return c.Fail<int>("2201G", "lower and upper bounds must be finite");
        }

        if (low == high)
        {
            return c.Fail<int>("2201G", "lower bound cannot equal upper bound");
        }

        bool isRising = low < high;
        if (isRising ? value < low : value > low)
        {
            return 0;
        }

        return (isRising ? value >= high : value <= high)
            ? Int32Math.Narrow((long)count + 1, c)
            : (int)(count * ((value - low) / (high - low))) + 1;
    }

    private static Numeric IntegerPower(decimal a, int exponent, EvaluationContext c)
    {
        double magnitude = a == 0 ? 0 : exponent * Math.Log10((double)Math.Abs(a));
        if (magnitude > 30)
        {
            return NumericMath.OutOfRange(c);
        }

        int scale = Math.Max(SignificantDigitsMin, (int)a.Scale);
        if (magnitude < -40)
        {
            return NumericMath.WithScale(0, scale);
        }

        if (Math.Abs(exponent) > 10_000)
        {
            // The base is very near 1: by logarithm.
            BigDecimal product = Ln(BigDecimal.From(Math.Abs(a)), 60) * new BigDecimal(exponent, 0);
            BigDecimal result = Exp(product, scale);
            return ToNumeric(a < 0 && exponent % 2 != 0 ? new BigDecimal(-result.Mantissa, result.Scale) : result, c);
        }

        BigDecimal from = BigDecimal.From(a);
        var power = new BigDecimal(BigInteger.Pow(from.Mantissa, Math.Abs(exponent)), from.Scale * Math.Abs(exponent));
        return ToNumeric(exponent >= 0 ? power.Round(scale) : BigDecimal.Divide(new BigDecimal(1, 0), power, scale), c);
    }

    private static Numeric PowerSpecial(Numeric a, Numeric b)
    {
        double result = Math.Pow(NumberCasts.NumericToDouble(a), NumberCasts.NumericToDouble(b));
        return double.IsNaN(result) ? Numeric.NaN
            : double.IsPositiveInfinity(result) ? Numeric.PositiveInfinity
            : double.IsNegativeInfinity(result) ? Numeric.NegativeInfinity
            : (decimal)result;
    }

    private static BigDecimal Exp(BigDecimal x, int scale)
    {
        int digits = Math.Max(scale, 0) + 10;
        return new BigDecimal(BigMath.Exp(x.At(digits + 10) / BigInteger.Pow(10, 10), digits), digits).Round(scale);
    }

    private static BigDecimal Ln(BigDecimal x, int scale)
    {
        int digits = Math.Max(Math.Max(scale, 0), x.Scale) + 10;
        return new BigDecimal(BigMath.Ln(x.At(digits), digits), digits).Round(scale);
    }

    /// <summary>The position of the first digit of ln a, roughly.</summary>
    private static int LogarithmWeight(decimal a)
    {
        if (a is >= 0.9m and <= 1.1m)
        {
            decimal difference = Math.Abs(a - 1);
            if (difference == 0)
            {
                return 0;
            }

            (int weight, int digit) = NumericMath.Leading(difference);
            return (weight * 4) + (int)Math.Log10(digit);
        }

        return (int)Math.Log10(Math.Abs(Math.Log((double)a)));
    }

    private static bool IsLogarithmDefined(Numeric a, EvaluationContext c)
    {
        if (a.IsNaN || a.CompareTo(Numeric.Zero) > 0)
        {
            return true;
        }

        c.Fail<int>(
            SqlState.InvalidArgumentForLogarithm,
            a == Numeric.Zero ? "cannot take logarithm of zero" : "cannot take logarithm of a negative number");
        return false;
    }

    private static Numeric NoSquareRoot(EvaluationContext c) =>
        c.Fail<Numeric>(SqlState.InvalidArgumentForPowerFunction, "cannot take square root of a negative number");

    private static Numeric ToNumeric(BigDecimal value, EvaluationContext c) =>
        value.TryToNumeric(out Numeric result) ? result : NumericMath.OutOfRange(c);
}
