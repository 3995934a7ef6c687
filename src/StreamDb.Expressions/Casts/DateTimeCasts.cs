using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions between dates, times and timestamps; timestamptz goes through the session's time zone.</summary>
internal static class DateTimeCasts
{
    public static long DateToTimestamp(int days, EvaluationContext c) => days switch
    {
        SqlCalendar.DateInfinity => SqlCalendar.TimestampInfinity,
        SqlCalendar.DateMinusInfinity => SqlCalendar.TimestampMinusInfinity,
        _ => days < SqlCalendar.TimestampEnd / SqlCalendar.MicrosecondsPerDay
            ? days * SqlCalendar.MicrosecondsPerDay
            : c.Fail<long>(SqlState.DatetimeFieldOverflow, "date out of range for timestamp"),
    };

    public static long DateToTimestampTz(int days, EvaluationContext c) => TimestampToTimestampTz(DateToTimestamp(days, c), c);

    public static int TimestampToDate(long timestamp) => timestamp switch
    {
        SqlCalendar.TimestampInfinity => SqlCalendar.DateInfinity,
        SqlCalendar.TimestampMinusInfinity => SqlCalendar.DateMinusInfinity,
        _ => SqlCalendar.SplitDay(timestamp, out _),
    };

    public static int TimestampTzToDate(long timestamp, EvaluationContext c) =>
        TimestampToDate(TimestampTzToTimestamp(timestamp, c));

    /// <summary>NULL for the infinities, which have no time of day.</summary>
    public static long? TimestampToTime(long timestamp)
    {
        if (!SqlCalendar.IsFinite(timestamp))
        {
            return null;
        }

        SqlCalendar.SplitDay(timestamp, out long time);
        return time;
    }

    public static long? TimestampTzToTime(long timestamp, EvaluationContext c) =>
        TimestampToTime(TimestampTzToTimestamp(timestamp, c));

    public static long TimestampToTimestampTz(long timestamp, EvaluationContext c) => TimeZones.ToUtc(c.Format.TimeZone, timestamp);

    public static long TimestampTzToTimestamp(long timestamp, EvaluationContext c) => TimeZones.ToLocal(c.Format.TimeZone, timestamp);

    public static Interval TimeToInterval(long time) => new(0, 0, time);

    public static long IntervalToTime(Interval interval)
    {
        long rest = interval.Microseconds % SqlCalendar.MicrosecondsPerDay;
        return rest < 0 ? rest + SqlCalendar.MicrosecondsPerDay : rest;
    }
}
