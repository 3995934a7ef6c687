using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>The rest of the functions over numbers: analysis of numerics, buckets, formatting.</summary>
internal static class NumberFunctions
{
    public static void Declare(FunctionTable t)
    {
        t.Checked("sqrt(numeric) numeric", NumericAnalysis.SquareRoot);
        t.Checked("exp(numeric) numeric", NumericAnalysis.Exponential);
        t.Checked("ln(numeric) numeric", NumericAnalysis.NaturalLogarithm);
        t.Checked("log(numeric) numeric; log10(numeric) numeric", NumericAnalysis.Logarithm10);
        t.Checked("log(numeric,numeric) numeric", NumericAnalysis.Logarithm);
        t.Checked("power(numeric,numeric) numeric; pow(numeric,numeric) numeric; ^(numeric,numeric) numeric", NumericAnalysis.Power);
        t.Checked("factorial(int8) numeric", NumericAnalysis.Factorial);
        t.Checked("width_bucket(numeric,numeric,numeric,int4) int4", NumericAnalysis.WidthBucket);
        t.Checked("width_bucket(float8,float8,float8,int4) int4", NumericAnalysis.WidthBucketDouble);
        t.Of("to_char(int4,text) text", FormatInt32);
        t.Of("to_char(int8,text) text", FormatInt64);
        t.Of("to_char(numeric,text) text", FormatNumeric);
        t.Of("to_char(float8,text) text", FormatDouble);
        t.Of("to_char(float4,text) text", FormatSingle);
        t.Of("to_number(text,text) numeric", NumberFormat.Parse);
    }

    public static ByteSlice FormatInt32(int value, ByteSlice template, EvaluationContext c) => FormatNumeric((decimal)value, template, c);

    public static ByteSlice FormatInt64(long value, ByteSlice template, EvaluationContext c) => FormatNumeric((decimal)value, template, c);

    public static ByteSlice FormatNumeric(Numeric value, ByteSlice template, EvaluationContext c) =>
        c.Text(new NumberFormat(Utf8Text.Decode(template)).Format(value));

    public static ByteSlice FormatDouble(double value, ByteSlice template, EvaluationContext c) =>
        FormatNumeric(Casts.NumberCasts.DoubleToNumeric(value, c), template, c);

    public static ByteSlice FormatSingle(float value, ByteSlice template, EvaluationContext c) =>
        FormatNumeric(Casts.NumberCasts.SingleToNumeric(value, c), template, c);
}
