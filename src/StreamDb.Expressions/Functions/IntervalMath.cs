using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>interval arithmetic: field by field, fractions of a month becoming days and of a day time, as in PostgreSQL.</summary>
internal static class IntervalMath
{
    private const int DaysPerMonth = 30;

    public static Interval Add(Interval a, Interval b, EvaluationContext c) =>
        Make((long)a.Months + b.Months, (long)a.Days + b.Days, (Int128)a.Microseconds + b.Microseconds, c);

    public static Interval Subtract(Interval a, Interval b, EvaluationContext c) =>
        Make((long)a.Months - b.Months, (long)a.Days - b.Days, (Int128)a.Microseconds - b.Microseconds, c);

    public static Interval Negate(Interval a, EvaluationContext c) => Make(-(long)a.Months, -(long)a.Days, -(Int128)a.Microseconds, c);

    public static Interval Identity(Interval a) => a;

    public static Interval Multiply(Interval a, double factor, EvaluationContext c)
    {
        double months = a.Months * factor;
        double days = a.Days * factor;
        if (double.IsNaN(months) || Math.Abs(months) > int.MaxValue || double.IsNaN(days) || Math.Abs(days) > int.MaxValue)
        {
            return OutOfRange(c);
        }

        // What is left of a month becomes days, what is left of a day time; a whole day's worth of that is a day again.
        double restDays = RoundTiny((months - (int)months) * DaysPerMonth);
        double seconds = RoundTiny((days - (int)days + restDays - (int)restDays) * 86400.0);
        int extraDays = 0;
        if (Math.Abs(seconds) >= 86400.0)
        {
            extraDays = (int)(seconds / 86400.0);
            seconds -= extraDays * 86400.0;
        }

        double microseconds = Math.Round((a.Microseconds * factor) + (seconds * 1e6), MidpointRounding.ToEven);
        return Math.Abs(microseconds) >= 9.2233720368547e18 || double.IsNaN(microseconds)
            ? OutOfRange(c)
            : Make((int)months, (long)(int)days + (int)restDays + extraDays, (long)microseconds, c);
    }

    public static Interval MultiplyReversed(double factor, Interval a, EvaluationContext c) => Multiply(a, factor, c);

    public static Interval Divide(Interval a, double divisor, EvaluationContext c)
    {
        if (divisor == 0)
        {
            return Int32Math.DivisionByZero<Interval>(c);
        }

        double months = a.Months / divisor;
        double days = a.Days / divisor;
        if (double.IsNaN(months) || Math.Abs(months) > int.MaxValue || Math.Abs(days) > int.MaxValue)
        {
            return OutOfRange(c);
        }

        return Quotient(a, divisor, months, days) is { } result ? result : OutOfRange(c);
    }

    /// <summary>The quotient by a positive count, which cannot fail.</summary>
    public static Interval DivideBy(Interval a, long count) => Quotient(a, count, a.Months / (double)count, a.Days / (double)count)!.Value;

    /// <summary>low + (high − low) · part.</summary>
    public static Interval Interpolate(Interval low, Interval high, double part)
    {
        var difference = new Interval(high.Months - low.Months, high.Days - low.Days, high.Microseconds - low.Microseconds);
        if (part == 0)
        {
            return low;
        }

        Interval share = Quotient(difference, 1 / part, difference.Months * part, difference.Days * part) ?? default;
        return new Interval(low.Months + share.Months, low.Days + share.Days, low.Microseconds + share.Microseconds);
    }

    /// <summary>24 hours become a day.</summary>
    public static Interval JustifyHours(Interval a)
    {
        long days = a.Microseconds / SqlCalendar.MicrosecondsPerDay;
        long rest = a.Microseconds - (days * SqlCalendar.MicrosecondsPerDay);
        long total = a.Days + days;
        if (total > 0 && rest < 0)
        {
            (total, rest) = (total - 1, rest + SqlCalendar.MicrosecondsPerDay);
        }
        else if (total < 0 && rest > 0)
        {
            (total, rest) = (total + 1, rest - SqlCalendar.MicrosecondsPerDay);
        }

        return new Interval(a.Months, (int)total, rest);
    }

    /// <summary>30 days become a month.</summary>
    public static Interval JustifyDays(Interval a)
    {
        int months = a.Months + (a.Days / DaysPerMonth);
        int days = a.Days % DaysPerMonth;
        if (months > 0 && days < 0)
        {
            (months, days) = (months - 1, days + DaysPerMonth);
        }
        else if (months < 0 && days > 0)
        {
            (months, days) = (months + 1, days - DaysPerMonth);
        }

        return new Interval(months, days, a.Microseconds);
    }

    /// <summary>Both, with one sign for all fields.</summary>
    public static Interval JustifyInterval(Interval a)
    {
        int months = a.Months;
        int days = a.Days;
        long time = a.Microseconds;
        if ((days > 0 && time > 0) || (days < 0 && time < 0))
        {
            months += days / DaysPerMonth;
            days %= DaysPerMonth;
        }

        days += (int)(time / SqlCalendar.MicrosecondsPerDay);
        time %= SqlCalendar.MicrosecondsPerDay;
        months += days / DaysPerMonth;
        days %= DaysPerMonth;
        if (months > 0 && (days < 0 || (days == 0 && time < 0)))
        {
            (months, days) = (months - 1, days + DaysPerMonth);
        }
        else if (months < 0 && (days > 0 || (days == 0 && time > 0)))
        {
            (months, days) = (months + 1, days - DaysPerMonth);
        }

        if (days > 0 && time < 0)
        {
            (days, time) = (days - 1, time + SqlCalendar.MicrosecondsPerDay);
        }
        else if (days < 0 && time > 0)
        {
            (days, time) = (days + 1, time - SqlCalendar.MicrosecondsPerDay);
        }

        return new Interval(months, days, time);
    }

    public static Interval OutOfRange(EvaluationContext c) => c.Fail<Interval>(SqlState.DatetimeFieldOverflow, "interval out of range");

    private static Interval Make(long months, long days, Int128 microseconds, EvaluationContext c) =>
        (int)months == months && (int)days == days && microseconds >= long.MinValue && microseconds <= long.MaxValue
            ? new Interval((int)months, (int)days, (long)microseconds)
            : OutOfRange(c);

    private static Interval? Quotient(Interval a, double divisor, double months, double days)
    {
        double restDays = RoundTiny((months - (int)months) * DaysPerMonth);
        double seconds = RoundTiny((days - (int)days + restDays - (int)restDays) * 86400.0);
        int extraDays = 0;
        if (Math.Abs(seconds) >= 86400.0)
        {
            extraDays = (int)(seconds / 86400.0);
            seconds -= extraDays * 86400.0;
        }

        double microseconds = Math.Round((a.Microseconds / divisor) + (seconds * 1e6), MidpointRounding.ToEven);
        long total = (long)(int)days + (int)restDays + extraDays;
        return Math.Abs(microseconds) < 9.2233720368547e18 && (int)total == total
            ? new Interval((int)months, (int)total, (long)microseconds)
            : null;
    }

    /// <summary>To microseconds, so that 0.1 of something does not leave crumbs.</summary>
    private static double RoundTiny(double value) => Math.Round(value * 1e6, MidpointRounding.ToEven) / 1e6;
}
