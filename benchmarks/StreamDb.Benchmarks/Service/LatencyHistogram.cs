using System.Diagnostics;
using System.Numerics;

namespace StreamDb.Benchmarks.Service;

/// <summary>Counts of durations in buckets at most 1/64 wide, so that a quantile is right to 1.6 %.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private readonly long[] _counts = new long[64 << SubBits];

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        _counts[BucketOf(ticks)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>NaN when nothing was counted.</summary>
    public double QuantileUs(double quantile)
    {
        if (Count == 0)
        {
            return double.NaN;
        }

        long rank = (long)(quantile * Count);
        int bucket = 0;
        for (long below = _counts[0]; below <= rank && bucket < _counts.Length - 1; below += _counts[bucket])
        {
            bucket++;
        }

        return TicksOf(bucket) * 1e6 / Stopwatch.Frequency;
    }

    private static int BucketOf(long ticks)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - SubBits);
        return (shift << SubBits) + (int)(ticks >> shift);
    }

    private static double TicksOf(int bucket)
    {
        int shift = Math.Max(0, (bucket >> SubBits) - 1);
        return ((long)bucket - (shift << SubBits) + 0.5) * (1L << shift);
    }
}
