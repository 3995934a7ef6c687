using StreamDb.Benchmarks.Engine;

namespace StreamDb.Benchmarks.Service;

/// <summary>Makes one client's rows and remembers their count and sum by key.</summary>
internal sealed class EventTally(ulong seed)
{
    private const long ValueMax = 1_000_000;
    private ulong _state = Mix.Of(seed);

    public long[] Counts { get; } = new long[EventLog.KeyCount];

    public long[] Sums { get; } = new long[EventLog.KeyCount];

    /// <summary>The next row, already counted.</summary>
    public (int Key, long Value) Next()
    {
        _state = Mix.Of(_state);
        int key = (int)(_state % EventLog.KeyCount);
        long value = (long)((_state >> 32) % ValueMax);
        Counts[key]++;
        Sums[key] += value;
        return (key, value);
    }

    public void Add(EventTally other)
    {
        for (int key = 0; key < Counts.Length; key++)
        {
            Counts[key] += other.Counts[key];
            Sums[key] += other.Sums[key];
        }
    }
}
