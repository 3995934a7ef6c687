using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;

namespace StreamDb.Expressions.Aggregates;

/// <summary>Sum and number of floats.</summary>
internal struct FloatSum : IMergeable<FloatSum>
{
    public ExactSum Sum;
    public long Count;
    public SpecialCounts Special;

    public static bool IsExact => false;

    public void Merge(in FloatSum other, long sign)
    {
        Count += other.Count * sign;
        Special.Merge(in other.Special, sign);
        Sum.Merge(in other.Sum, sign);
    }

    public void Add(double value, long weight)
    {
        Count += weight;
        if (!double.IsFinite(value))
        {
            Special.Add(value, weight);
        }
        else
        {
            Sum.Add(value, weight);
        }
    }

    /// <summary>The sum, specials included; false after reporting an overflow.</summary>
    public readonly bool TryValue(IErrorSink errors, out double value)
    {
        value = Special.Any ? Special.SumAsDouble : Sum.Value;
        if (!Special.Any && !double.IsFinite(value))
        {
            errors.Report(SqlState.NumericValueOutOfRange, "value out of range: overflow", 1);
            return false;
        }

        return true;
    }
}

internal readonly struct SingleSumStep : IStep<FloatSum, float>
{
    public static void Add(ref FloatSum state, float value, long weight) => state.Add(value, weight);
}

internal readonly struct DoubleSumStep : IStep<FloatSum, double>
{
    public static void Add(ref FloatSum state, double value, long weight) => state.Add(value, weight);
}

internal readonly struct SumAsSingle : IResult<FloatSum>
{
    public static void Append(in FloatSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count != 0 && state.TryValue(errors, out double value))
        {
            output.Append((float)value);
        }
        else
        {
            output.AppendNull();
        }
    }
}

internal readonly struct SumAsDouble : IResult<FloatSum>
{
    public static void Append(in FloatSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count != 0 && state.TryValue(errors, out double value))
        {
            output.Append(value);
        }
        else
        {
            output.AppendNull();
        }
    }
}

internal readonly struct AverageOfFloats : IResult<FloatSum>
{
    public static void Append(in FloatSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count != 0 && state.TryValue(errors, out double value))
        {
            output.Append(value / state.Count);
        }
        else
        {
            output.AppendNull();
        }
    }
}

/// <summary>Sums of floats and of their squares.</summary>
internal struct FloatMoments : IMergeable<FloatMoments>
{
    public FloatSum Values;
    public ExactSum Squares;

    public static bool IsExact => false;

    public void Merge(in FloatMoments other, long sign)
    {
        Values.Merge(in other.Values, sign);
        Squares.Merge(in other.Squares, sign);
    }

    public void Add(double value, long weight)
    {
        Values.Add(value, weight);
        if (double.IsFinite(value))
        {
            Squares.AddProduct(value, value, weight);
        }
    }
}

internal readonly struct SingleMomentsStep : IStep<FloatMoments, float>
{
    public static void Add(ref FloatMoments state, float value, long weight) => state.Add(value, weight);
}

internal readonly struct DoubleMomentsStep : IStep<FloatMoments, double>
{
    public static void Add(ref FloatMoments state, double value, long weight) => state.Add(value, weight);
}

/// <summary>variance, stddev and their like over floats.</summary>
internal readonly struct FloatVariance<TKind> : IResult<FloatMoments>
    where TKind : struct, IVarianceKind
{
    public static void Append(in FloatMoments state, ColumnBuilder output, IErrorSink errors)
    {
        long count = state.Values.Count;
        if (count < (TKind.IsSample ? 2 : 1))
        {
            output.AppendNull();
            return;
        }

        if (state.Values.Special.Any)
        {
            output.Append(double.NaN);
            return;
        }

        double deviation = Math.Max(ExactSum.Centered(count, state.Squares, state.Values.Sum, state.Values.Sum), 0);
        double variance = deviation / ((double)count * (TKind.IsSample ? count - 1 : count));
        output.Append(TKind.IsRoot ? Math.Sqrt(variance) : variance);
    }
}
