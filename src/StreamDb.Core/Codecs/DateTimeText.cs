using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Dates and times written in ISO style, as PostgreSQL does: <c>0044-03-15 12:30:00.5+00 BC</c>.</summary>
public static class DateTimeText
{
    /// <summary>Bytes that any date, time or timestamp fits in.</summary>
    public const int BytesMax = 48;

    // Hot path: per value sent. No allocation.
    public static int WriteDate(int days, Span<byte> target)
    {
        if (days is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity)
        {
            return WriteInfinity(days > 0, target);
        }

        int written = WriteYearMonthDay(days, target, out bool isBc);
        return written + WriteEra(isBc, target[written..]);
    }

    public static int WriteTime(long microseconds, Span<byte> target)
    {
        int seconds = (int)(microseconds / SqlCalendar.MicrosecondsPerSecond);
        AsciiText.WriteTwo(seconds / 3600, target);
        target[2] = (byte)':';
        AsciiText.WriteTwo(seconds / 60 % 60, target[3..]);
        target[5] = (byte)':';
        AsciiText.WriteTwo(seconds % 60, target[6..]);
        return 8 + AsciiText.WriteFraction((int)(microseconds % SqlCalendar.MicrosecondsPerSecond), target[8..]);
    }

    public static int WriteTimestamp(long microseconds, Span<byte> target)
    {
        if (!SqlCalendar.IsFinite(microseconds))
        {
            return WriteInfinity(microseconds > 0, target);
        }

        int written = WriteDayAndTime(microseconds, target, out bool isBc);
        return written + WriteEra(isBc, target[written..]);
    }

    public static int WriteTimestampTz(long microseconds, Span<byte> target, TimeZoneInfo zone)
    {
        if (!SqlCalendar.IsFinite(microseconds))
        {
            return WriteInfinity(microseconds > 0, target);
        }

        int offset = TimeZones.OffsetAt(zone, microseconds);
        int written = WriteDayAndTime(microseconds + (offset * SqlCalendar.MicrosecondsPerSecond), target, out bool isBc);
        written += WriteOffset(offset, target[written..]);
        return written + WriteEra(isBc, target[written..]);
    }

    /// <summary><c>+00</c>, <c>-03:30</c>, <c>+00:09:21</c>.</summary>
    public static int WriteOffset(int offsetSeconds, Span<byte> target)
    {
        target[0] = offsetSeconds < 0 ? (byte)'-' : (byte)'+';
        int magnitude = Math.Abs(offsetSeconds);
        AsciiText.WriteTwo(magnitude / 3600, target[1..]);
        int written = 3;
        if (magnitude % 3600 != 0)
        {
            target[written] = (byte)':';
            AsciiText.WriteTwo(magnitude / 60 % 60, target[(written + 1)..]);
            written += 3;
        }

        if (magnitude % 60 != 0)
        {
            target[written] = (byte)':';
            AsciiText.WriteTwo(magnitude % 60, target[(written + 1)..]);
            written += 3;
        }

        return written;
    }

    private static int WriteDayAndTime(long microseconds, Span<byte> target, out bool isBc)
    {
        int days = SqlCalendar.SplitDay(microseconds, out long ofDay);
        int written = WriteYearMonthDay(days, target, out isBc);
        target[written++] = (byte)' ';
        return written + WriteTime(ofDay, target[written..]);
    }

    private static int WriteYearMonthDay(int days, Span<byte> target, out bool isBc)
    {
        SqlCalendar.FromDays(days, out int year, out int month, out int day);
        isBc = year <= 0;
        year = isBc ? 1 - year : year;
        int written = WriteYear(year, target);
        target[written] = (byte)'-';
        AsciiText.WriteTwo(month, target[(written + 1)..]);
        target[written + 3] = (byte)'-';
        AsciiText.WriteTwo(day, target[(written + 4)..]);
        return written + 6;
    }

    private static int WriteYear(int year, Span<byte> target)
    {
        if (year < 10_000)
        {
            AsciiText.WriteTwo(year / 100, target);
            AsciiText.WriteTwo(year % 100, target[2..]);
            return 4;
        }

        System.Buffers.Text.Utf8Formatter.TryFormat(year, target, out int written);
        return written;
    }

    private static int WriteEra(bool isBc, Span<byte> target)
    {
        if (!isBc)
        {
            return 0;
        }

        " BC"u8.CopyTo(target);
        return 3;
    }

    private static int WriteInfinity(bool isPositive, Span<byte> target)
    {
        ReadOnlySpan<byte> text = isPositive ? "infinity"u8 : "-infinity"u8;
        text.CopyTo(target);
        return text.Length;
    }
}
