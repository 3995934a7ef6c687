using System.Text;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>extract (numeric) and date_part (double precision), with a field that is usually constant.</summary>
internal static class DateExtraction
{
    public static void Declare(FunctionTable t)
    {
        foreach (string type in (string[])["date", "time", "timestamp", "timestamptz", "interval"])
        {
            t.Bound($"extract(text,{type}) numeric", call => Bind(call, asDouble: false));
            t.Bound($"date_part(text,{type}) float8", call => Bind(call, asDouble: true));
        }
    }

    private static ScalarImplementation Bind(CallExpression call, bool asDouble)
    {
        SqlType type = call.Arguments[1].Type;
        string? field = call.Arguments[0] is LiteralExpression { Value.Value: byte[] name } ? Encoding.UTF8.GetString(name) : null;
        var extractor = new Extractor(type, field);
        return new ScalarImplementation(
            (type.Physical, asDouble) switch
            {
                (PhysicalType.Int32, false) => extractor.FromDate,
                (PhysicalType.Int64, false) => extractor.FromLong,
                (PhysicalType.Interval, false) => extractor.FromInterval,
                (PhysicalType.Int32, true) => extractor.FromDateAsDouble,
                (PhysicalType.Int64, true) => extractor.FromLongAsDouble,
                (PhysicalType.Interval, true) => (Delegate)extractor.FromIntervalAsDouble,
                _ => throw new InvariantException($"extract from {type}"),
            },
            FailureMode.Throws);
    }

    /// <summary>A value of a field in millionths; the scale is that of PostgreSQL's extract.</summary>
    private readonly record struct Part(decimal Value, bool IsNull = false)
    {
        public static Part Null => new(0, true);
    }

    private sealed class Extractor(SqlType type, string? constantField)
    {
        private DateField? _field;

        public Numeric? FromDate(ByteSlice field, int date) => AsNumeric(Date(field, date));

        public double? FromDateAsDouble(ByteSlice field, int date) => AsDouble(Date(field, date));

        public Numeric? FromLong(ByteSlice field, long value, EvaluationContext c) => AsNumeric(Long(field, value, c));

        public double? FromLongAsDouble(ByteSlice field, long value, EvaluationContext c) => AsDouble(Long(field, value, c));

        public Numeric? FromInterval(ByteSlice field, Interval value) => AsNumeric(OfInterval(FieldOf(field), value));

        public double? FromIntervalAsDouble(ByteSlice field, Interval value) => AsDouble(OfInterval(FieldOf(field), value));

        private static Numeric? AsNumeric(Part part) => part.IsNull ? null
            : part.Value == decimal.MaxValue ? Numeric.PositiveInfinity
            : part.Value == decimal.MinValue ? Numeric.NegativeInfinity
            : part.Value;

        private static double? AsDouble(Part part) => part.IsNull ? null
            : part.Value == decimal.MaxValue ? double.PositiveInfinity
            : part.Value == decimal.MinValue ? double.NegativeInfinity
            : (double)part.Value;

        private DateField FieldOf(ByteSlice field) => constantField is null
            ? DateFields.Parse(Utf8Text.Decode(field), type)
            : _field ??= DateFields.Parse(constantField, type);

        private Core.Errors.SqlException NotSupported(DateField field) => DateFields.NotSupported(
            constantField ?? field.ToString().ToUpperInvariant(), type);

        private Part Date(ByteSlice fieldName, int date)
        {
            DateField field = FieldOf(fieldName);
            if (field is DateField.Microseconds or DateField.Milliseconds or DateField.Second or DateField.Minute or DateField.Hour
                or DateField.TimeZone or DateField.TimeZoneHour or DateField.TimeZoneMinute)
            {
                throw NotSupported(field);
            }

            if (date is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity)
            {
                return OfInfinity(field, date > 0);
            }

            return field == DateField.Epoch
                ? new Part((date + 10957L) * 86400)
                : new Part(OfDay(field, date));
        }

