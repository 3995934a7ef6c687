using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Aggregates;

/// <summary>How many NaN and infinite values there are; they decide a sum alone and must be removable.</summary>
internal struct SpecialCounts
{
    public long NaN;
    public long PositiveInfinity;
    public long NegativeInfinity;

    public void Merge(in SpecialCounts other, long sign)
    {
        NaN += other.NaN * sign;
        PositiveInfinity += other.PositiveInfinity * sign;
        NegativeInfinity += other.NegativeInfinity * sign;
    }

    public readonly bool Any => (NaN | PositiveInfinity | NegativeInfinity) != 0;

    public void Add(Numeric value, long weight)
    {
        NaN += value.IsNaN ? weight : 0;
        PositiveInfinity += value.IsPositiveInfinity ? weight : 0;
        NegativeInfinity += value.IsNegativeInfinity ? weight : 0;
    }

    public void Add(double value, long weight)
    {
        NaN += double.IsNaN(value) ? weight : 0;
        PositiveInfinity += double.IsPositiveInfinity(value) ? weight : 0;
        NegativeInfinity += double.IsNegativeInfinity(value) ? weight : 0;
    }

    /// <summary>The sum, when there is any special value.</summary>
    public readonly Numeric Sum => NaN != 0 || (PositiveInfinity != 0 && NegativeInfinity != 0) ? Numeric.NaN
        : PositiveInfinity != 0 ? Numeric.PositiveInfinity : Numeric.NegativeInfinity;

    public readonly double SumAsDouble => NaN != 0 || (PositiveInfinity != 0 && NegativeInfinity != 0) ? double.NaN
        : PositiveInfinity != 0 ? double.PositiveInfinity : double.NegativeInfinity;
}

/// <summary>How often each scale occurs among the values, since a sum shows as many decimals as the value with most.</summary>
[InlineArray(Count)]
internal struct ScaleCounts
{
    public const int Count = 29;

    private long _first;

    public readonly int Max
    {
        get
        {
            int scale = Count - 1;
            while (scale > 0 && this[scale] == 0)
            {
                scale--;
            }

            return scale;
        }
    }
}

/// <summary>The exact sum of numerics, in units of 10^-28.</summary>
internal struct NumericSum : IMergeable<NumericSum>
{
    public Wide256 Sum;
    public long Count;
    public SpecialCounts Special;
    public ScaleCounts Scales;

    public static bool IsExact => true;

    public void Merge(in NumericSum other, long sign)
    {
        Count += other.Count * sign;
        Special.Merge(in other.Special, sign);
        Sum.Add(other.Sum, sign);
        for (int scale = 0; scale < ScaleCounts.Count; scale++)
        {
            Scales[scale] += other.Scales[scale] * sign;
        }
    }

    public void Add(Numeric value, long weight)
    {
        Count += weight;
        if (!value.IsFinite)
        {
            Special.Add(value, weight);
            return;
        }

        decimal number = value.Value;
        Scales[number.Scale] += weight;
        Sum.AddProduct(Decimals.Mantissa(number), Decimals.PowerOfTen(28 - number.Scale), number < 0 ? -weight : weight);
    }

    public readonly BigDecimal Value => new BigDecimal(Sum.ToBigInteger(), 28).Round(Scales.Max);
}

internal readonly struct NumericSumStep : IStep<NumericSum, Numeric>
{
    public static void Add(ref NumericSum state, Numeric value, long weight) => state.Add(value, weight);
}

/// <summary>sum(numeric).</summary>
internal readonly struct SumOfNumerics : IResult<NumericSum>
{
    public static void Append(in NumericSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count == 0)
        {
            output.AppendNull();
        }
        else if (state.Special.Any)
        {
            output.Append(state.Special.Sum);
        }
        else
        {
            BigDecimal.Append(state.Value, output, errors);
        }
    }
}

/// <summary>avg(numeric).</summary>
internal readonly struct AverageOfNumerics : IResult<NumericSum>
{
    public static void Append(in NumericSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count == 0)
        {
            output.AppendNull();
        }
        else if (state.Special.Any)
        {
            output.Append(state.Special.Sum);
        }
        else
        {
            BigDecimal.Append(state.Value / new BigDecimal(state.Count, 0), output, errors);
        }
    }
}

