using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;

namespace StreamDb.State.Spaces;

/// <summary>The memory of a database's keyed state: addresses that stay what they are over a restart, so that state may be full of pointers.</summary>
/// <remarks>
/// 1. A space is one reserved range of addresses, usually one of <see cref="SlotCount"/> slots at fixed places; memory is committed
///    by granules of huge-page size.
/// 2. It hands out extents (multiples of <see cref="PageBytes"/>) to <see cref="StateArena"/>s. No page belongs to two arenas.
/// 3. The page map holds one <see cref="PageState"/> a page: what tells a checkpoint which pages changed.
/// Any thread may make and dispose arenas; each arena then belongs to one thread at a time.
/// </remarks>
public sealed unsafe class StateSpace : IDisposable
{
    public const int PageBytes = 4096;

    internal const int PageShift = 12;

    private const int SlotCount = 64;
    private const ulong FirstSlot = 0x1000_0000_0000;
    private const long SlotBytes = 1L << 40;
    private const long FallbackBytesMin = 1L << 34;
    private const long GranuleBytes = AddressRange.Alignment;

    /// <summary>Memory is committed in steps of an eighth of what there is, up to this.</summary>
    private const long CommitBytesMax = 64 << 20;

    /// <summary>One step of writing memory out.</summary>
    private const long EvictBytes = 16 << 20;

    /// <summary>So few that they stay in the processor's cache, and so many that packing pays in small epochs, too.</summary>
    private const int SpillingLooseKeysMax = 1 << 16;

    /// <summary>One step of the page map's own memory: the states of 2 GB.</summary>
    private const long MapCommitBytes = 512 << 10;

    /// <summary>Free granules that keep their memory at least, so that short-lived state does not go to the kernel each time.</summary>
    private const int IdleGranulesMin = 16;

    private readonly Lock _gate = new();
    private readonly AddressRange _range;
    private readonly AddressRange _map;
    private readonly ExtentAllocator _free = new();
    private readonly HashSet<ulong> _idle = [];
    private ulong _committedEnd;
    private ulong _evictedEnd;
    private ulong _mapEnd;
    private int _idleGranulesMax = IdleGranulesMin;
    private int _openImages;
    private bool _isDisposed;

    private StateSpace(AddressRange range, AddressRange map)
    {
        _range = range;
        _map = map;
        _committedEnd = range.Start;
        _mapEnd = map.Start;
        States = (byte*)map.Start - (range.Start >> PageShift);
    }

    /// <summary>For state that ends with the process: one-shot queries and whatever no database owns.</summary>
    public static StateSpace Private { get; } = Create(TryReserveAny() ?? throw new SqlException(SqlState.OutOfMemory, "no addresses for state"));

    /// <summary>First address.</summary>
    public ulong Base => _range.Start;

