namespace StreamDb.Expressions.Functions;

/// <summary>Operators and mathematical functions over numbers.</summary>
internal static class ArithmeticFunctions
{
    public static void Declare(FunctionTable table)
    {
        DeclareIntegers(table);
        DeclareFloats(table);
        DeclareMixedFloats(table);
        DeclareNumerics(table);
    }

    private static void DeclareIntegers(FunctionTable t)
    {
        t.Checked("+(int2,int2) int2", Int16Math.Add);
        t.Tries("+(int4,int4) int4", Int32Math.Add);
        t.Tries("+(int8,int8) int8", Int64Math.Add);
        t.Checked("-(int2,int2) int2", Int16Math.Subtract);
        t.Tries("-(int4,int4) int4", Int32Math.Subtract);
        t.Tries("-(int8,int8) int8", Int64Math.Subtract);
        t.Checked("*(int2,int2) int2", Int16Math.Multiply);
        t.Tries("*(int4,int4) int4", Int32Math.Multiply);
        t.Tries("*(int8,int8) int8", Int64Math.Multiply);
        t.Checked("/(int2,int2) int2", Int16Math.Divide);
        t.Checked("/(int4,int4) int4", Int32Math.Divide);
        t.Checked("/(int8,int8) int8", Int64Math.Divide);
        t.Checked("%(int2,int2) int2; mod(int2,int2) int2", Int16Math.Modulo);
        t.Checked("%(int4,int4) int4; mod(int4,int4) int4", Int32Math.Modulo);
        t.Checked("%(int8,int8) int8; mod(int8,int8) int8", Int64Math.Modulo);
        t.Checked("-(int2) int2", Int16Math.Negate);
        t.Checked("-(int4) int4", Int32Math.Negate);
        t.Checked("-(int8) int8", Int64Math.Negate);
        t.Total("+(int2) int2", Int16Math.Identity);
        t.Total("+(int4) int4", Int32Math.Identity);
        t.Total("+(int8) int8", Int64Math.Identity);
        t.Checked("@(int2) int2; abs(int2) int2", Int16Math.Absolute);
        t.Checked("@(int4) int4; abs(int4) int4", Int32Math.Absolute);
        t.Checked("@(int8) int8; abs(int8) int8", Int64Math.Absolute);
        t.Total("&(int2,int2) int2", Int16Math.And);
        t.Total("&(int4,int4) int4", Int32Math.And);
        t.Total("&(int8,int8) int8", Int64Math.And);
        t.Total("|(int2,int2) int2", Int16Math.Or);
        t.Total("|(int4,int4) int4", Int32Math.Or);
        t.Total("|(int8,int8) int8", Int64Math.Or);
        t.Total("#(int2,int2) int2", Int16Math.Xor);
        t.Total("#(int4,int4) int4", Int32Math.Xor);
        t.Total("#(int8,int8) int8", Int64Math.Xor);
        t.Total("~(int2) int2", Int16Math.Not);
        t.Total("~(int4) int4", Int32Math.Not);
        t.Total("~(int8) int8", Int64Math.Not);
        t.Total("<<(int2,int4) int2", Int16Math.ShiftLeft);
        t.Total("<<(int4,int4) int4", Int32Math.ShiftLeft);
        t.Total("<<(int8,int4) int8", Int64Math.ShiftLeft);
        t.Total(">>(int2,int4) int2", Int16Math.ShiftRight);
        t.Total(">>(int4,int4) int4", Int32Math.ShiftRight);
        t.Total(">>(int8,int4) int8", Int64Math.ShiftRight);
        t.Checked("gcd(int4,int4) int4", Int32Math.GreatestCommonDivisor);
        t.Checked("gcd(int8,int8) int8", Int64Math.GreatestCommonDivisor);
        t.Checked("lcm(int4,int4) int4", Int32Math.LeastCommonMultiple);
        t.Checked("lcm(int8,int8) int8", Int64Math.LeastCommonMultiple);
    }