/// <summary>The exact sum of numerics that all have one declared scale, in units of it: numeric(12,2) and the like.</summary>
internal struct ScaledSum
{
    public Int128 Sum;
    public long Count;
    public SpecialCounts Special;
}

/// <summary>sum and avg over numeric(p,s): half the state, and no arithmetic beyond 128 bits.</summary>
internal sealed unsafe class ScaledSumAccumulator(int scale, bool isAverage) : IMergeableAccumulator
{
    public int StateBytes => (sizeof(ScaledSum) + 7) & ~7;

    public bool IsExact => true;

    // Hot path: per delta.
    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        Column argument = arguments[0];
        for (int i = 0; i < count; i++)
        {
            if (!argument.IsNull(i))
            {
                Add(ref *(ScaledSum*)states[i], argument.Get<Numeric>(i), weights[i]);
            }
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            ref ScaledSum state = ref *(ScaledSum*)states[i];
            if (state.Count == 0)
            {
                output.AppendNull();
            }
            else if (state.Special.Any)
            {
                output.Append(state.Special.Sum);
            }
            else if (!isAverage && Decimals.TryCreate(state.Sum, scale, out decimal sum))
            {
                output.Append(Numeric.From(sum));
            }
            else
            {
                var total = new BigDecimal((System.Numerics.BigInteger)state.Sum, scale);
                BigDecimal.Append(isAverage ? total / new BigDecimal(state.Count, 0) : total, output, errors);
            }
        }
    }

    // Hot path: per state.
    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ref ScaledSum target = ref *(ScaledSum*)targets[i];
            ref ScaledSum source = ref *(ScaledSum*)sources[i];
            target.Sum += signs[i] < 0 ? -source.Sum : source.Sum;
            target.Count += source.Count * signs[i];
            target.Special.Merge(in source.Special, signs[i]);
        }
    }

    private void Add(ref ScaledSum state, Numeric value, long weight)
    {
        state.Count += weight;
        if (!value.IsFinite)
        {
            state.Special.Add(value, weight);
            return;
        }

        decimal number = value.Scale == scale ? value.Value : NumericMath.WithScale(value.Value, scale);
        var mantissa = (Int128)Decimals.Mantissa(number);
        state.Sum += (number < 0 ? -mantissa : mantissa) * weight;
    }
}

/// <summary>Sums of numerics and of their squares. A square beyond 28 digits is rounded, always the same way, so it can be taken back.</summary>
internal struct NumericMoments : IMergeable<NumericMoments>
{
    public NumericSum Values;
    public Wide256 Squares;
    public long Overflows;

    public static bool IsExact => true;

    public void Merge(in NumericMoments other, long sign)
    {
        Values.Merge(in other.Values, sign);
        Squares.Add(other.Squares, sign);
        Overflows += other.Overflows * sign;
    }

    public void Add(Numeric value, long weight)
    {
        Values.Add(value, weight);
        if (!value.IsFinite)
        {
            return;
        }

        if (decimal.Abs(value.Value) > 200_000_000_000_000m)
        {
            Overflows += weight;
            return;
        }

        decimal square = value.Value * value.Value;
        Squares.AddProduct(Decimals.Mantissa(square), Decimals.PowerOfTen(28 - square.Scale), weight);
    }
}

internal readonly struct NumericMomentsStep : IStep<NumericMoments, Numeric>
{
    public static void Add(ref NumericMoments state, Numeric value, long weight) => state.Add(value, weight);
}

/// <summary>variance, stddev and their like over numerics.</summary>
internal readonly struct NumericVariance<TKind> : IResult<NumericMoments>
    where TKind : struct, IVarianceKind
{
    public static void Append(in NumericMoments state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Values.Count < (TKind.IsSample ? 2 : 1))
        {
            output.AppendNull();
        }
        else if (state.Values.Special.Any)
        {
            output.Append(Numeric.NaN);
        }
        else if (state.Overflows != 0)
        {
            errors.Report(Core.Errors.SqlState.NumericValueOutOfRange, "value overflows numeric format", 1);
            output.AppendNull();
        }
        else
        {
            int scale = state.Values.Scales.Max;
            Variance.Append<TKind>(
                state.Values.Count, state.Values.Value, new BigDecimal(state.Squares.ToBigInteger(), 28).Round(Math.Min(28, 2 * scale)), output, errors);
        }
    }
}
