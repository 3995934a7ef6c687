using System.Globalization;

namespace StreamDb.Coordinator.Sessions;

/// <summary>Time zones by the names SET TimeZone accepts.</summary>
internal static class TimeZones
{
    /// <summary>An IANA name, UTC, or an offset such as +05:30 or 2; null when unknown.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        string trimmed = name.Trim().Trim('\'', '<', '>');
        if (trimmed.ToUpperInvariant() is "UTC" or "GMT" or "Z" or "ETC/UTC" or "DEFAULT" or "LOCAL" or "UCT" or "ZULU")
        {
            return TimeZoneInfo.Utc;
        }

        string offset = trimmed.StartsWith("INTERVAL", StringComparison.OrdinalIgnoreCase) ? trimmed[8..].Trim().Trim('\'') : trimmed;
        if (TryOffset(offset, out TimeSpan span))
        {
            return span == TimeSpan.Zero
                ? TimeZoneInfo.Utc
                : TimeZoneInfo.CreateCustomTimeZone(Name(span), span, Name(span), Name(span));
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(trimmed, out TimeZoneInfo? zone) ? zone : null;
    }

    private static bool TryOffset(string text, out TimeSpan offset)
    {
        offset = default;
        int sign = text.StartsWith('-') ? -1 : 1;
        string[] parts = text.TrimStart('+', '-').Split(':');
        if (parts.Length > 3 || !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double hours))
        {
            return false;
        }

        int minutes = 0;
        if (parts.Length > 1 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out minutes))
        {
            return false;
        }

        offset = sign * (TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(minutes));
        return offset.Duration() <= TimeSpan.FromHours(14);
    }

    private static string Name(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "<-" : "<+") + offset.Duration().ToString("hh\\:mm", CultureInfo.InvariantCulture) + ">";
}
