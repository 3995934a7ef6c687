using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>AT TIME ZONE: timezone(zone, value). A zone is a name, an abbreviation, a POSIX-style offset or an interval.</summary>
internal static class ZoneFunctions
{
    /// <summary>Local time in the zone.</summary>
    public static long ToLocal(ByteSlice zone, long timestamp) =>
        TryFixedOffset(zone, out int offset) ? Shift(timestamp, offset) : TimeZones.ToLocal(Find(zone), timestamp);

    /// <summary>The instant of a local time in the zone.</summary>
    public static long ToUtc(ByteSlice zone, long timestamp) =>
        TryFixedOffset(zone, out int offset) ? Shift(timestamp, -offset) : TimeZones.ToUtc(Find(zone), timestamp);

    public static long ToLocalByInterval(Interval zone, long timestamp) => Shift(timestamp, OffsetOf(zone));

    public static long ToUtcByInterval(Interval zone, long timestamp) => Shift(timestamp, -OffsetOf(zone));

    /// <exception cref="SqlException">22023: there is no such zone.</exception>
    public static TimeZoneInfo Find(ByteSlice zone)
    {
        string name = Utf8Text.Decode(zone);
        if (TimeZones.TryFind(name, out TimeZoneInfo? found))
        {
            return found;
        }

        return TryFixedOffset(zone, out int offset) && Math.Abs(offset) <= 14 * 3600
            ? TimeZoneInfo.CreateCustomTimeZone(name, TimeSpan.FromMinutes(offset / 60), name, name)
            : throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{name}\" not recognized");
    }

    private static int OffsetOf(Interval zone)
    {
        if (zone.Months != 0 || zone.Days != 0)
        {
            throw new SqlException(
                SqlState.InvalidParameterValue,
                $"interval time zone \"{TextCodec.Format(SqlType.Interval, new Core.Rows.Datum(zone), TextFormat.Default)}\" must not include months or days");
        }

        return (int)(zone.Microseconds / SqlCalendar.MicrosecondsPerSecond);
    }

    private static long Shift(long timestamp, int offsetSeconds) => SqlCalendar.IsFinite(timestamp)
        ? timestamp + (offsetSeconds * SqlCalendar.MicrosecondsPerSecond)
        : timestamp;

    private static bool TryFixedOffset(ByteSlice zone, out int offsetSeconds)
    {
        string name = Utf8Text.Decode(zone);
        if (TimeZones.TryFind(name, out _))
        {
            offsetSeconds = 0;
            return false;
        }

        return TimeZoneAbbreviations.TryGet(name, out offsetSeconds) || TryPosix(name, out offsetSeconds);
    }

    /// <summary>An optional name and an offset that counts westward: UTC+3, +03:00, -5. West is positive there.</summary>
    private static bool TryPosix(string name, out int offsetSeconds)
    {
        offsetSeconds = 0;
        int at = 0;
        while (at < name.Length && char.IsAsciiLetter(name[at]))
        {
            at++;
        }

        if (at == name.Length || name[at] is not ('+' or '-') || at > 0 && at < 3)
        {
            return false;
        }

        int sign = name[at] == '-' ? 1 : -1;
        string[] parts = name[(at + 1)..].Split(':');
        int factor = 3600;
        foreach (string part in parts)
        {
            if (factor == 0 || !int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) || number > 167)
            {
                return false;
            }

            offsetSeconds += sign * number * factor;
            factor /= 60;
        }

        return true;
    }
}