    private static void DeclareFloats(FunctionTable t)
    {
        t.Checked("+(float4,float4) float4", FloatMath.AddSingle);
        t.Checked("-(float4,float4) float4", FloatMath.SubtractSingle);
        t.Checked("*(float4,float4) float4", FloatMath.MultiplySingle);
        t.Checked("/(float4,float4) float4", FloatMath.DivideSingle);
        t.Total("-(float4) float4", FloatMath.NegateSingle);
        t.Total("+(float4) float4", FloatMath.IdentitySingle);
        t.Total("@(float4) float4; abs(float4) float4", FloatMath.AbsoluteSingle);
        t.Checked("+(float8,float8) float8", FloatMath.Add);
        t.Checked("-(float8,float8) float8", FloatMath.Subtract);
        t.Checked("*(float8,float8) float8", FloatMath.Multiply);
        t.Checked("/(float8,float8) float8", FloatMath.Divide);
        t.Total("-(float8) float8", FloatMath.Negate);
        t.Total("+(float8) float8", FloatMath.Identity);
        t.Total("@(float8) float8; abs(float8) float8", FloatMath.Absolute);
        t.Total("ceil(float8) float8; ceiling(float8) float8", FloatMath.Ceiling);
        t.Total("floor(float8) float8", FloatMath.Floor);
        t.Total("round(float8) float8", FloatMath.Round);
        t.Total("trunc(float8) float8", FloatMath.Truncate);
        t.Total("sign(float8) float8", FloatMath.Sign);
        t.Checked("sqrt(float8) float8; |/(float8) float8", FloatMath.SquareRoot);
        t.Total("cbrt(float8) float8; ||/(float8) float8", FloatMath.CubeRoot);
        t.Checked("exp(float8) float8", FloatMath.Exponential);
        t.Checked("ln(float8) float8", FloatMath.NaturalLogarithm);
        t.Checked("log(float8) float8; log10(float8) float8", FloatMath.Logarithm10);
        t.Checked("power(float8,float8) float8; pow(float8,float8) float8; ^(float8,float8) float8", FloatMath.Power);
        t.Checked("sin(float8) float8", FloatMath.Sine);
        t.Checked("cos(float8) float8", FloatMath.Cosine);
        t.Checked("tan(float8) float8", FloatMath.Tangent);
        t.Checked("cot(float8) float8", FloatMath.Cotangent);
        t.Checked("asin(float8) float8", FloatMath.ArcSine);
        t.Checked("acos(float8) float8", FloatMath.ArcCosine);
        t.Total("atan(float8) float8", FloatMath.ArcTangent);
        t.Total("atan2(float8,float8) float8", FloatMath.ArcTangent2);
        t.Total("sinh(float8) float8", FloatMath.HyperbolicSine);
        t.Total("cosh(float8) float8", FloatMath.HyperbolicCosine);
        t.Total("tanh(float8) float8", FloatMath.HyperbolicTangent);
        t.Total("asinh(float8) float8", FloatMath.AreaSine);
        t.Checked("acosh(float8) float8", FloatMath.AreaCosine);
        t.Checked("atanh(float8) float8", FloatMath.AreaTangent);
        t.Total("degrees(float8) float8", FloatMath.Degrees);
        t.Total("radians(float8) float8", FloatMath.Radians);
        t.Checked("sind(float8) float8", FloatMath.SineDegrees);
        t.Checked("cosd(float8) float8", FloatMath.CosineDegrees);
        t.Checked("tand(float8) float8", FloatMath.TangentDegrees);
        t.Checked("cotd(float8) float8", FloatMath.CotangentDegrees);
        t.Checked("asind(float8) float8", FloatMath.ArcSineDegrees);
        t.Checked("acosd(float8) float8", FloatMath.ArcCosineDegrees);
        t.Total("atand(float8) float8", FloatMath.ArcTangentDegrees);
        t.Total("atan2d(float8,float8) float8", FloatMath.ArcTangent2Degrees);
        t.Total("pi() float8", FloatMath.Pi);
        t.Total("random() float8", FloatMath.Random, Volatility.Volatile);
    }

