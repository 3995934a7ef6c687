using System.Diagnostics;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Waiting for another thread without going to sleep: while what is awaited is likely to come sooner than a sleeper wakes up.</summary>
/// <remarks>
/// Going to sleep and being woken costs two threads several µs each, and on an idle virtual processor the sleeper up to a
/// hundred. So the owner of one of these spins, but only as long as its waits have been short lately: one that proves long makes
/// the next spin shorter, until only a short wait, seen from the sleep that it then is, makes it longer again. Idle costs nothing.
/// </remarks>
internal sealed class Patience
{
    /// <summary>Stopwatch ticks after which sleeping is cheaper.</summary>
    public static readonly long Longest = Stopwatch.Frequency / 8_000;

    private long _ticks = Longest;

    /// <summary>Whether the condition came true within the time that is worth it.</summary>
    public bool Wait<TState>(TState state, Func<TState, bool> isOver)
    {
        if (_ticks == 0)
        {
            return false;
        }

        bool isOverInTime = Spin(state, isOver, _ticks);
        _ticks = isOverInTime ? Longest : _ticks / 2 < Longest / 16 ? 0 : _ticks / 2;
        return isOverInTime;
    }

    /// <summary>Learns from a sleep.</summary>
    /// <param name="ticks">From falling asleep to the call, without the waking up: what a spin would have taken.</param>
    public void Slept(long ticks)
    {
        if (ticks < Longest)
        {
            _ticks = Longest;
        }
    }

    /// <summary>Whether the condition came true within some stopwatch ticks.</summary>
    /// <remarks>
    /// Lets other threads have the processor now and then: what is awaited may be waiting for this very processor, and so may the
    /// compiler that makes it faster.
    /// </remarks>
    public static bool Spin<TState>(TState state, Func<TState, bool> isOver, long ticks)
    {
        const int SpinsPerLook = 5;
        const int LooksPerYield = 16;
        long end = Stopwatch.GetTimestamp() + ticks;
        for (int look = 1; !isOver(state); look++)
        {
            if (look % LooksPerYield != 0)
            {
                Thread.SpinWait(SpinsPerLook);
                continue;
            }

            if (Stopwatch.GetTimestamp() > end)
            {
                return false;
            }

            Thread.Yield();
        }

        return true;
    }
}
