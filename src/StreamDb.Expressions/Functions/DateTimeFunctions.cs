using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Operators and functions over dates, times, timestamps and intervals.</summary>
internal static class DateTimeFunctions
{
    public static void Declare(FunctionTable t)
    {
        DeclareOperators(t);
        DeclareIntervals(t);
        DateExtraction.Declare(t);
        DateTruncation.Declare(t);
        DeclareConstruction(t);
        DeclareZones(t);
        DeclareFormats(t);
    }

    public static long Now(EvaluationContext c) => c.NowMicroseconds;

    public static int CurrentDate(EvaluationContext c) => SqlCalendar.SplitDay(LocalTimestamp(c), out _);

    public static long LocalTimestamp(EvaluationContext c) => TimeZones.ToLocal(c.Format.TimeZone, c.NowMicroseconds);

    public static long LocalTime(EvaluationContext c)
    {
        SqlCalendar.SplitDay(LocalTimestamp(c), out long time);
        return time;
    }

    public static long ClockTimestamp() => Core.Clocks.SystemClock.Instance.NowMicroseconds;

    public static int MakeDate(int year, int month, int day)
    {
        int astronomical = year < 0 ? year + 1 : year;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > SqlCalendar.DaysInMonth(astronomical, month) || Math.Abs((long)year) > 5_874_897)
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, $"date field value out of range: {year}-{month:00}-{day:00}");
        }

        return SqlCalendar.ToDays(astronomical, month, day);
    }

    public static long MakeTime(int hour, int minute, double second)
    {
        if (hour is < 0 or > 24 || minute is < 0 or > 59 || !(second is >= 0 and <= 60) || (hour == 24 && (minute > 0 || second > 0)))
        {
            throw new SqlException(
                SqlState.DatetimeFieldOverflow,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"time field value out of range: {hour}:{minute:00}:{second}"));
        }

        return (hour * SqlCalendar.MicrosecondsPerHour) + (minute * SqlCalendar.MicrosecondsPerMinute)
            + (long)Math.Round(second * SqlCalendar.MicrosecondsPerSecond, MidpointRounding.ToEven);
    }

    public static long MakeTimestamp(int year, int month, int day, int hour, int minute, double second) =>
        (MakeDate(year, month, day) * SqlCalendar.MicrosecondsPerDay) + MakeTime(hour, minute, second);

    public static long MakeTimestampTz(int year, int month, int day, int hour, int minute, double second, EvaluationContext c) =>
        TimeZones.ToUtc(c.Format.TimeZone, MakeTimestamp(year, month, day, hour, minute, second));

    public static long MakeTimestampTzAt(int year, int month, int day, int hour, int minute, double second, ByteSlice zone) =>
        ZoneFunctions.ToUtc(zone, MakeTimestamp(year, month, day, hour, minute, second));

    public static Interval MakeInterval0() => default;

    public static Interval MakeInterval7(int years, int months, int weeks, int days, int hours, int minutes, double seconds, EvaluationContext c)
    {
        long totalMonths = (years * 12L) + months;
        long totalDays = (weeks * 7L) + days;
        double microseconds = Math.Round(seconds * 1e6, MidpointRounding.ToEven);
        return (int)totalMonths == totalMonths && (int)totalDays == totalDays && Math.Abs(microseconds) < 9e18
            ? new Interval(
                (int)totalMonths,
                (int)totalDays,
                (hours * SqlCalendar.MicrosecondsPerHour) + (minutes * SqlCalendar.MicrosecondsPerMinute) + (long)microseconds)
            : IntervalMath.OutOfRange(c);
    }

    public static long FromUnix(double seconds)
    {
        if (double.IsInfinity(seconds))
        {
            return seconds > 0 ? SqlCalendar.TimestampInfinity : SqlCalendar.TimestampMinusInfinity;
        }

        double microseconds = Math.Round(seconds * 1e6, MidpointRounding.ToEven) + SqlCalendar.UnixEpoch;
        if (double.IsNaN(seconds))
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, "timestamp cannot be NaN");
        }

        return Math.Abs(microseconds) < 9.2e18 && SqlCalendar.IsTimestamp((long)microseconds)
            ? (long)Math.Round(seconds * 1e6, MidpointRounding.ToEven) + SqlCalendar.UnixEpoch
            : throw new SqlException(
                SqlState.DatetimeFieldOverflow,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"timestamp out of range: \"{seconds}\""));
    }

    public static bool IsFiniteTimestamp(long value) => SqlCalendar.IsFinite(value);

    public static bool IsFiniteDate(int value) => value is not (SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity);

    public static bool IsFiniteInterval(Interval value) => true;

    public static bool Overlaps(long start, long end, long otherStart, long otherEnd)
    {
        (start, end) = start <= end ? (start, end) : (end, start);
        (otherStart, otherEnd) = otherStart <= otherEnd ? (otherStart, otherEnd) : (otherEnd, otherStart);
        return start == otherStart || (start > otherStart ? start < otherEnd : otherStart < end);
    }

    private static void DeclareOperators(FunctionTable t)
    {
        t.Checked("+(date,int4) date", TimestampMath.AddDays);
        t.Checked("+(int4,date) date", TimestampMath.DaysPlus);
        t.Checked("-(date,int4) date", TimestampMath.SubtractDays);
        t.Checked("-(date,date) int4", TimestampMath.DateDifference);
        t.Checked("+(date,interval) timestamp", TimestampMath.DatePlusInterval);
        t.Checked("-(date,interval) timestamp", TimestampMath.DateMinusInterval);
        t.Checked("+(interval,date) timestamp", TimestampMath.IntervalPlusDate);
        t.Checked("+(date,time) timestamp", TimestampMath.DatePlusTime);
        t.Checked("+(time,date) timestamp", TimestampMath.TimePlusDate);
        t.Checked("+(timestamp,interval) timestamp", TimestampMath.AddInterval);
        t.Checked("-(timestamp,interval) timestamp", TimestampMath.SubtractInterval);
        t.Checked("+(interval,timestamp) timestamp", TimestampMath.IntervalPlus);
        t.Checked("-(timestamp,timestamp) interval; -(timestamptz,timestamptz) interval", TimestampMath.Difference);
        t.Checked("+(timestamptz,interval) timestamptz", TimestampMath.AddIntervalTz, Volatility.Stable);
        t.Checked("-(timestamptz,interval) timestamptz", TimestampMath.SubtractIntervalTz, Volatility.Stable);
        t.Checked("+(interval,timestamptz) timestamptz", TimestampMath.IntervalPlusTz, Volatility.Stable);
        t.Total("+(time,interval) time", TimestampMath.TimePlusInterval);
        t.Total("-(time,interval) time", TimestampMath.TimeMinusInterval);
        t.Total("+(interval,time) time", TimestampMath.IntervalPlusTime);
        t.Total("-(time,time) interval", TimestampMath.TimeDifference);
        t.Checked("age(timestamp,timestamp) interval", TimestampMath.Age);
        t.Checked("age(timestamptz,timestamptz) interval", TimestampMath.AgeTz, Volatility.Stable);
        t.Checked("age(timestamp) interval", TimestampMath.AgeToday, Volatility.Stable);
        t.Checked("age(timestamptz) interval", TimestampMath.AgeTodayTz, Volatility.Stable);
        t.Total("overlaps(timestamp,timestamp,timestamp,timestamp) bool; overlaps(timestamptz,timestamptz,timestamptz,timestamptz) bool; overlaps(time,time,time,time) bool", Overlaps);
    }

    private static void DeclareIntervals(FunctionTable t)
    {
        t.Checked("+(interval,interval) interval", IntervalMath.Add);
        t.Checked("-(interval,interval) interval", IntervalMath.Subtract);
        t.Checked("-(interval) interval", IntervalMath.Negate);
        t.Total("+(interval) interval", IntervalMath.Identity);
        t.Checked("*(interval,float8) interval", IntervalMath.Multiply);
        t.Checked("*(float8,interval) interval", IntervalMath.MultiplyReversed);
        t.Checked("/(interval,float8) interval", IntervalMath.Divide);
        t.Total("justify_hours(interval) interval", IntervalMath.JustifyHours);
        t.Total("justify_days(interval) interval", IntervalMath.JustifyDays);
        t.Total("justify_interval(interval) interval", IntervalMath.JustifyInterval);
        t.Total("isfinite(interval) bool", IsFiniteInterval);
        t.Total("isfinite(timestamp) bool; isfinite(timestamptz) bool", IsFiniteTimestamp);
        t.Total("isfinite(date) bool", IsFiniteDate);
    }

    private static void DeclareConstruction(FunctionTable t)
    {
        t.Of("make_date(int4,int4,int4) date", MakeDate);
        t.Of("make_time(int4,int4,float8) time", MakeTime);
        t.Of("make_timestamp(int4,int4,int4,int4,int4,float8) timestamp", MakeTimestamp);
        t.Of("make_timestamptz(int4,int4,int4,int4,int4,float8) timestamptz", MakeTimestampTz, Volatility.Stable);
        t.Of("make_timestamptz(int4,int4,int4,int4,int4,float8,text) timestamptz", MakeTimestampTzAt, Volatility.Stable);
        t.Total("make_interval() interval", MakeInterval0);
        t.Checked("make_interval(int4,int4,int4,int4,int4,int4,float8) interval", MakeInterval7);
        t.Of("to_timestamp(float8) timestamptz", FromUnix);
        t.Total("now() timestamptz; transaction_timestamp() timestamptz; statement_timestamp() timestamptz; current_timestamp() timestamptz", Now, Volatility.Stable);
        t.Total("clock_timestamp() timestamptz", ClockTimestamp, Volatility.Volatile);
        t.Total("proctime() timestamptz", Now, Volatility.Stable);
        t.Total("current_date() date", CurrentDate, Volatility.Stable);
        t.Total("localtimestamp() timestamp", LocalTimestamp, Volatility.Stable);
        t.Total("localtime() time; current_time() time", LocalTime, Volatility.Stable);
    }

    private static void DeclareZones(FunctionTable t)
    {
        t.Of("timezone(text,timestamptz) timestamp", ZoneFunctions.ToLocal);
        t.Of("timezone(text,timestamp) timestamptz", ZoneFunctions.ToUtc);
        t.Of("timezone(interval,timestamptz) timestamp", ZoneFunctions.ToLocalByInterval);
        t.Of("timezone(interval,timestamp) timestamptz", ZoneFunctions.ToUtcByInterval);
    }

    private static void DeclareFormats(FunctionTable t)
    {
        t.Of("to_char(timestamp,text) text", DateTimeFormat.FormatTimestamp);
        t.Of("to_char(timestamptz,text) text", DateTimeFormat.FormatTimestampTz, Volatility.Stable);
        t.Of("to_char(interval,text) text", DateTimeFormat.FormatInterval);
        t.Of("to_char(time,text) text", DateTimeFormat.FormatTime);
        t.Of("to_timestamp(text,text) timestamptz", DateTimeFormat.ParseTimestampTz, Volatility.Stable);
        t.Of("to_date(text,text) date", DateTimeFormat.ParseDate);
    }
}
