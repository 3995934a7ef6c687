using StreamDb.Core.Clocks;

namespace StreamDb.Connectors.Generators;

/// <summary>Says how many items a generator may have produced by now, at a fixed rate since it was first asked.</summary>
/// <remarks>
/// The first item is due at once. Time goes in short ticks: rows arrive evenly and not once a second, but a reader that
/// asks at once again is not given every row in a batch of its own.
/// </remarks>
/// <param name="clock">What the rate is measured by.</param>
/// <param name="start">Items that were produced before.</param>
/// <param name="itemsPerSecond">The rate; infinite for as fast as possible.</param>
internal sealed class Pacer(IClock clock, long start, double itemsPerSecond)
{
    /// <summary>Batches that come more often than this cost more than they are worth.</summary>
    private const int TickMs = 10;

    /// <summary>The longest wait before the clock is read again: it need not run like the machine's.</summary>
    private const int WaitMsMax = 100;

    private long? _startMicroseconds;

    /// <summary>Items that may be produced in all.</summary>
    public long Due()
    {
        if (double.IsPositiveInfinity(itemsPerSecond))
        {
            return long.MaxValue;
        }

        long now = clock.NowMicroseconds;
        _startMicroseconds ??= now;
        long ticks = Math.Max(0, now - _startMicroseconds.Value) / (TickMs * 1000);
        double items = ticks * (TickMs / 1000.0) * itemsPerSecond;
        return items >= long.MaxValue - start - 1.0 ? long.MaxValue : start + 1 + (long)items;
    }

    /// <summary>Waits until about one more item is due.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        double waitMs = Math.Clamp(1000 / itemsPerSecond, TickMs, WaitMsMax);
        return Task.Delay((int)waitMs, cancellation);
    }
}
