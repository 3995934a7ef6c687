using StreamDb.Core.Errors;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>real and double precision: IEEE arithmetic, but overflow, underflow and division by zero are errors, as in PostgreSQL.</summary>
internal static class FloatMath
{
    public static double Add(double a, double b, EvaluationContext c) => CheckOverflow(a + b, a, b, c);

    public static double Subtract(double a, double b, EvaluationContext c) => CheckOverflow(a - b, a, b, c);

    public static double Multiply(double a, double b, EvaluationContext c)
    {
        double product = a * b;
        return product == 0 && a != 0 && b != 0 ? Underflow(c) : CheckOverflow(product, a, b, c);
    }

    public static double Divide(double a, double b, EvaluationContext c)
    {
        if (b == 0 && !double.IsNaN(a))
        {
            return Int32Math.DivisionByZero<double>(c);
        }

        double quotient = a / b;
        return quotient == 0 && a != 0 && !double.IsInfinity(b) ? Underflow(c) : CheckOverflow(quotient, a, a, c);
    }

    public static double Negate(double a) => -a;

    public static double Identity(double a) => a;

    public static double Absolute(double a) => Math.Abs(a);

    public static float AddSingle(float a, float b, EvaluationContext c) => CheckOverflow(a + b, a, b, c);

    public static float SubtractSingle(float a, float b, EvaluationContext c) => CheckOverflow(a - b, a, b, c);

    public static float MultiplySingle(float a, float b, EvaluationContext c)
    {
        float product = a * b;
        return product == 0 && a != 0 && b != 0 ? (float)Underflow(c) : CheckOverflow(product, a, b, c);
    }

    public static float DivideSingle(float a, float b, EvaluationContext c)
    {
        if (b == 0 && !float.IsNaN(a))
        {
            return Int32Math.DivisionByZero<float>(c);
        }

        float quotient = a / b;
        return quotient == 0 && a != 0 && !float.IsInfinity(b) ? (float)Underflow(c) : CheckOverflow(quotient, a, a, c);
    }

    public static float NegateSingle(float a) => -a;

    public static float IdentitySingle(float a) => a;

    public static float AbsoluteSingle(float a) => Math.Abs(a);

    public static double Ceiling(double a) => Math.Ceiling(a);

    public static double Floor(double a) => Math.Floor(a);

    public static double Round(double a) => Math.Round(a, MidpointRounding.ToEven);

    public static double Truncate(double a) => Math.Truncate(a);

    public static double Sign(double a) => double.IsNaN(a) ? a : Math.Sign(a);

    public static double SquareRoot(double a, EvaluationContext c) => a < 0
        ? c.Fail<double>(SqlState.InvalidArgumentForPowerFunction, "cannot take square root of a negative number")
        : Math.Sqrt(a);

    public static double CubeRoot(double a) => Math.Cbrt(a);

    public static double Exponential(double a, EvaluationContext c)
    {
        double result = Math.Exp(a);
        return result == 0 && !double.IsNegativeInfinity(a) ? Underflow(c) : CheckOverflow(result, a, a, c);
    }

    public static double NaturalLogarithm(double a, EvaluationContext c) => IsLogarithmDefined(a, c) ? Math.Log(a) : 0;

    public static double Logarithm10(double a, EvaluationContext c) => IsLogarithmDefined(a, c) ? Math.Log10(a) : 0;

