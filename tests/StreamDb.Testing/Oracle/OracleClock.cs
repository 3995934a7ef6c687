using StreamDb.Core.Clocks;

namespace StreamDb.Testing.Oracle;

/// <summary>A clock that stands still until a program moves it: now() then has one right value, in PostgreSQL too.</summary>
internal sealed class OracleClock : IClock
{
    /// <summary>A little before the times that tables hold.</summary>
    public const string Start = "2025-12-31 12:00:00+00";

    private static readonly long _start =
        (DateTimeOffset.Parse(Start, System.Globalization.CultureInfo.InvariantCulture).UtcTicks - new DateTime(2000, 1, 1).Ticks) / TimeSpan.TicksPerMicrosecond;

    private long _now = _start;

    public long NowMicroseconds => Interlocked.Read(ref _now);

    public void Advance(int minutes) => Interlocked.Add(ref _now, minutes * 60_000_000L);
}
