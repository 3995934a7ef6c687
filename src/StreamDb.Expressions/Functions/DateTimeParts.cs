using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>A local timestamp or an interval taken apart for formatting.</summary>
internal sealed record DateTimeParts
{
    public bool IsInterval { get; init; }

    /// <summary>Astronomical: 0 is 1 BC.</summary>
    public int Year { get; init; }

    public int Month { get; init; }

    public int Day { get; init; }

    public int Hour { get; init; }

    public int Minute { get; init; }

    public int Second { get; init; }

    public int Microsecond { get; init; }

    public int DayNumber { get; init; }

    /// <summary>Seconds east of Greenwich; null without a zone.</summary>
    public int? Offset { get; init; }

    public string ZoneName { get; init; } = "";

    public int ShownYear => IsInterval || Year > 0 ? Year : 1 - Year;

    /// <summary>0 is Sunday.</summary>
    public int DayOfWeek => IsInterval ? 0 : DateExtraction.DayOfWeek(DayNumber);

    public int DayOfYear => IsInterval ? (Month * 30) + Day : DayNumber - SqlCalendar.ToDays(Year, 1, 1) + 1;

    public int IsoWeek => DateExtraction.IsoWeek(DayNumber, out _);

    public int IsoYear
    {
        get
        {
            DateExtraction.IsoWeek(DayNumber, out int year);
            return year > 0 ? year : 1 - year;
        }
    }

    public long Julian => IsInterval ? 0 : DateExtraction.JulianOf(DayNumber);

    public string ZoneAbbreviation => Offset switch
    {
        null => "",
        0 when ZoneName is "UTC" or "Etc/UTC" => "UTC",
        { } offset => (offset < 0 ? "-" : "+") + (Math.Abs(offset) / 3600).ToString("00", System.Globalization.CultureInfo.InvariantCulture),
    };

    public static DateTimeParts Of(long timestamp, int? offset)
    {
        int day = SqlCalendar.SplitDay(timestamp, out long time);
        SqlCalendar.FromDays(day, out int year, out int month, out int dayOfMonth);
        return Of(time) with { Year = year, Month = month, Day = dayOfMonth, DayNumber = day, Offset = offset };
    }

    public static DateTimeParts Of(Interval interval) => Of(interval.Microseconds) with
    {
        IsInterval = true,
        Year = interval.Months / 12,
        Month = interval.Months % 12,
        Day = interval.Days,
    };

    private static DateTimeParts Of(long time) => new()
    {
        Hour = (int)(time / SqlCalendar.MicrosecondsPerHour),
        Minute = (int)(time / SqlCalendar.MicrosecondsPerMinute % 60),
        Second = (int)(time / SqlCalendar.MicrosecondsPerSecond % 60),
        Microsecond = (int)(time % SqlCalendar.MicrosecondsPerSecond),
    };
}
