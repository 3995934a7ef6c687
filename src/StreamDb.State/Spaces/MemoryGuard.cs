using System.Globalization;

namespace StreamDb.State.Spaces;

/// <summary>Keeps the process's resident memory near a limit: what is over it, of spaces with spill files, goes to the disk. Tells spaces of which a part is there.</summary>
/// <remarks>
/// Looks ten times a second, and asks the kernel to write out and drop pages of the spaces in turn; what is needed again comes back when
/// it is touched. Under a limit of the operating system's own (a container's) the kernel does the same by itself, and knows better which pages.
/// </remarks>
public sealed class MemoryGuard : IDisposable
{
    private const int PeriodMs = 100;

    /// <summary>This part of the limit is left to state that could be written out.</summary>
    private const int KeptPart = 4;

    /// <summary>With more than this part of it not in memory, state counts as partly out; what is smaller may just not have been used yet.</summary>
    private const int OutPart = 16;

    private readonly List<StateSpace> _spaces = [];
    private readonly long _limitBytes;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <param name="limitBytes">Of the whole process.</param>
    public MemoryGuard(long limitBytes)
    {
        _limitBytes = limitBytes;
        _timer = new Timer(_ => Look(), null, PeriodMs, PeriodMs);
    }

    /// <summary>Bytes that were asked to leave so far.</summary>
    public long EvictedBytes { get; private set; }

    public void Add(StateSpace space)
    {
        lock (_gate)
        {
            _spaces.Add(space);
        }
    }

    /// <summary>Before the space is disposed.</summary>
    public void Remove(StateSpace space)
    {
        lock (_gate)
        {
            _spaces.Remove(space);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
        }
    }

    private void Look()
    {
        // One at a time: writing out may take longer than the period.
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            (long resident, long evictable) = ReadMemory();

            long all = Math.Max(1, _spaces.Sum(space => space.UsedBytes));
            foreach (StateSpace space in _spaces)
            {
                // The kernel may have taken some by itself.
                space.IsPartlyOut = evictable < all - (all / OutPart);
            }

            // What cannot be written out may alone be over the limit: then a part of the rest stays all the same, or nothing would move.
            long over = Math.Min(resident - _limitBytes, evictable - (_limitBytes / KeptPart));
            if (!_isDisposed && over > 0)
            {
                // From each its share, so that none has to go wholly for the others.
                foreach (StateSpace space in _spaces)
                {
                    EvictedBytes += space.Evict((long)(over * (space.UsedBytes / (double)all)));
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Resident bytes of the process, and those of them that files stand behind.</summary>
    private static (long Resident, long Evictable) ReadMemory()
    {
        string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
        return (Bytes(pages[1]), Bytes(pages[2]));
    }

    private static long Bytes(string pages) => long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
