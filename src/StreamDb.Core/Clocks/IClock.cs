namespace StreamDb.Core.Clocks;

/// <summary>Wall-clock time, injected so that any run can be repeated.</summary>
public interface IClock
{
    /// <summary>Microseconds since 2000-01-01 00:00:00 UTC (PostgreSQL's timestamp epoch).</summary>
    long NowMicroseconds { get; }
}
