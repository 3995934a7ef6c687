using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>date_trunc and date_bin.</summary>
internal static class DateTruncation
{
    public static void Declare(FunctionTable t)
    {
        t.Bound("date_trunc(text,timestamp) timestamp", call => new ScalarImplementation(Bind(call).Timestamp, FailureMode.Throws));
        t.Bound("date_trunc(text,timestamptz) timestamptz", call => new ScalarImplementation(Bind(call).TimestampTz, FailureMode.Throws));
        t.Bound("date_trunc(text,timestamptz,text) timestamptz", call => new ScalarImplementation(Bind(call).TimestampTzAt, FailureMode.Throws));
        t.Bound("date_trunc(text,interval) interval", call => new ScalarImplementation(Bind(call).OfInterval, FailureMode.Throws));
        t.Of("date_bin(interval,timestamp,timestamp) timestamp; date_bin(interval,timestamptz,timestamptz) timestamptz", Bin);
    }

    /// <summary>The start of the bin of that width, counted from an origin.</summary>
    public static long Bin(Interval stride, long value, long origin)
    {
        if (!SqlCalendar.IsFinite(value))
        {
            return value;
        }

        if (!SqlCalendar.IsFinite(origin))
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, "origin out of range");
        }

        if (stride.Months != 0)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years");
        }

        Int128 width = stride.TotalMicroseconds;
        if (width <= 0)
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, "stride must be greater than zero");
        }

        Int128 distance = (Int128)value - origin;
        Int128 rest = distance % width;
        rest = rest < 0 ? rest + width : rest;
        Int128 start = value - rest;
        return start >= SqlCalendar.TimestampMin
            ? (long)start
            : throw new SqlException(SqlState.DatetimeFieldOverflow, "timestamp out of range");
    }

    private static Truncation Bind(CallExpression call) => new(
        call.Arguments[1].Type,
        call.Arguments[0] is LiteralExpression { Value.Value: byte[] name } ? Encoding.UTF8.GetString(name) : null);

    private sealed class Truncation(SqlType type, string? constantField)
    {
        private DateField? _field;

        public long Timestamp(ByteSlice field, long value) => SqlCalendar.IsFinite(value) ? Truncate(FieldOf(field), value) : value;

        public long TimestampTz(ByteSlice field, long value, EvaluationContext c) => InZone(field, value, c.Format.TimeZone);

        public long TimestampTzAt(ByteSlice field, long value, ByteSlice zone) => InZone(field, value, ZoneFunctions.Find(zone));

        public Interval OfInterval(ByteSlice field, Interval value)
        {
            long time = value.Microseconds;
            return FieldOf(field) switch
            {
                DateField.Microseconds => value,
                DateField.Milliseconds => value with { Microseconds = time - (time % 1000) },
                DateField.Second => value with { Microseconds = time - (time % SqlCalendar.MicrosecondsPerSecond) },
                DateField.Minute => value with { Microseconds = time - (time % SqlCalendar.MicrosecondsPerMinute) },
                DateField.Hour => value with { Microseconds = time - (time % SqlCalendar.MicrosecondsPerHour) },
                DateField.Day => value with { Microseconds = 0 },
                DateField.Month => new Interval(value.Months, 0, 0),
                DateField.Quarter => new Interval(value.Months - (value.Months % 3), 0, 0),
                DateField.Year => new Interval(value.Months - (value.Months % 12), 0, 0),
                DateField.Decade => new Interval(value.Months - (value.Months % 120), 0, 0),
                DateField.Century => new Interval(value.Months - (value.Months % 1200), 0, 0),
                DateField.Millennium => new Interval(value.Months - (value.Months % 12000), 0, 0),
                _ => throw DateFields.NotSupported(constantField ?? Utf8Text.Decode(field), type),
            };
        }

        private long InZone(ByteSlice field, long value, TimeZoneInfo zone)
        {
            if (!SqlCalendar.IsFinite(value))
            {
                return value;
            }

            // Up to the hour the value keeps its offset, as in PostgreSQL: the hour that comes twice in autumn is two hours.
            DateField name = FieldOf(field);
            long local = TimeZones.ToLocal(zone, value);
            long truncated = Truncate(name, local);
            return name <= DateField.Hour ? value - (local - truncated) : TimeZones.ToUtc(zone, truncated);
        }

        private DateField FieldOf(ByteSlice field) => constantField is null
            ? DateFields.Parse(Utf8Text.Decode(field), type)
            : _field ??= DateFields.Parse(constantField, type);

        private long Truncate(DateField field, long value)
        {
            int day = SqlCalendar.SplitDay(value, out long time);
            switch (field)
            {
                case DateField.Microseconds: return value;
                case DateField.Milliseconds: return value - (time % 1000);
                case DateField.Second: return value - (time % SqlCalendar.MicrosecondsPerSecond);
                case DateField.Minute: return value - (time % SqlCalendar.MicrosecondsPerMinute);
                case DateField.Hour: return value - (time % SqlCalendar.MicrosecondsPerHour);
                case DateField.Day: return value - time;
                case DateField.Week: return Midnight(day - ((DateExtraction.DayOfWeek(day) + 6) % 7));
            }

            SqlCalendar.FromDays(day, out int year, out int month, out _);
            return field switch
            {
                DateField.Month => Midnight(SqlCalendar.ToDays(year, month, 1)),
                DateField.Quarter => Midnight(SqlCalendar.ToDays(year, month - ((month - 1) % 3), 1)),
                DateField.Year => Midnight(SqlCalendar.ToDays(year, 1, 1)),
                DateField.Decade => Midnight(SqlCalendar.ToDays(year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10 * 10), 1, 1)),
                DateField.Century => Midnight(SqlCalendar.ToDays(year > 0 ? ((year + 99) / 100 * 100) - 99 : (-(99 - (year - 1)) / 100 * 100) + 1, 1, 1)),
                DateField.Millennium => Midnight(SqlCalendar.ToDays(year > 0 ? ((year + 999) / 1000 * 1000) - 999 : (-(999 - (year - 1)) / 1000 * 1000) + 1, 1, 1)),
                _ => throw DateFields.NotSupported(constantField ?? field.ToString().ToUpperInvariant(), type),
            };
        }

        private static long Midnight(int day) => day * SqlCalendar.MicrosecondsPerDay;
    }
}
