using System.Diagnostics;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Waiting for another thread without going to sleep: while what is awaited is likely to come sooner than a sleeper wakes up.</summary>
/// <remarks>
/// Going to sleep and being woken costs two threads several µs each, and on an idle virtual processor the sleeper up to a
/// hundred. So the owner of one of these spins, but only as long as its waits have been short lately: one that proves long makes
/// the next spin shorter, until only a short wait, seen from the sleep that it then is, makes it longer again. Idle costs nothing.
/// Who has worked for long may spin for a part of that time: large epochs take longer to prepare.
/// Two threads that wait for each other in turn may find themselves on one processor while another is idle: as neither sleeps,
/// the kernel leaves them there for milliseconds. A thread that finds out stops spinning, sleeps, and is woken elsewhere. Where
/// that does not help, since all processors are wanted by others, it is tried less and less often.
/// </remarks>
internal sealed class Patience
{
    /// <summary>Waits on a crowded processor after which sleeping is tried again, when it has not helped so far.</summary>
    private const int CrowdedWaitsMax = 255;

    /// <summary>Stopwatch ticks for which another worker is waited for in the middle of an epoch: it is at work, as this one was.</summary>
    public static readonly long WithinEpoch = Stopwatch.Frequency / 1_000;

    /// <summary>Stopwatch ticks after which sleeping is cheaper.</summary>
    private static readonly long _short = Stopwatch.Frequency / 8_000;

    /// <summary>Stopwatch ticks of a yield in which another thread has had the processor.</summary>
    private static readonly long _crowded = Stopwatch.Frequency / 50_000;

    private long _longest = _short;
    private long _ticks = _short;
    private bool _isCrowded;
    private int _crowdedWaits;
    private int _crowdedWaitsMax;

    /// <summary>Whether the condition came true within the time that is worth it.</summary>
    public bool Wait<TState>(TState state, Func<TState, bool> isOver)
    {
        if (_ticks == 0 || _isCrowded)
        {
            _isCrowded = false;
            return false;
        }

        bool isOverInTime = Spin(state, isOver, _ticks, out bool isCrowded);
        if (!isCrowded)
        {
            _ticks = isOverInTime ? _longest : _ticks / 2 < _short / 16 ? 0 : _ticks / 2;
            _crowdedWaits = 0;
            _crowdedWaitsMax = 0;
        }
        else if (++_crowdedWaits > _crowdedWaitsMax)
        {
            _isCrowded = isOverInTime;
            _crowdedWaits = 0;
            _crowdedWaitsMax = Math.Min((_crowdedWaitsMax * 2) + 1, CrowdedWaitsMax);
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

    /// <summary>Whether the condition came true within some stopwatch ticks.</summary>
    /// <remarks>
    /// Another thread that turns out to need this processor gets it by yielding, not by sleep: it may be the one that is waited for,
    /// which is about to leave, and the system wakes a sleeper on the processor of the thread that wakes it.
    /// </remarks>
    public static bool Spin<TState>(TState state, Func<TState, bool> isOver, long ticks)
    {
        long end = Stopwatch.GetTimestamp() + ticks;
        while (!Spin(state, isOver, end - Stopwatch.GetTimestamp(), out bool isCrowded))
        {
            if (!isCrowded || Stopwatch.GetTimestamp() > end)
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="isCrowded">Whether another thread has had the processor.</param>
    /// <remarks>
    /// Lets other threads have the processor now and then: what is awaited may be waiting for this very processor, and so may the
    /// compiler that makes it faster.
    /// </remarks>
    private static bool Spin<TState>(TState state, Func<TState, bool> isOver, long ticks, out bool isCrowded)
    {
        const int SpinsPerLook = 5;
        const int LooksPerYield = 16;
        isCrowded = false;
        long end = Stopwatch.GetTimestamp() + ticks;
        for (int look = 1; !isOver(state); look++)
        {
            if (look % LooksPerYield != 0)
            {
                Thread.SpinWait(SpinsPerLook);
                continue;
            }

            long now = Stopwatch.GetTimestamp();
            if (now > end)
            {
                return false;
            }

            Thread.Yield();
            if (Stopwatch.GetTimestamp() - now > _crowded)
            {
                isCrowded = true;
                return isOver(state);
            }
        }

        return true;
    }
}