    /// <summary>real with double precision: without these a real and a literal would meet as real, and 0.1::real = 0.1 be true.</summary>
    private static void DeclareMixedFloats(FunctionTable t)
    {
        t.Checked("+(float4,float8) float8", MixedFloatMath.Add);
        t.Checked("+(float8,float4) float8", MixedFloatMath.AddReversed);
        t.Checked("-(float4,float8) float8", MixedFloatMath.Subtract);
        t.Checked("-(float8,float4) float8", MixedFloatMath.SubtractReversed);
        t.Checked("*(float4,float8) float8", MixedFloatMath.Multiply);
        t.Checked("*(float8,float4) float8", MixedFloatMath.MultiplyReversed);
        t.Checked("/(float4,float8) float8", MixedFloatMath.Divide);
        t.Checked("/(float8,float4) float8", MixedFloatMath.DivideReversed);
        t.Total("=(float4,float8) bool", MixedFloatMath.Equal);
        t.Total("=(float8,float4) bool", MixedFloatMath.EqualReversed);
        t.Total("<>(float4,float8) bool", MixedFloatMath.NotEqual);
        t.Total("<>(float8,float4) bool", MixedFloatMath.NotEqualReversed);
        t.Total("<(float4,float8) bool", MixedFloatMath.Less);
        t.Total("<(float8,float4) bool", MixedFloatMath.LessReversed);
        t.Total("<=(float4,float8) bool", MixedFloatMath.LessOrEqual);
        t.Total("<=(float8,float4) bool", MixedFloatMath.LessOrEqualReversed);
        t.Total(">(float4,float8) bool", MixedFloatMath.Greater);
        t.Total(">(float8,float4) bool", MixedFloatMath.GreaterReversed);
        t.Total(">=(float4,float8) bool", MixedFloatMath.GreaterOrEqual);
        t.Total(">=(float8,float4) bool", MixedFloatMath.GreaterOrEqualReversed);
    }

    private static void DeclareNumerics(FunctionTable t)
    {
        t.Checked("+(numeric,numeric) numeric", NumericMath.Add);
        t.Checked("-(numeric,numeric) numeric", NumericMath.Subtract);
        t.Checked("*(numeric,numeric) numeric", NumericMath.Multiply);
        t.Checked("/(numeric,numeric) numeric", NumericMath.Divide);
        t.Checked("%(numeric,numeric) numeric; mod(numeric,numeric) numeric", NumericMath.Modulo);
        t.Total("-(numeric) numeric", NumericMath.Negate);
        t.Total("+(numeric) numeric", NumericMath.Identity);
        t.Total("@(numeric) numeric; abs(numeric) numeric", NumericMath.Absolute);
        t.Total("ceil(numeric) numeric; ceiling(numeric) numeric", NumericMath.Ceiling);
        t.Total("floor(numeric) numeric", NumericMath.Floor);
        t.Total("round(numeric) numeric", NumericMath.Round);
        t.Of("round(numeric,int4) numeric", NumericMath.RoundTo);
        t.Total("trunc(numeric) numeric", NumericMath.Truncate);
        t.Of("trunc(numeric,int4) numeric", NumericMath.TruncateTo);
        t.Total("sign(numeric) numeric", NumericMath.Sign);
        t.Checked("div(numeric,numeric) numeric", NumericMath.Quotient);
        t.Total("scale(numeric) int4", NumericMath.Scale);
        t.Total("min_scale(numeric) int4", NumericMath.MinScale);
        t.Total("trim_scale(numeric) numeric", NumericMath.TrimScale);
    }
}
