using StreamDb.Core.Clocks;

namespace StreamDb.Core.Codecs;

/// <summary>The session settings that decide how values are written and read as text.</summary>
public sealed record TextFormat
{
    public static TextFormat Default { get; } = new();

    /// <summary>Zone of timestamptz values.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>postgres, postgres_verbose, sql_standard or iso_8601.</summary>
    public string IntervalStyle { get; init; } = "postgres";

    /// <summary>1 or more: shortest round trip; 0 or less: that many digits off 15 (6 for real).</summary>
    public int ExtraFloatDigits { get; init; } = 1;

    /// <summary>bytea_output = 'escape'.</summary>
    public bool IsByteaEscape { get; init; }

    /// <summary>What <c>now</c>, <c>today</c>, <c>tomorrow</c>, <c>yesterday</c> mean in date and time input.</summary>
    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Names of catalog items; without it regclass and its kind are read and written as numbers.</summary>
    public ICatalogNames? Names { get; init; }
}
