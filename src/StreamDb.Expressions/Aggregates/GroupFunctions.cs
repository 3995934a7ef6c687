using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Aggregates;

/// <summary>An aggregate over ordered rows; its arguments follow the order keys.</summary>
internal abstract class GroupFunction(AggregateCall call) : IGroupFunction
{
    /// <summary>Column of the first argument.</summary>
    protected int FirstArgument { get; } = call.OrderBy.Length;

    public virtual bool ReadsFirstRowOnly => false;

    public abstract void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors);

    public virtual void ComputeEmpty(ColumnBuilder output) => output.AppendNull();
}

/// <summary>string_agg(value, delimiter): NULL values do not count, a NULL delimiter is empty.</summary>
internal sealed class StringAggregate(AggregateCall call) : GroupFunction(call)
{
    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column values = rows[FirstArgument];
        Column delimiters = rows[FirstArgument + 1];
        using ByteWriter text = ByteWriter.Rent();
        bool isFirst = true;
        for (int row = 0; row < rows.Count; row++)
        {
            if (values.IsNull(row))
            {
                continue;
            }

            for (long copy = 0; copy < weights[row]; copy++)
            {
                if (!isFirst && !delimiters.IsNull(row))
                {
                    text.Append(delimiters.GetBytes(row).Span);
                }

                text.Append(values.GetBytes(row).Span);
                isFirst = false;
            }
        }

        if (isFirst)
        {
            output.AppendNull();
        }
        else
        {
            output.AppendBytes(text.Written);
        }
    }
}

/// <summary>first_value: the argument of the first row in the order, NULL or not.</summary>
internal sealed class FirstValue(AggregateCall call) : GroupFunction(call)
{
    public override bool ReadsFirstRowOnly => true;

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors) =>
        output.AppendFrom(rows[FirstArgument], 0);
}

/// <summary>mode() WITHIN GROUP (ORDER BY x): the most frequent value, the first of several.</summary>
internal sealed class Mode(AggregateCall call) : GroupFunction(call)
{
    private readonly ScalarImplementation _equality = Comparisons.Equality(call.OrderBy[0].Expression.Type);

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column values = rows[0];
        int best = -1;
        long bestWeight = 0;
        for (int start = 0; start < rows.Count;)
        {
            if (values.IsNull(start))
            {
                start++;
                continue;
            }

            int end = start;
            long weight = 0;
            while (end < rows.Count && !values.IsNull(end) && (end == start || IsEqual(values, start, end)))
            {
                weight += weights[end++];
            }

            if (weight > bestWeight)
            {
                (best, bestWeight) = (start, weight);
            }

            start = end;
        }

        if (best < 0)
        {
            output.AppendNull();
        }
        else
        {
            output.AppendFrom(values, best);
        }
    }

    private bool IsEqual(Column values, int left, int right) =>
        ValueBytes.Of(values, left).SequenceEqual(ValueBytes.Of(values, right))
        || (bool)_equality.Method.Invoke(_equality.Target, [Boxed(values, left), Boxed(values, right)])!;

    private static object Boxed(Column values, int row) =>
        values.Type == PhysicalType.Bytes ? values.GetBytes(row) : Datum.From(values, row).Value!;
}

/// <summary>percentile_disc(p) WITHIN GROUP (ORDER BY x): the first value at or above that share of the rows.</summary>
internal sealed class DiscretePercentile(AggregateCall call, double? fraction) : GroupFunction(call)
{
    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        long count = Percentiles.CountValues(rows[0], weights);
        if (count == 0 || fraction is not { } share)
        {
            output.AppendNull();
            return;
        }

        long position = Math.Max((long)Math.Ceiling(share * count) - 1, 0);
        output.AppendFrom(rows[0], Percentiles.RowAt(rows[0], weights, position));
    }
}

/// <summary>percentile_cont(p) WITHIN GROUP (ORDER BY x): interpolated between neighbours.</summary>
internal sealed class ContinuousPercentile(AggregateCall call, double? fraction) : GroupFunction(call)
{
    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column values = rows[0];
        long count = Percentiles.CountValues(values, weights);
        if (count == 0 || fraction is not { } share)
        {
            output.AppendNull();
            return;
        }

