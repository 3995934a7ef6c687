using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Operators between real and double precision, computed in double precision.</summary>
internal static class MixedFloatMath
{
    public static double Add(float a, double b, EvaluationContext c) => FloatMath.Add(a, b, c);

    public static double AddReversed(double a, float b, EvaluationContext c) => FloatMath.Add(a, b, c);

    public static double Subtract(float a, double b, EvaluationContext c) => FloatMath.Subtract(a, b, c);

    public static double SubtractReversed(double a, float b, EvaluationContext c) => FloatMath.Subtract(a, b, c);

    public static double Multiply(float a, double b, EvaluationContext c) => FloatMath.Multiply(a, b, c);

    public static double MultiplyReversed(double a, float b, EvaluationContext c) => FloatMath.Multiply(a, b, c);

    public static double Divide(float a, double b, EvaluationContext c) => FloatMath.Divide(a, b, c);

    public static double DivideReversed(double a, float b, EvaluationContext c) => FloatMath.Divide(a, b, c);

    public static bool Equal(float a, double b) => CompareFloat<double>.Equal(a, b);

    public static bool EqualReversed(double a, float b) => CompareFloat<double>.Equal(a, b);

    public static bool NotEqual(float a, double b) => CompareFloat<double>.NotEqual(a, b);

    public static bool NotEqualReversed(double a, float b) => CompareFloat<double>.NotEqual(a, b);

    public static bool Less(float a, double b) => CompareFloat<double>.Less(a, b);

    public static bool LessReversed(double a, float b) => CompareFloat<double>.Less(a, b);

    public static bool LessOrEqual(float a, double b) => CompareFloat<double>.LessOrEqual(a, b);

    public static bool LessOrEqualReversed(double a, float b) => CompareFloat<double>.LessOrEqual(a, b);

    public static bool Greater(float a, double b) => CompareFloat<double>.Greater(a, b);

    public static bool GreaterReversed(double a, float b) => CompareFloat<double>.Greater(a, b);

    public static bool GreaterOrEqual(float a, double b) => CompareFloat<double>.GreaterOrEqual(a, b);

    public static bool GreaterOrEqualReversed(double a, float b) => CompareFloat<double>.GreaterOrEqual(a, b);
}