    /// <summary>Bytes in extents.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return (long)(_committedEnd - Base) - _free.FreeBytes;
            }
        }
    }

    /// <summary>Whether arenas check, at each capture, that no page changed without a barrier. Costs a checksum of all state.</summary>
    public bool VerifiesBarriers { get; init; }

    /// <summary>How many keys a table may keep loose, for speed, when an epoch ends; what is more is packed, if the table can. No limit where the space does not spill.</summary>
    public int LooseKeysMax { get; set; } = int.MaxValue;

    /// <summary>Whether a part of it is on the disk only, so that whoever touches many places does well to ask for them all first. Set by the guard.</summary>
    public bool IsPartlyOut { get; set; }

    /// <summary>Indexed by an address divided by the page size.</summary>
    internal byte* States { get; }

    /// <summary>Reserves the first free slot; where all are taken, whatever addresses there are.</summary>
    /// <exception cref="SqlException">53200: The process may have no more addresses.</exception>
    public static StateSpace Reserve(bool verifiesBarriers = false)
    {
        for (ulong slot = 0; slot < SlotCount; slot++)
        {
            if (AddressRange.TryReserveAt(FirstSlot + (slot * (ulong)SlotBytes), SlotBytes) is { } range)
            {
                return Create(range, verifiesBarriers);
            }
        }

        return Create(TryReserveAny() ?? throw new SqlException(SqlState.OutOfMemory, "no addresses for state"), verifiesBarriers);
    }

    /// <summary>Reserves the space that began at <paramref name="address"/> before a restart; null when something else is there now.</summary>
    public static StateSpace? TryReserveAt(ulong address, bool verifiesBarriers = false) =>
        AddressRange.TryReserveAt(address, SlotBytes) is { } range ? Create(range, verifiesBarriers) : null;

    /// <summary>Lets the space grow larger than memory: what it takes lies in a file without a name, on whose disk there must be room for all of it.</summary>
    /// <param name="isReadInOrder">Whether what is in it is mostly read in order of its addresses; keyed state is not.</param>
    /// <exception cref="SqlException">53100, 58030: the file cannot be made.</exception>
    public void SpillTo(string directory, bool isReadInOrder = false)
    {
        lock (_gate)
        {
            Invariant.Check(_committedEnd == Base, "a space spills from the start or not at all");
            _range.SpillTo(SpillFile.Create(directory), isReadInOrder);
            LooseKeysMax = SpillingLooseKeysMax;
        }
    }

    /// <summary>Takes memory before it is needed, and never gives it back, so that state that grows within it waits neither for the kernel nor for a hypervisor.</summary>
    /// <param name="bytes">What the space has then, with what it had before.</param>
    /// <returns>Ends when all of it is there: up to seconds a GB later. The space may be used meanwhile.</returns>
    /// <exception cref="SqlException">53200: The system does not give as much.</exception>
    public Task Keep(long bytes)
    {
        long granules = (bytes + GranuleBytes - 1) / GranuleBytes;
        StateExtent taken;
        lock (_gate)
        {
            long missing = (granules * GranuleBytes) - (long)(_committedEnd - Base);
            if (_isDisposed || missing <= 0)
            {
                return Task.CompletedTask;
            }

            Invariant.Check(!_range.Spills, "a space that spills keeps no memory");
            taken = new StateExtent(_committedEnd, missing);
            Commit(missing);
            for (ulong granule = taken.Address; granule < taken.End; granule += (ulong)GranuleBytes)
            {
                _idle.Add(granule);
            }

            _idleGranulesMax = (int)Math.Max(granules, _idleGranulesMax);
            _openImages++;
        }

        return Task.Run(() => Populate(taken));
    }

    /// <summary>Has the kernel write out and drop memory of a space that spills, in turn from where the last call ended.</summary>
    /// <returns>Bytes that it was asked for; no more than there are.</returns>
    public long Evict(long bytes)
    {
        long evicted = 0;
        while (evicted < bytes)
        {
            ulong address;
            long step;
            lock (_gate)
            {
                long committed = (long)(_committedEnd - Base);
                if (_isDisposed || !_range.Spills || evicted >= committed)
                {
                    return evicted;
                }

                address = _evictedEnd < Base || _evictedEnd >= _committedEnd ? Base : _evictedEnd;
                step = Math.Min(EvictBytes, (long)(_committedEnd - address));
                _evictedEnd = address + (ulong)step;
                _openImages++;
            }

            // Outside the lock, since it may wait for the disk; an open image keeps the memory mapped.
            _range.Evict(address, step);
            EndImage();
            evicted += step;
        }

        return evicted;
    }

    /// <summary>Asks for a part that is going to be read in order, without waiting for it. Any thread.</summary>
    internal void Fetch(ulong address, long bytes) => _range.Fetch(address, bytes);

    /// <summary>Whether an address is one of the space's.</summary>
    public bool Contains(void* address) => (ulong)address - Base < (ulong)_range.Bytes;

    public StateArena CreateArena() => new(this);

    /// <summary>An arena with just these extents, to be filled by <see cref="StateArena.Load"/>; null when one of them is not free.</summary>
    public StateArena? TryRestoreArena(IReadOnlyList<StateExtent> extents)
    {
        lock (_gate)
        {
            Invariant.Check(!_isDisposed, "the state space is in use");
            for (int taken = 0; taken < extents.Count; taken++)
            {
                if (!TryTake(extents[taken]))
                {
                    for (int i = 0; i < taken; i++)
                    {
                        Release(extents[i]);
                    }

                    return null;
                }
            }
        }

        return new StateArena(this, extents);
    }

    /// <summary>Frees everything. Nothing may read or write the space's memory any more; an open image keeps it until it ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            if (_openImages == 0)
            {
                Unmap();
            }
        }
    }

    /// <summary>Takes an extent; its content is arbitrary and its pages are <see cref="PageState.Unused"/>.</summary>
    internal StateExtent Allocate(long bytes)
    {
        bytes = (bytes + PageBytes - 1) & -PageBytes;
        lock (_gate)
        {
            Invariant.Check(!_isDisposed, "the state space is in use");
            ulong address;
            while (!_free.TryAllocate(bytes, out address))
            {
                CommitMore(bytes);
            }

            var extent = new StateExtent(address, bytes);
            MarkUsed(extent);
            return extent;
        }
    }

    /// <summary>Gives extents back.</summary>
    internal void Free(IEnumerable<StateExtent> extents)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            foreach (StateExtent extent in extents)
            {
                Release(extent);
            }
        }
    }

    internal void Free(StateExtent extent)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                Release(extent);
            }
        }
    }

    internal void BeginImage()
    {
        lock (_gate)
        {
            Invariant.Check(!_isDisposed, "the state space is in use");
            _openImages++;
        }
    }

    internal void EndImage()
    {
        lock (_gate)
        {
            if (--_openImages == 0 && _isDisposed)
            {
                Unmap();
            }
        }
    }

    private static AddressRange? TryReserveAny()
    {
        for (long bytes = SlotBytes; bytes >= FallbackBytesMin; bytes /= 4)
        {
            if (AddressRange.TryReserve(bytes) is { } range)
            {
                return range;
            }
        }

        return null;
    }

    private static StateSpace Create(AddressRange range, bool verifiesBarriers = false)
    {
        AddressRange? map = AddressRange.TryReserve(range.Bytes >> PageShift);
        if (map is null)
        {
            range.Dispose();
            throw new SqlException(SqlState.OutOfMemory, "no addresses for the page map of state");
        }

        return new StateSpace(range, map) { VerifiesBarriers = verifiesBarriers };
    }

    private bool TryTake(StateExtent extent)
    {
        if (extent.Address < Base || extent.End > Base + (ulong)_range.Bytes || extent.Bytes <= 0)
        {
            return false;
        }

        if (extent.End > _committedEnd)
        {
            CommitAhead(((long)(extent.End - _committedEnd) + GranuleBytes - 1) & -GranuleBytes);
        }

        if (!_free.TryTake(extent))
        {
            return false;
        }

        MarkUsed(extent);
        return true;
    }

    private void CommitMore(long bytes)
    {
        long step = Math.Clamp((long)(_committedEnd - Base) / 8, GranuleBytes, CommitBytesMax);
        long granules = (Math.Max(step, bytes) + GranuleBytes - 1) / GranuleBytes;
        CommitAhead(granules * GranuleBytes);
    }

    /// <summary>Commits what is partly needed at once and partly by and by.</summary>
    private void CommitAhead(long bytes)
    {
        var rest = new StateExtent(_committedEnd + (ulong)GranuleBytes, bytes - GranuleBytes);
        Commit(bytes);
        if (rest.Bytes > 0 && !_range.Spills)
        {
            _openImages++;
            ThreadPool.UnsafeQueueUserWorkItem(static step => step.Space.Populate(step.Extent), (Space: this, Extent: rest), preferLocal: false);
        }
    }

    private void Commit(long bytes)
    {
        ulong end = _committedEnd + (ulong)bytes;
        if (end > Base + (ulong)_range.Bytes)
        {
            throw new SqlException(SqlState.OutOfMemory, "the state space is full");
        }

        while (_mapEnd < (ulong)(States + (end >> PageShift)))
        {
            _map.Commit(_mapEnd, Math.Min(MapCommitBytes, (long)(_map.Start + (ulong)_map.Bytes - _mapEnd)), usesHugePages: false);
            _mapEnd += (ulong)MapCommitBytes;
        }

        _range.Commit(_committedEnd, bytes, usesHugePages: true);
        _free.Free(_committedEnd, bytes);
        _committedEnd = end;
    }

    /// <summary>Has the kernel find the memory of what was committed before its user needs it, so that epochs do not wait for that.</summary>
    /// <remarks>
    /// Beside the user, who may already have it: each page is written to by an atomic addition of zero, which changes nothing. An
    /// open image keeps it mapped meanwhile. Where memory comes from a hypervisor, the first touch of a page costs microseconds.
    /// </remarks>
    private void Populate(StateExtent extent)
    {
        for (ulong page = extent.Address; page < extent.End && !Volatile.Read(ref _isDisposed); page += PageBytes)
        {
            Interlocked.Add(ref *(long*)page, 0);
        }

        EndImage();
    }

    private void MarkUsed(StateExtent extent)
    {
        if (_idle.Count > 0)
        {
            for (ulong granule = extent.Address & ~(ulong)(GranuleBytes - 1); granule < extent.End; granule += (ulong)GranuleBytes)
            {
                _idle.Remove(granule);
            }
        }
    }

    private void Release(StateExtent extent)
    {
        new Span<byte>(States + (extent.Address >> PageShift), (int)(extent.Bytes >> PageShift)).Clear();
        StateExtent free = _free.Free(extent.Address, extent.Bytes);
        ulong granule = Math.Max(extent.Address & ~(ulong)(GranuleBytes - 1), (free.Address + (ulong)GranuleBytes - 1) & ~(ulong)(GranuleBytes - 1));
        for (; granule < extent.End && granule + (ulong)GranuleBytes <= free.End; granule += (ulong)GranuleBytes)
        {
            if (_idle.Count < _idleGranulesMax)
            {
                _idle.Add(granule);
            }
            else
            {
                _range.Release(granule, GranuleBytes);
            }
        }
    }

    private void Unmap()
    {
        _range.Dispose();
        _map.Dispose();
    }
}
