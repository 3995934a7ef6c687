using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Arithmetic of dates, times and timestamps. Infinities stay infinite.</summary>
internal static class TimestampMath
{
    private const string TimestampOutOfRange = "timestamp out of range";

    public static long AddInterval(long timestamp, Interval interval, EvaluationContext c)
    {
        if (!SqlCalendar.IsFinite(timestamp))
        {
            return timestamp;
        }

        if (interval.Months != 0 || interval.Days != 0)
        {
            int day = SqlCalendar.SplitDay(timestamp, out long time);
            long shifted = (long)ShiftMonths(day, interval.Months) + interval.Days;
            if (shifted is < SqlCalendar.DateMin or > (SqlCalendar.TimestampEnd / SqlCalendar.MicrosecondsPerDay) + 1)
            {
                return OutOfRange(c);
            }

            timestamp = (shifted * SqlCalendar.MicrosecondsPerDay) + time;
        }

        long sum = unchecked(timestamp + interval.Microseconds);
        return ((timestamp ^ sum) & (interval.Microseconds ^ sum)) < 0 || !SqlCalendar.IsTimestamp(sum) ? OutOfRange(c) : sum;
    }

    public static long SubtractInterval(long timestamp, Interval interval, EvaluationContext c) =>
        AddInterval(timestamp, IntervalMath.Negate(interval, c), c);

    public static long IntervalPlus(Interval interval, long timestamp, EvaluationContext c) => AddInterval(timestamp, interval, c);

    /// <summary>Months and days count in the session's time zone, so that a day may have 23 or 25 hours.</summary>
    public static long AddIntervalTz(long timestamp, Interval interval, EvaluationContext c)
    {
        if (interval.Months == 0 && interval.Days == 0)
        {
            return AddInterval(timestamp, interval, c);
        }

        long local = TimeZones.ToLocal(c.Format.TimeZone, timestamp);
        long shifted = AddInterval(local, new Interval(interval.Months, interval.Days, 0), c);
        return c.HasFailed ? 0 : AddInterval(TimeZones.ToUtc(c.Format.TimeZone, shifted), new Interval(0, 0, interval.Microseconds), c);
    }

    public static long SubtractIntervalTz(long timestamp, Interval interval, EvaluationContext c) =>
        AddIntervalTz(timestamp, IntervalMath.Negate(interval, c), c);

    public static long IntervalPlusTz(Interval interval, long timestamp, EvaluationContext c) => AddIntervalTz(timestamp, interval, c);

    /// <summary>The difference in days and time.</summary>
    public static Interval Difference(long a, long b, EvaluationContext c)
    {
        if (!SqlCalendar.IsFinite(a) || !SqlCalendar.IsFinite(b))
        {
            return c.Fail<Interval>(SqlState.DatetimeFieldOverflow, "cannot subtract infinite timestamps");
        }

        return IntervalMath.JustifyHours(new Interval(0, 0, a - b));
    }

    public static int AddDays(int date, int days, EvaluationContext c)
    {
        if (date is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity)
        {
            return date;
        }

        long sum = (long)date + days;
        return sum is >= SqlCalendar.DateMin and <= SqlCalendar.DateMax
            ? (int)sum
            : c.Fail<int>(SqlState.DatetimeFieldOverflow, "date out of range");
    }

    public static int DaysPlus(int days, int date, EvaluationContext c) => AddDays(date, days, c);

    public static int SubtractDays(int date, int days, EvaluationContext c) =>
        days == int.MinValue ? c.Fail<int>(SqlState.DatetimeFieldOverflow, "date out of range") : AddDays(date, -days, c);

    public static int DateDifference(int a, int b, EvaluationContext c) =>
        a is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity || b is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity
            ? c.Fail<int>(SqlState.DatetimeFieldOverflow, "cannot subtract infinite dates")
            : Int32Math.Narrow((long)a - b, c);

    public static long DatePlusInterval(int date, Interval interval, EvaluationContext c) =>
        AddInterval(DateTimeCasts.DateToTimestamp(date, c), interval, c);

    public static long DateMinusInterval(int date, Interval interval, EvaluationContext c) =>
        SubtractInterval(DateTimeCasts.DateToTimestamp(date, c), interval, c);

