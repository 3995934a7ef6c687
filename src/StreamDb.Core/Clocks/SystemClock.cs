namespace StreamDb.Core.Clocks;

/// <summary>The machine's clock.</summary>
public sealed class SystemClock : IClock
{
    public static SystemClock Instance { get; } = new();

    private static readonly long _postgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public long NowMicroseconds => (DateTime.UtcNow.Ticks - _postgresEpochTicks) / TimeSpan.TicksPerMicrosecond;
}
