using System.Numerics;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Aggregates;

/// <summary>How many values are true and false.</summary>
internal struct BooleanCounts : IMergeable<BooleanCounts>
{
    public long True;
    public long False;

    public static bool IsExact => true;

    public void Merge(in BooleanCounts other, long sign)
    {
        True += other.True * sign;
        False += other.False * sign;
    }
}

internal readonly struct BooleanStep : IStep<BooleanCounts, byte>
{
    public static void Add(ref BooleanCounts state, byte value, long weight)
    {
        state.True += value != 0 ? weight : 0;
        state.False += value != 0 ? 0 : weight;
    }
}

/// <summary>bool_and, every.</summary>
internal readonly struct AllTrue : IResult<BooleanCounts>
{
    public static void Append(in BooleanCounts state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.True == 0 && state.False == 0)
        {
            output.AppendNull();
        }
        else
        {
            output.Append(state.False == 0 ? (byte)1 : (byte)0);
        }
    }
}

/// <summary>bool_or.</summary>
internal readonly struct AnyTrue : IResult<BooleanCounts>
{
    public static void Append(in BooleanCounts state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.True == 0 && state.False == 0)
        {
            output.AppendNull();
        }
        else
        {
            output.Append(state.True != 0 ? (byte)1 : (byte)0);
        }
    }
}

internal enum BitKind : byte
{
    And,
    Or,
    Xor,
}

/// <summary>bit_and, bit_or, bit_xor: how often each bit is set, so that a value can be taken back.</summary>
internal sealed unsafe class BitAccumulator<T>(BitKind kind) : IMergeableAccumulator
    where T : unmanaged, IBinaryInteger<T>
{
    private static int Bits => sizeof(T) * 8;

    public int StateBytes => (Bits + 1) * sizeof(long);

    public bool IsExact => true;

    // Hot path: per delta.
    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        Column argument = arguments[0];
        for (int i = 0; i < count; i++)
        {
            if (argument.IsNull(i))
            {
                continue;
            }

            long* counts = (long*)states[i];
            counts[Bits] += weights[i];
            T value = argument.Get<T>(i);
            while (!T.IsZero(value))
            {
                counts[int.CreateTruncating(T.TrailingZeroCount(value))] += weights[i];
                value &= value - T.One;
            }
        }
    }

    // Hot path: per state.
    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long* target = (long*)targets[i];
            long* source = (long*)sources[i];
            for (int bit = 0; bit <= Bits; bit++)
            {
                target[bit] += source[bit] * signs[i];
            }
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            long* counts = (long*)states[i];
            long total = counts[Bits];
            if (total == 0)
            {
                output.AppendNull();
                continue;
            }

            T result = T.Zero;
            for (int bit = 0; bit < Bits; bit++)
            {
                bool isSet = kind switch
                {
                    BitKind.And => counts[bit] == total,
                    BitKind.Or => counts[bit] != 0,
                    _ => (counts[bit] & 1) != 0,
                };
                result |= isSet ? T.One << bit : T.Zero;
            }

            output.Append(result);
        }
    }
}

/// <summary>The sum of intervals, field by field.</summary>
internal struct IntervalSum : IMergeable<IntervalSum>
{
    public Int128 Microseconds;
    public long Months;
    public long Days;
    public long Count;

    public static bool IsExact => true;

    public void Merge(in IntervalSum other, long sign)
    {
        Microseconds += sign < 0 ? -other.Microseconds : other.Microseconds;
        Months += other.Months * sign;
        Days += other.Days * sign;
        Count += other.Count * sign;
    }
}

internal readonly struct IntervalSumStep : IStep<IntervalSum, Interval>
{
    public static void Add(ref IntervalSum state, Interval value, long weight)
    {
        state.Count += weight;
        state.Months += value.Months * weight;
        state.Days += value.Days * weight;
        state.Microseconds += (Int128)value.Microseconds * weight;
    }

    /// <summary>The sum as an interval; null after reporting that it does not fit.</summary>
    public static Interval? Total(in IntervalSum state, IErrorSink errors)
    {
        if ((int)state.Months == state.Months && (int)state.Days == state.Days
            && state.Microseconds >= long.MinValue && state.Microseconds <= long.MaxValue)
        {
            return new Interval((int)state.Months, (int)state.Days, (long)state.Microseconds);
        }

        errors.Report(SqlState.DatetimeFieldOverflow, "interval out of range", 1);
        return null;
    }
}

internal readonly struct SumOfIntervals : IResult<IntervalSum>
{
    public static void Append(in IntervalSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count != 0 && IntervalSumStep.Total(in state, errors) is { } total)
        {
            output.Append(total);
        }
        else
        {
            output.AppendNull();
        }
    }
}

internal readonly struct AverageOfIntervals : IResult<IntervalSum>
{
    public static void Append(in IntervalSum state, ColumnBuilder output, IErrorSink errors)
    {
        if (state.Count != 0 && IntervalSumStep.Total(in state, errors) is { } total)
        {
            output.Append(Functions.IntervalMath.DivideBy(total, state.Count));
        }
        else
        {
            output.AppendNull();
        }
    }
}
