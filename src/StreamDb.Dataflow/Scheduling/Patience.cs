using System.Diagnostics;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Waiting for another thread without going to sleep: while what is awaited is likely to come sooner than a sleeper wakes up.</summary>
/// <remarks>
/// Going to sleep and being woken costs two threads several µs each, and on an idle processor the sleeper some tens. So the
/// owner of one of these spins, but only as long as its waits have been short lately: one that proves long makes the
/// next spin shorter, until only a short wait, seen from the sleep that it then is, makes it longer again. Idle costs nothing.
/// </remarks>
internal sealed class Patience
{
    /// <summary>Stopwatch ticks after which sleeping is cheaper.</summary>
    public static readonly long Longest = Stopwatch.Frequency / 20_000;

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
    public void Slept(long ticks)
    {
        if (ticks < Longest)
        {
            _ticks = Longest;
        }
    }

    /// <summary>Whether the condition came true within some stopwatch ticks.</summary>
    public static bool Spin<TState>(TState state, Func<TState, bool> isOver, long ticks)
    {
        const int SpinsPerLook = 10;
        long end = Stopwatch.GetTimestamp() + ticks;
        while (!isOver(state))
        {
            if (Stopwatch.GetTimestamp() > end)
            {
                return false;
            }

            Thread.SpinWait(SpinsPerLook);
        }

        return true;
    }
}
