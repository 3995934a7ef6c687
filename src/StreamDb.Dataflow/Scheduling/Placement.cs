using System.Diagnostics;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>On which processor the thread that computes a shard last ran, so that those that compute the others notice when they keep it from running.</summary>
/// <remarks>
/// Threads that wait for each other in turn may find themselves on one processor while another is idle: as none of them sleeps for
/// long, the system may leave them there for a tenth of a second. And whoever waits, spinning, for a thread that is queued behind it
/// waits in vain. So who notices either moves to another processor or goes to sleep. Nobody yields instead: a thread that yields to
/// a busy program of somebody else is without a processor for milliseconds, and with it all that wait for it.
/// Moving costs some ten µs and helps only where another processor has time to spare. Where the same comes about soon after, moving
/// is tried less and less often.
/// </remarks>
internal sealed class Placement
{
    /// <summary>Of a thread that has been woken and has not run yet.</summary>
    private const int Wanted = -2;

    private static readonly int _processorCount = Environment.ProcessorCount;

    /// <summary>Stopwatch ticks between two moves, at least.</summary>
    private static readonly long _pauseMin = Stopwatch.Frequency / 1_000;

    private static readonly long _pauseMax = Stopwatch.Frequency / 2;

    /// <summary>Stopwatch ticks within which a sleeper that is woken runs, unless it has to queue.</summary>
    private static readonly long _wakeMax = Stopwatch.Frequency / 10_000;

    [ThreadStatic]
    private static Placement? _current;

    private readonly Placement[] _all;
    private volatile int _processor = Processor.Unknown;
    private long _movedAt;
    private long _pause = _pauseMin;

    private Placement(Placement[] all)
    {
        _all = all;
    }

    /// <summary>That of the shard which the calling thread computes; null: none.</summary>
    public static Placement? Current => _current;

    /// <summary>Whether there are more shards than processors: then who spins keeps another from running.</summary>
    public bool IsCrowded => _all.Length > _processorCount;

    /// <summary>Those of the shards of one graph.</summary>
    public static Placement[] Create(int count)
    {
        var all = new Placement[count];
        for (int i = 0; i < count; i++)
        {
            all[i] = new Placement(all);
        }

        return all;
    }

    /// <summary>The calling thread computes the shard from now on.</summary>
    public void Enter()
    {
        _current = this;
        Note(Processor.Current);
    }

    /// <summary>The thread is going to sleep until there is something to compute: it needs no processor.</summary>
    public void Sleep() => _processor = Processor.Unknown;

    /// <summary>There is something to compute.</summary>
    public void Wake()
    {
        if (_processor == Processor.Unknown)
        {
            _processor = Wanted;
        }
    }

    /// <summary>Sees to it that no thread of another shard needs the caller's processor.</summary>
    /// <param name="waited">Stopwatch ticks for which the caller has waited for the others.</param>
    /// <returns>False when one does, and the caller had better sleep.</returns>
    public bool TryMakeWay(long waited)
    {
        int processor = Processor.Current;
        if (processor == Processor.Unknown)
        {
            return true;
        }

        Note(processor);
        foreach (Placement other in _all)
        {
            // Which processor's queue one is in that has been woken is not known: on a busy machine, that of the thread that woke it.
            if (other != this && (other._processor == processor || (other._processor == Wanted && waited > _wakeMax)))
            {
                return TryLeave();
            }
        }

        return true;
    }

    private bool TryLeave()
    {
        long now = Stopwatch.GetTimestamp();
        long since = now - _movedAt;
        if (since < _pause)
        {
            return false;
        }

        _pause = since < 4 * _pause ? Math.Min(2 * _pause, _pauseMax) : _pauseMin;
        _movedAt = now;
        _processor = Processor.Unknown;
        bool hasLeft = Processor.TryLeave();
        Note(Processor.Current);
        return hasLeft;
    }

    /// <remarks>The others read it all the time: it is written only when it changes.</remarks>
    private void Note(int processor)
    {
        if (_processor != processor)
        {
            _processor = processor;
        }
    }
}
