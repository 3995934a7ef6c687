using System.Runtime.CompilerServices;

namespace StreamDb.Core.Types;

/// <summary>The proleptic Gregorian calendar over PostgreSQL's day and microsecond numbers (2000-01-01 is 0).</summary>
/// <remarks>
/// Years are astronomical: 0 is 1 BC, -1 is 2 BC. Dates run from 4713-11-24 BC to 5874897-12-31, timestamps from the same
/// day to the end of year 294276. int.MaxValue and long.MaxValue are infinity, the MinValues -infinity.
/// </remarks>
public static class SqlCalendar
{
    public const long MicrosecondsPerSecond = 1_000_000;
    public const long MicrosecondsPerMinute = 60 * MicrosecondsPerSecond;
    public const long MicrosecondsPerHour = 60 * MicrosecondsPerMinute;
    public const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    public const int DateInfinity = int.MaxValue;
    public const int DateMinusInfinity = int.MinValue;
    public const long TimestampInfinity = long.MaxValue;
    public const long TimestampMinusInfinity = long.MinValue;

    /// <summary>4713-11-24 BC.</summary>
    public const int DateMin = -2_451_545;

    /// <summary>5874897-12-31.</summary>
    public const int DateMax = 2_145_031_948;

    public const long TimestampMin = DateMin * MicrosecondsPerDay;

    /// <summary>294277-01-01, the first timestamp out of range.</summary>
    public const long TimestampEnd = 106_751_983L * MicrosecondsPerDay;

    /// <summary>1970-01-01 in microseconds.</summary>
    public const long UnixEpoch = -946_684_800L * MicrosecondsPerSecond;

    /// <summary>Days from 0000-03-01 to 2000-01-01.</summary>
    private const int DaysFromMarchOfYearZero = 730_425;

    /// <summary>Days in 400 years.</summary>
    private const int DaysPerEra = 146_097;

    /// <summary>The day number of a date; month 1 to 12, any day (out of range ones count on).</summary>
    public static int ToDays(int year, int month, int day)
    {
        // Years start in March, so that the leap day comes last and month lengths follow (153 m + 2) / 5.
        long shifted = month <= 2 ? year - 1L : year;
        long era = (shifted >= 0 ? shifted : shifted - 399) / 400;
        int yearOfEra = (int)(shifted - (era * 400));
        int dayOfYear = ((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (int)((era * DaysPerEra) + dayOfEra + day - 1 - DaysFromMarchOfYearZero);
    }

    /// <summary>The date of a finite day number.</summary>
    public static void FromDays(int days, out int year, out int month, out int day)
    {
        long shifted = (long)days + DaysFromMarchOfYearZero;
        long era = (shifted >= 0 ? shifted : shifted - (DaysPerEra - 1)) / DaysPerEra;
        int dayOfEra = (int)(shifted - (era * DaysPerEra));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        day = dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1;
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);
    }

    /// <summary>Splits a finite timestamp into its day number and the microseconds of that day.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SplitDay(long microseconds, out long microsecondsOfDay)
    {
        long days = microseconds / MicrosecondsPerDay;
        microsecondsOfDay = microseconds - (days * MicrosecondsPerDay);
        if (microsecondsOfDay < 0)
        {
            microsecondsOfDay += MicrosecondsPerDay;
            days--;
        }

        return (int)days;
    }

    public static bool IsLeapYear(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(int year, int month) => month switch
    {
        2 => IsLeapYear(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Whether a timestamp is within PostgreSQL's range; infinities are not.</summary>
    public static bool IsTimestamp(long microseconds) => microseconds is >= TimestampMin and < TimestampEnd;

    /// <summary>Whether a day number is within PostgreSQL's range; infinities are not.</summary>
    public static bool IsDate(int days) => days is >= DateMin and <= DateMax;

    public static bool IsFinite(long microseconds) => microseconds is not (long.MinValue or long.MaxValue);
}
