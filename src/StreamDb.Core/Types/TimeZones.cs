using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace StreamDb.Core.Types;

/// <summary>Offsets of time zones at PostgreSQL timestamps, and zones by name.</summary>
public static class TimeZones
{
    /// <summary>Days in 400 years, after which the calendar, and so every yearly rule, repeats.</summary>
    private const int DaysPerEra = 146_097;
    private static readonly int _firstDay = SqlCalendar.ToDays(1, 1, 2);
    private static readonly int _lastDay = SqlCalendar.ToDays(9999, 12, 30);
    private static readonly long _epochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly ConcurrentDictionary<string, TimeZoneInfo?> _byName = new(StringComparer.OrdinalIgnoreCase);

    private static readonly Lazy<Dictionary<string, string>> _systemNames = new(ReadSystemNames);

    /// <summary>Seconds east of Greenwich at an instant.</summary>
    public static int OffsetAt(TimeZoneInfo zone, long microsecondsUtc)
    {
        if (ReferenceEquals(zone, TimeZoneInfo.Utc) || !SqlCalendar.IsFinite(microsecondsUtc))
        {
            return 0;
        }

        int day = SqlCalendar.SplitDay(microsecondsUtc, out long ofDay);
        if (day < _firstDay)
        {
            day = _firstDay;
        }
        else if (day > _lastDay)
        {
            day -= (((day - _lastDay) / DaysPerEra) + 1) * DaysPerEra;
        }

        long ticks = _epochTicks + (day * TimeSpan.TicksPerDay) + (ofDay * TimeSpan.TicksPerMicrosecond);
        return (int)(zone.GetUtcOffset(new DateTime(ticks, DateTimeKind.Utc)).Ticks / TimeSpan.TicksPerSecond);
    }

    /// <summary>Local time in the zone, of an instant; infinities stay.</summary>
    public static long ToLocal(TimeZoneInfo zone, long microsecondsUtc) => SqlCalendar.IsFinite(microsecondsUtc)
        ? microsecondsUtc + (OffsetAt(zone, microsecondsUtc) * SqlCalendar.MicrosecondsPerSecond)
        : microsecondsUtc;

    /// <summary>
    /// The instant of a local time; infinities stay. As in PostgreSQL a local time that is skipped takes the offset before
    /// the transition, and one that occurs twice the offset after it.
    /// </summary>
    public static long ToUtc(TimeZoneInfo zone, long microsecondsLocal)
    {
        if (ReferenceEquals(zone, TimeZoneInfo.Utc) || !SqlCalendar.IsFinite(microsecondsLocal))
        {
            return microsecondsLocal;
        }

        int before = OffsetAt(zone, microsecondsLocal - SqlCalendar.MicrosecondsPerDay);
        int after = OffsetAt(zone, microsecondsLocal + SqlCalendar.MicrosecondsPerDay);
        long utcBefore = microsecondsLocal - (before * SqlCalendar.MicrosecondsPerSecond);
        if (before == after)
        {
            return utcBefore;
        }

        long utcAfter = microsecondsLocal - (after * SqlCalendar.MicrosecondsPerSecond);
        return OffsetAt(zone, utcAfter) == after ? utcAfter : utcBefore;
    }

    /// <summary>A zone by its tz database name, in any letter case. Abbreviations are <see cref="TimeZoneAbbreviations"/>'s.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        if (_byName.Count > 10_000)
        {
            // Names come from user data; what is not a zone must not fill memory.
            _byName.Clear();
        }

        zone = _byName.GetOrAdd(name, Find);
        return zone is not null;
    }

    private static TimeZoneInfo? Find(string name)
    {
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase) || name.Equals("Etc/UTC", StringComparison.OrdinalIgnoreCase))
        {
            return TimeZoneInfo.Utc;
        }

        return _systemNames.Value.TryGetValue(name, out string? exact) && TimeZoneInfo.TryFindSystemTimeZoneById(exact, out TimeZoneInfo? zone)
            ? zone
            : null;
    }

    private static Dictionary<string, string> ReadSystemNames()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (TimeZoneInfo zone in TimeZoneInfo.GetSystemTimeZones())
        {
            names[zone.Id] = zone.Id;
        }

        // The runtime lists only the zones of zone.tab; the old names (US/Pacific, EST5EDT, Etc/GMT+3) are files as well.
        const string Directory = "/usr/share/zoneinfo";
        if (System.IO.Directory.Exists(Directory))
        {
            foreach (string path in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(Directory, path);
                if (!name.Contains('.', StringComparison.Ordinal)
                    && !name.StartsWith("posix/", StringComparison.Ordinal)
                    && !name.StartsWith("right/", StringComparison.Ordinal))
                {
                    names.TryAdd(name, name);
                }
            }
        }

        return names;
    }
}
