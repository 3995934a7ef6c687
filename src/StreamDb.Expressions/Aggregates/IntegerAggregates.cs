using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Aggregates;

/// <summary>The exact sum and number of integers. 128 bits cannot overflow before 2^63 rows of 2^63.</summary>
internal struct IntegerSum : IMergeable<IntegerSum>
{
    public Int128 Sum;
    public long Count;

    public static bool IsExact => true;

    public void Merge(in IntegerSum other, long sign)
    {
        Count += other.Count * sign;
        Sum += sign < 0 ? -other.Sum : other.Sum;
    }

    public void Add(long value, long weight)
    {
        Count += weight;
        Sum += weight == 1 ? value : (Int128)value * weight;
    }
}

internal readonly struct Int16SumStep : IStep<IntegerSum, short>
{
    public static void Add(ref IntegerSum state, short value, long weight) => state.Add(value, weight);
}

internal readonly struct Int32SumStep : IStep<IntegerSum, int>
{
    public static void Add(ref IntegerSum state, int value, long weight) => state.Add(value, weight);
}

internal readonly struct Int64SumStep : IStep<IntegerSum, long>
{
    public static void Add(ref IntegerSum state, long value, long weight) => state.Add(value, weight);
}

/// <summary>sum(int2), sum(int4): bigint.</summary>
internal readonly struct SumAsInt64 : IResult<IntegerSum>
{
    public static void Append(in IntegerSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count == 0)
        {
            output.AppendNull();
        }
        else if (state.Sum < long.MinValue || state.Sum > long.MaxValue)
        {
            errors.Report(SqlState.NumericValueOutOfRange, "bigint out of range", 1);
            output.AppendNull();
        }
        else
        {
            output.Append((long)state.Sum);
        }
    }
}

/// <summary>sum(int8): numeric.</summary>
internal readonly struct SumAsNumeric : IResult<IntegerSum>
{
    public static void Append(in IntegerSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count == 0)
        {
            output.AppendNull();
        }
        else if (state.Sum >= long.MinValue && state.Sum <= long.MaxValue)
        {
            output.Append((Numeric)(decimal)(long)state.Sum);
        }
        else
        {
            BigDecimal.Append(new BigDecimal((System.Numerics.BigInteger)state.Sum, 0), output, errors);
        }
    }
}

/// <summary>avg of integers: numeric, with the scale that PostgreSQL's division gives.</summary>
internal readonly struct AverageOfIntegers : IResult<IntegerSum>
{
    public static void Append(in IntegerSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count == 0)
        {
            output.AppendNull();
        }
        else
        {
            BigDecimal.Append(new BigDecimal((System.Numerics.BigInteger)state.Sum, 0) / new BigDecimal(state.Count, 0), output, errors);
        }
    }
}

/// <summary>Sum and sum of squares of integers, modulo 2^128; exact, because no numerator of a result that fits is larger.</summary>
internal struct IntegerMoments : IMergeable<IntegerMoments>
{
    public Int128 Sum;
    public Wide256 Squares;
    public long Count;

    public static bool IsExact => true;

    public void Merge(in IntegerMoments other, long sign)
    {
        Count += other.Count * sign;
        Sum += sign < 0 ? -other.Sum : other.Sum;
        Squares.Add(other.Squares, sign);
    }

    public void Add(long value, long weight)
    {
        Count += weight;
        Sum += (Int128)value * weight;
        ulong magnitude = value < 0 ? (ulong)-value : (ulong)value;
        Squares.AddProduct((UInt128)magnitude * magnitude, weight);
    }
}

internal readonly struct Int16MomentsStep : IStep<IntegerMoments, short>
{
    public static void Add(ref IntegerMoments state, short value, long weight) => state.Add(value, weight);
}

internal readonly struct Int32MomentsStep : IStep<IntegerMoments, int>
{
    public static void Add(ref IntegerMoments state, int value, long weight) => state.Add(value, weight);
}

internal readonly struct Int64MomentsStep : IStep<IntegerMoments, long>
{
    public static void Add(ref IntegerMoments state, long value, long weight) => state.Add(value, weight);
}

/// <summary>Which member of the variance family a result is.</summary>
internal interface IVarianceKind
{
    static abstract bool IsSample { get; }

    static abstract bool IsRoot { get; }
}

internal readonly struct SampleVariance : IVarianceKind
{
    public static bool IsSample => true;

    public static bool IsRoot => false;
}

internal readonly struct PopulationVariance : IVarianceKind
{
    public static bool IsSample => false;

    public static bool IsRoot => false;
}

internal readonly struct SampleDeviation : IVarianceKind
{
    public static bool IsSample => true;

    public static bool IsRoot => true;
}

internal readonly struct PopulationDeviation : IVarianceKind
{
    public static bool IsSample => false;

    public static bool IsRoot => true;
}

/// <summary>variance, stddev and their like over integers: numeric.</summary>
internal readonly struct IntegerVariance<TKind> : IResult<IntegerMoments>
    where TKind : struct, IVarianceKind
{
    public static void Append(in IntegerMoments state, ColumnBuilder output, IErrorSink errors) => Variance.Append<TKind>(
        state.Count,
        new BigDecimal((System.Numerics.BigInteger)state.Sum, 0),
        new BigDecimal(state.Squares.ToBigInteger(), 0),
        output,
        errors);
}

/// <summary>PostgreSQL's numeric variance: (N Σx² − (Σx)²) / (N (N − 1)).</summary>
internal static class Variance
{
    public static void Append<TKind>(long count, BigDecimal sum, BigDecimal squares, ColumnBuilder output, IErrorSink errors)
        where TKind : struct, IVarianceKind
    {
        if (count < (TKind.IsSample ? 2 : 1))
        {
            output.AppendNull();
            return;
        }

        var n = new BigDecimal(count, 0);
        BigDecimal numerator = (n * squares) - (sum * sum);
        if (numerator.Mantissa.Sign <= 0)
        {
            output.Append(Numeric.Zero);
            return;
        }

        BigDecimal denominator = n * new BigDecimal(TKind.IsSample ? count - 1 : count, 0);
        int scale = BigDecimal.QuotientScale(numerator, denominator);
        BigDecimal variance = BigDecimal.Divide(numerator, denominator, scale);
        BigDecimal.Append(TKind.IsRoot ? BigDecimal.SquareRoot(variance, scale) : variance, output, errors);
    }
}