    public static double Power(double a, double b, EvaluationContext c)
    {
        if (a == 0 && b < 0)
        {
            return c.Fail<double>(SqlState.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
        }

        if (a < 0 && double.IsFinite(b) && Math.Floor(b) != b)
        {
            return c.Fail<double>(
                SqlState.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result");
        }

        double result = Math.Pow(a, b);
        return result == 0 && a != 0 && double.IsFinite(a) && double.IsFinite(b) ? Underflow(c) : CheckOverflow(result, a, b, c);
    }

    public static double Sine(double a, EvaluationContext c) => IsAngle(a, c) ? Math.Sin(a) : 0;

    public static double Cosine(double a, EvaluationContext c) => IsAngle(a, c) ? Math.Cos(a) : 0;

    public static double Tangent(double a, EvaluationContext c) => IsAngle(a, c) ? Math.Tan(a) : 0;

    public static double Cotangent(double a, EvaluationContext c) => IsAngle(a, c) ? 1 / Math.Tan(a) : 0;

    public static double ArcSine(double a, EvaluationContext c) => IsWithin(a, -1, 1, c) ? Math.Asin(a) : 0;

    public static double ArcCosine(double a, EvaluationContext c) => IsWithin(a, -1, 1, c) ? Math.Acos(a) : 0;

    public static double ArcTangent(double a) => Math.Atan(a);

    public static double ArcTangent2(double a, double b) => Math.Atan2(a, b);

    public static double HyperbolicSine(double a) => Math.Sinh(a);

    public static double HyperbolicCosine(double a) => Math.Cosh(a);

    public static double HyperbolicTangent(double a) => Math.Tanh(a);

    public static double AreaSine(double a) => Math.Asinh(a);

    public static double AreaCosine(double a, EvaluationContext c) => IsWithin(a, 1, double.PositiveInfinity, c) ? Math.Acosh(a) : 0;

    public static double AreaTangent(double a, EvaluationContext c) => IsWithin(a, -1, 1, c) ? Math.Atanh(a) : 0;

    public static double Degrees(double a) => a * (180 / Math.PI);

    public static double Radians(double a) => a * (Math.PI / 180);

    public static double SineDegrees(double a, EvaluationContext c) => IsAngle(a, c) ? DegreeSine(a) : 0;

    public static double CosineDegrees(double a, EvaluationContext c) => IsAngle(a, c) ? DegreeSine(a + 90) : 0;

    public static double TangentDegrees(double a, EvaluationContext c) => IsAngle(a, c) ? DegreeSine(a) / DegreeSine(a + 90) : 0;

    public static double CotangentDegrees(double a, EvaluationContext c) => IsAngle(a, c) ? DegreeSine(a + 90) / DegreeSine(a) : 0;

    public static double ArcSineDegrees(double a, EvaluationContext c) => IsWithin(a, -1, 1, c)
        ? Math.Abs(a) == 0.5 ? Math.CopySign(30, a) : Degrees(Math.Asin(a))
        : 0;

    public static double ArcCosineDegrees(double a, EvaluationContext c) => IsWithin(a, -1, 1, c)
        ? a == 0.5 ? 60 : a == -0.5 ? 120 : Degrees(Math.Acos(a))
        : 0;

    public static double ArcTangentDegrees(double a) => Degrees(Math.Atan(a));

    public static double ArcTangent2Degrees(double a, double b) => Degrees(Math.Atan2(a, b));

    public static double Pi() => Math.PI;

    public static double Random(EvaluationContext c) => c.Random.NextDouble();

    private static double DegreeSine(double degrees)
    {
        // Exact at the multiples of 30 degrees, where users expect 0, 0.5 and 1.
        double turn = Math.IEEERemainder(degrees, 360);
        return turn switch
        {
            0 or 180 or -180 => 0,
            30 or 150 => 0.5,
            -30 or -150 => -0.5,
            90 => 1,
            -90 => -1,
            _ => Math.Sin(turn * (Math.PI / 180)),
        };
    }

    private static bool IsAngle(double a, EvaluationContext c)
    {
        if (double.IsInfinity(a))
        {
            OutOfInput(c);
            return false;
        }

        return true;
    }

    private static bool IsWithin(double a, double lower, double upper, EvaluationContext c)
    {
        if (a < lower || a > upper)
        {
            OutOfInput(c);
            return false;
        }

        return true;
    }

    private static bool IsLogarithmDefined(double a, EvaluationContext c)
    {
        if (a <= 0)
        {
            c.Fail<int>(
                SqlState.InvalidArgumentForLogarithm,
                a == 0 ? "cannot take logarithm of zero" : "cannot take logarithm of a negative number");
            return false;
        }

        return true;
    }

    private static void OutOfInput(EvaluationContext c) => c.Fail<int>(SqlState.NumericValueOutOfRange, "input is out of range");

    private static double CheckOverflow(double result, double a, double b, EvaluationContext c) =>
        double.IsInfinity(result) && double.IsFinite(a) && double.IsFinite(b)
            ? c.Fail<double>(SqlState.NumericValueOutOfRange, "value out of range: overflow")
            : result;

    private static float CheckOverflow(float result, float a, float b, EvaluationContext c) =>
        float.IsInfinity(result) && float.IsFinite(a) && float.IsFinite(b)
            ? c.Fail<float>(SqlState.NumericValueOutOfRange, "value out of range: overflow")
            : result;

    private static double Underflow(EvaluationContext c) =>
        c.Fail<double>(SqlState.NumericValueOutOfRange, "value out of range: underflow");
}
