using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions between numbers. Floats round half to even, numerics half away from zero; what does not fit is 22003.</summary>
internal static class NumberCasts
{
    public static int Int16ToInt32(short a) => a;

    public static long Int16ToInt64(short a) => a;

    public static float Int16ToSingle(short a) => a;

    public static double Int16ToDouble(short a) => a;

    public static Numeric Int16ToNumeric(short a) => (decimal)a;

    public static short Int32ToInt16(int a, EvaluationContext c) => Int16Math.Narrow(a, c);

    public static long Int32ToInt64(int a) => a;

    public static float Int32ToSingle(int a) => a;

    public static double Int32ToDouble(int a) => a;

    public static Numeric Int32ToNumeric(int a) => (decimal)a;

    public static bool Int32ToBoolean(int a) => a != 0;

    public static int BooleanToInt32(bool a) => a ? 1 : 0;

    public static short Int64ToInt16(long a, EvaluationContext c) => (short)a == a ? (short)a : SmallOutOfRange(c);

    public static int Int64ToInt32(long a, EvaluationContext c) => Int32Math.Narrow(a, c);

    public static float Int64ToSingle(long a) => a;

    public static double Int64ToDouble(long a) => a;

    public static Numeric Int64ToNumeric(long a) => (decimal)a;

    public static int Int64ToOid(long a, EvaluationContext c) =>
        (ulong)a <= uint.MaxValue ? (int)(uint)a : c.Fail<int>(SqlState.NumericValueOutOfRange, "OID out of range");

    public static long OidToInt64(int a) => (uint)a;

    public static int Int16ToOid(short a) => a;

    public static short SingleToInt16(float a, EvaluationContext c) => DoubleToInt16(a, c);

    public static int SingleToInt32(float a, EvaluationContext c) => DoubleToInt32(a, c);

    public static long SingleToInt64(float a, EvaluationContext c) => DoubleToInt64(a, c);

    public static double SingleToDouble(float a) => a;

    public static Numeric SingleToNumeric(float a, EvaluationContext c) => FromDouble(a, 6, c);

    public static short DoubleToInt16(double a, EvaluationContext c)
    {
        double rounded = Math.Round(a, MidpointRounding.ToEven);
        return rounded is >= short.MinValue and <= short.MaxValue ? (short)rounded : SmallOutOfRange(c);
    }

    public static int DoubleToInt32(double a, EvaluationContext c)
    {
        double rounded = Math.Round(a, MidpointRounding.ToEven);
        return rounded is >= int.MinValue and <= int.MaxValue
            ? (int)rounded
            : c.Fail<int>(SqlState.NumericValueOutOfRange, "integer out of range");
    }

    public static long DoubleToInt64(double a, EvaluationContext c)
    {
        double rounded = Math.Round(a, MidpointRounding.ToEven);
        return rounded is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)rounded : Int64Math.OutOfRange(c);
    }

    public static float DoubleToSingle(double a, EvaluationContext c)
    {
        float narrow = (float)a;
        return float.IsInfinity(narrow) && double.IsFinite(a)
            ? c.Fail<float>(SqlState.NumericValueOutOfRange, "value out of range: overflow")
            : narrow == 0 && a != 0
                ? c.Fail<float>(SqlState.NumericValueOutOfRange, "value out of range: underflow")
                : narrow;
    }

    public static Numeric DoubleToNumeric(double a, EvaluationContext c) => FromDouble(a, 15, c);

    public static short NumericToInt16(Numeric a, EvaluationContext c) =>
        ToInteger(a, "smallint", c, out decimal value) ? value is >= short.MinValue and <= short.MaxValue ? (short)value : SmallOutOfRange(c) : default;

    public static int NumericToInt32(Numeric a, EvaluationContext c) => !ToInteger(a, "integer", c, out decimal value) ? default
        : value is >= int.MinValue and <= int.MaxValue ? (int)value
        : c.Fail<int>(SqlState.NumericValueOutOfRange, "integer out of range");

    public static long NumericToInt64(Numeric a, EvaluationContext c) => !ToInteger(a, "bigint", c, out decimal value) ? default
        : value is >= long.MinValue and <= long.MaxValue ? (long)value
        : Int64Math.OutOfRange(c);

    public static float NumericToSingle(Numeric a) => (float)NumericToDouble(a);

    public static double NumericToDouble(Numeric a) => a.IsFinite ? (double)a.Value
        : a.IsNaN ? double.NaN
        : a.IsPositiveInfinity ? double.PositiveInfinity : double.NegativeInfinity;

    /// <summary>As PostgreSQL, a float becomes the decimal that its type surely holds: 15 or 6 significant digits.</summary>
    private static Numeric FromDouble(double a, int digits, EvaluationContext c)
    {
        if (!double.IsFinite(a))
        {
            return double.IsNaN(a) ? Numeric.NaN : a > 0 ? Numeric.PositiveInfinity : Numeric.NegativeInfinity;
        }

        Span<char> text = stackalloc char[32];
        a.TryFormat(text, out int length, digits == 15 ? "E14" : "E5", System.Globalization.CultureInfo.InvariantCulture);
        if (Math.Abs(a) >= 7.9e28 || !decimal.TryParse(
                text[..length], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out decimal value))
        {
            return NumericMath.OutOfRange(c);
        }

        return NumericMath.TrimScale(value);
    }

    private static bool ToInteger(Numeric a, string type, EvaluationContext c, out decimal value)
    {
        if (!a.IsFinite)
        {
            value = 0;
            c.Fail<int>(SqlState.FeatureNotSupported, $"cannot convert {(a.IsNaN ? "NaN" : "infinity")} to {type}");
            return false;
        }

        value = Math.Round(a.Value, MidpointRounding.AwayFromZero);
        return true;
    }

    private static short SmallOutOfRange(EvaluationContext c) =>
        c.Fail<short>(SqlState.NumericValueOutOfRange, "smallint out of range");
}