        private Part Long(ByteSlice fieldName, long value, EvaluationContext c)
        {
            DateField field = FieldOf(fieldName);
            if (type.Kind == SqlTypeKind.Time)
            {
                return field switch
                {
                    DateField.Epoch => new Part(new decimal(value) / 1_000_000.000000m),
                    <= DateField.Hour => new Part(OfTime(field, value)),
                    _ => throw NotSupported(field),
                };
            }

            if (!SqlCalendar.IsFinite(value))
            {
                return OfInfinity(field, value > 0);
            }

            if (field == DateField.Epoch)
            {
                return new Part(Seconds(value - SqlCalendar.UnixEpoch));
            }

            long local = value;
            if (type.Kind == SqlTypeKind.TimestampTz)
            {
                int offset = TimeZones.OffsetAt(c.Format.TimeZone, value);
                switch (field)
                {
                    case DateField.TimeZone: return new Part(offset);
                    case DateField.TimeZoneHour: return new Part(offset / 3600);
                    case DateField.TimeZoneMinute: return new Part(offset / 60 % 60);
                    default: local += offset * SqlCalendar.MicrosecondsPerSecond; break;
                }
            }
            else if (field >= DateField.TimeZone)
            {
                throw NotSupported(field);
            }

            int day = SqlCalendar.SplitDay(local, out long time);
            return field switch
            {
                <= DateField.Hour => new Part(OfTime(field, time)),
                DateField.Julian => new Part(JulianOf(day) + (decimal.Round(time / 86400000000m, 20))),
                _ => new Part(OfDay(field, day)),
            };
        }

        private Part OfInterval(DateField field, Interval value)
        {
            long time = value.Microseconds;
            int years = value.Months / 12;
            return field switch
            {
                DateField.Hour => new Part(time / SqlCalendar.MicrosecondsPerHour),
                <= DateField.Minute => new Part(OfTime(field, time)),
                DateField.Day => new Part(value.Days),
                DateField.Month => new Part(value.Months % 12),
                DateField.Quarter => new Part((value.Months % 12 / 3) + 1),
                DateField.Year => new Part(years),
                DateField.Decade => new Part(years / 10),
                DateField.Century => new Part(years / 100),
                DateField.Millennium => new Part(years / 1000),
                DateField.Epoch => new Part(Seconds(
                    time + (((((long)value.Months % 12 * 30) + value.Days) * 86400) * 1_000_000)
                    + ((long)years * 31_557_600 * 1_000_000))),
                _ => throw NotSupported(field),
            };
        }

        private Part OfInfinity(DateField field, bool isPositive) => field switch
        {
            DateField.Year or DateField.Decade or DateField.Century or DateField.Millennium or DateField.IsoYear
                or DateField.Julian or DateField.Epoch => new Part(isPositive ? decimal.MaxValue : decimal.MinValue),
            _ => Part.Null,
        };
    }

    public static decimal Seconds(long microseconds) => new decimal(microseconds) * 0.000001m;

    public static long JulianOf(int day) => day + 2_451_545L;

    /// <summary>0 is Sunday.</summary>
    public static int DayOfWeek(int day) => (int)((((day + 6L) % 7) + 7) % 7);

    /// <summary>ISO 8601 week and the year it belongs to.</summary>
    public static int IsoWeek(int day, out int isoYear)
    {
        // The week belongs to the year of its Thursday.
        int thursday = day - ((DayOfWeek(day) + 6) % 7) + 3;
        SqlCalendar.FromDays(thursday, out isoYear, out _, out _);
        return ((thursday - SqlCalendar.ToDays(isoYear, 1, 1)) / 7) + 1;
    }

    private static decimal OfTime(DateField field, long time)
    {
        long inMinute = time % SqlCalendar.MicrosecondsPerMinute;
        return field switch
        {
            DateField.Microseconds => inMinute,
            DateField.Milliseconds => new decimal(inMinute) * 0.001m,
            DateField.Second => Seconds(inMinute),
            DateField.Minute => time / SqlCalendar.MicrosecondsPerMinute % 60,
            _ => time / SqlCalendar.MicrosecondsPerHour,
        };
    }

    private static decimal OfDay(DateField field, int day)
    {
        SqlCalendar.FromDays(day, out int year, out int month, out int dayOfMonth);
        switch (field)
        {
            case DateField.Day: return dayOfMonth;
            case DateField.Week: return IsoWeek(day, out _);
            case DateField.Month: return month;
            case DateField.Quarter: return ((month - 1) / 3) + 1;
            case DateField.Year: return year > 0 ? year : year - 1;
            case DateField.Decade: return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
            case DateField.Century: return year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100);
            case DateField.Millennium: return year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000);
            case DateField.DayOfWeek: return DayOfWeek(day);
            case DateField.IsoDayOfWeek: return DayOfWeek(day) == 0 ? 7 : DayOfWeek(day);
            case DateField.DayOfYear: return day - SqlCalendar.ToDays(year, 1, 1) + 1;
            case DateField.IsoYear:
                IsoWeek(day, out int isoYear);
                return isoYear > 0 ? isoYear : isoYear - 1;
            default: return JulianOf(day);
        }
    }
}