    public static long IntervalPlusDate(Interval interval, int date, EvaluationContext c) => DatePlusInterval(date, interval, c);

    public static long DatePlusTime(int date, long time, EvaluationContext c)
    {
        long timestamp = DateTimeCasts.DateToTimestamp(date, c);
        return SqlCalendar.IsFinite(timestamp) ? timestamp + time : timestamp;
    }

    public static long TimePlusDate(long time, int date, EvaluationContext c) => DatePlusTime(date, time, c);

    public static long TimePlusInterval(long time, Interval interval) => WrapDay(time + (interval.Microseconds % SqlCalendar.MicrosecondsPerDay));

    public static long TimeMinusInterval(long time, Interval interval) => WrapDay(time - (interval.Microseconds % SqlCalendar.MicrosecondsPerDay));

    public static long IntervalPlusTime(Interval interval, long time) => TimePlusInterval(time, interval);

    public static Interval TimeDifference(long a, long b) => new(0, 0, a - b);

    /// <summary>age(a, b): the difference in years, months, days and time.</summary>
    public static Interval Age(long a, long b, EvaluationContext c)
    {
        if (!SqlCalendar.IsFinite(a) || !SqlCalendar.IsFinite(b))
        {
            return c.Fail<Interval>(SqlState.DatetimeFieldOverflow, "timestamp out of range");
        }

        (int sign, long later, long earlier) = a >= b ? (1, a, b) : (-1, b, a);
        SqlCalendar.FromDays(SqlCalendar.SplitDay(later, out long laterTime), out int laterYear, out int laterMonth, out int laterDay);
        SqlCalendar.FromDays(SqlCalendar.SplitDay(earlier, out long earlierTime), out int earlierYear, out int earlierMonth, out int earlierDay);
        long time = laterTime - earlierTime;
        int days = laterDay - earlierDay;
        int months = ((laterYear - earlierYear) * 12) + laterMonth - earlierMonth;
        if (time < 0)
        {
            time += SqlCalendar.MicrosecondsPerDay;
            days--;
        }

        while (days < 0)
        {
            // Borrow the days of the earlier date's month.
            days += SqlCalendar.DaysInMonth(earlierYear, earlierMonth);
            months--;
        }

        return new Interval(sign * months, sign * days, sign * time);
    }

    public static Interval AgeTz(long a, long b, EvaluationContext c) =>
        Age(TimeZones.ToLocal(c.Format.TimeZone, a), TimeZones.ToLocal(c.Format.TimeZone, b), c);

    public static Interval AgeToday(long timestamp, EvaluationContext c) => Age(Midnight(c), timestamp, c);

    public static Interval AgeTodayTz(long timestamp, EvaluationContext c) =>
        Age(Midnight(c), TimeZones.ToLocal(c.Format.TimeZone, timestamp), c);

    /// <summary>The day that many months later, or that month's last one.</summary>
    public static int ShiftMonths(int day, int months)
    {
        if (months == 0)
        {
            return day;
        }

        SqlCalendar.FromDays(day, out int year, out int month, out int dayOfMonth);
        long total = ((long)year * 12) + month - 1 + months;
        long newYear = Math.Clamp((total >= 0 ? total : total - 11) / 12, -5_000_000, 5_800_000);
        int newMonth = (int)(((total % 12) + 12) % 12) + 1;
        return SqlCalendar.ToDays((int)newYear, newMonth, Math.Min(dayOfMonth, SqlCalendar.DaysInMonth((int)newYear, newMonth)));
    }

    public static long OutOfRange(EvaluationContext c) => c.Fail<long>(SqlState.DatetimeFieldOverflow, TimestampOutOfRange);

    private static long WrapDay(long time)
    {
        long rest = time % SqlCalendar.MicrosecondsPerDay;
        return rest < 0 ? rest + SqlCalendar.MicrosecondsPerDay : rest;
    }

    private static long Midnight(EvaluationContext c)
    {
        long local = TimeZones.ToLocal(c.Format.TimeZone, c.NowMicroseconds);
        SqlCalendar.SplitDay(local, out long time);
        return local - time;
    }
}