        double position = share * (count - 1);
        long lower = (long)Math.Floor(position);
        int first = Percentiles.RowAt(values, weights, lower);
        int second = Percentiles.RowAt(values, weights, (long)Math.Ceiling(position));
        double part = position - lower;
        if (values.Type == PhysicalType.Interval)
        {
            output.Append(IntervalMath.Interpolate(values.Get<Interval>(first), values.Get<Interval>(second), part));
        }
        else
        {
            double low = values.Get<double>(first);
            output.Append(part == 0 ? low : low + ((values.Get<double>(second) - low) * part));
        }
    }
}

/// <summary>approx_percentile(p [, e]) WITHIN GROUP (ORDER BY x): a value within the relative error e of the one at that share of the rows.</summary>
/// <remarks>
/// Values share a bucket when they have the same power of (1 + e) / (1 - e) above them, and a bucket is shown by the value
/// in its middle, as RisingWave's sketch does: the same rows give the same number there and here. e is 0.01 unless given.
/// </remarks>
internal sealed class ApproximatePercentile : GroupFunction
{
    private readonly double? _fraction;
    private readonly double _base;

    public ApproximatePercentile(AggregateCall call)
        : base(call)
    {
        _fraction = Percentiles.FractionOf(call);
        double error = Percentiles.RelativeErrorOf(call);
        _base = (1 + error) / (1 - error);
    }

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        long count = Percentiles.CountValues(rows[0], weights);
        if (count == 0 || _fraction is not { } share)
        {
            output.AppendNull();
            return;
        }

        double value = rows[0].Get<double>(Percentiles.RowAt(rows[0], weights, (long)Math.Floor(share * (count - 1))));
        if (value == 0 || !double.IsFinite(value))
        {
            output.Append(value);
            return;
        }

        int bucket = (int)Math.Ceiling(Math.Log(Math.Abs(value), _base));
        output.Append(Math.Sign(value) * 2 * Power(_base, bucket) / (1 + _base));
    }

    /// <summary>By repeated squaring, whose last digits differ from those of <see cref="Math.Pow"/>.</summary>
    private static double Power(double number, int exponent)
    {
        double power = 1;
        for (int rest = Math.Abs(exponent); rest > 0; rest >>= 1)
        {
            power *= (rest & 1) != 0 ? number : 1;
            number *= number;
        }

        return exponent < 0 ? 1 / power : power;
    }
}

internal static class Percentiles
{
    /// <summary>The constant fraction of a call; null for NULL.</summary>
    public static double? FractionOf(AggregateCall call)
    {
        Invariant.Check(call.DirectArguments.Length >= 1, "a percentile has a fraction");
        return Checked((double?)Constant(call).Value);
    }

    /// <summary>approx_percentile's second constant; 22003 unless it is above 0 and below 1.</summary>
    public static double RelativeErrorOf(AggregateCall call)
    {
        if (call.DirectArguments.Length < 2)
        {
            return 0.01;
        }

        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        return ConstantFolding.Evaluate(call.DirectArguments[1], context).Value is double error and > 0 and < 1
            ? error
            : throw new SqlException(SqlState.NumericValueOutOfRange, "the relative error of approx_percentile is not between 0 and 1");
    }

    /// <summary>The constant fractions of a call with an array of them; none for NULL.</summary>
    public static IReadOnlyList<double?> FractionsOf(AggregateCall call)
    {
        if (Constant(call).Value is not byte[] array)
        {
            return [];
        }

        var reader = new ArrayReader(PhysicalType.Float64, array);
        var fractions = new double?[reader.Count];
        for (int i = 0; i < fractions.Length; i++)
        {
            fractions[i] = reader.IsNull(i) ? null : Checked(reader.Get<double>(i));
        }

        return fractions;
    }

    private static Datum Constant(AggregateCall call)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        return ConstantFolding.Evaluate(call.DirectArguments[0], context);
    }

    private static double? Checked(double? fraction) => fraction is < 0 or > 1 or double.NaN
        ? throw new SqlException(
            SqlState.NumericValueOutOfRange,
            $"percentile value {fraction.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)} is not between 0 and 1")
        : fraction;

    public static long CountValues(Column values, ReadOnlySpan<long> weights)
    {
        long count = 0;
        for (int row = 0; row < values.Count; row++)
        {
            count += values.IsNull(row) ? 0 : weights[row];
        }

        return count;
    }

    /// <summary>The row that holds the value at a 0-based position among those that are not NULL.</summary>
    public static int RowAt(Column values, ReadOnlySpan<long> weights, long position)
    {
        for (int row = 0; ; row++)
        {
            if (!values.IsNull(row))
            {
                position -= weights[row];
                if (position < 0)
                {
                    return row;
                }
            }
        }
    }
}
