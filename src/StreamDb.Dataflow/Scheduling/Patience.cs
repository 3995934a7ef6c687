using System.Diagnostics;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Waiting for another thread without going to sleep: while what is awaited is likely to come sooner than a sleeper wakes up.</summary>
/// <remarks>
/// Going to sleep and being woken costs two threads several µs each, and on an idle virtual processor the sleeper up to a
/// hundred. So the owner of one of these spins, but only as long as its waits have been short lately: one that proves long makes
/// the next spin shorter, until only a short wait, seen from the sleep that it then is, makes it longer again. Idle costs nothing.
/// Who has worked for long may spin for a part of that time: large epochs take longer to prepare.
/// </remarks>
internal sealed class Patience
{
    /// <summary>Stopwatch ticks for which another worker is waited for in the middle of an epoch: it is at work, as this one was.</summary>
    public static readonly long WithinEpoch = Stopwatch.Frequency / 1_000;

    /// <summary>Stopwatch ticks after which sleeping is cheaper.</summary>
    private static readonly long _short = Stopwatch.Frequency / 8_000;

    private long _longest = _short;
    private long _ticks = _short;

    /// <summary>Whether the condition came true within the time that is worth it.</summary>
    public bool Wait<TState>(Placement place, TState state, Func<TState, bool> isOver)
    {
        if (_ticks == 0)
        {
            return false;
        }

        bool isOverInTime = Spin(place, state, isOver, _ticks, out bool givesWay);
        if (!givesWay)
        {
            _ticks = isOverInTime ? _longest : _ticks / 2 < _short / 16 ? 0 : _ticks / 2;
        }

        return isOverInTime;
    }

    /// <summary>Learns from a sleep.</summary>
    /// <param name="ticks">From falling asleep to the call, without the waking up: what a spin would have taken.</param>
    public void Slept(long ticks)
    {
        if (ticks < _longest)
        {
            _ticks = _longest;
        }
    }

    /// <summary>Learns from work between two waits.</summary>
    public void Worked(long ticks) => _longest = Math.Clamp(ticks / 4, _short, WithinEpoch);

    /// <summary>Whether the condition came true within some stopwatch ticks, and before the processor was needed by what may be waited for.</summary>
    /// <param name="place">The caller's; null: it computes no shard.</param>
    public static bool Spin<TState>(Placement? place, TState state, Func<TState, bool> isOver, long ticks) =>
        Spin(place, state, isOver, ticks, out _);

    private static bool Spin<TState>(Placement? place, TState state, Func<TState, bool> isOver, long ticks, out bool givesWay)
    {
        const int SpinsPerLook = 5;
        const int LooksPerCheck = 16;
        givesWay = place?.IsCrowded == true;
        if (givesWay)
        {
            return isOver(state);
        }

        long start = Stopwatch.GetTimestamp();
        for (int look = 1; !isOver(state); look++)
        {
            if (look % LooksPerCheck != 0)
            {
                Thread.SpinWait(SpinsPerLook);
                continue;
            }

            long waited = Stopwatch.GetTimestamp() - start;
            if (waited > ticks)
            {
                return false;
            }

            if (place?.TryMakeWay(waited) == false)
            {
                givesWay = true;
                return isOver(state);
            }
        }

        return true;
    }
}
