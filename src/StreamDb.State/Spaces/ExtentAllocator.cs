using StreamDb.Core.Diagnostics;

namespace StreamDb.State.Spaces;

/// <summary>Which ranges of a state space are free: best fit, the lowest address among equals, neighbours joined at once.</summary>
/// <remarks>Arithmetic only, touches no memory. Free ranges never touch or overlap. O(log n) a call. Guarded by its owner.</remarks>
internal sealed class ExtentAllocator
{
    private readonly SortedSet<(long Bytes, ulong Address)> _bySize = [];
    private readonly SortedSet<ulong> _starts = [];
    private readonly Dictionary<ulong, long> _bytesOf = [];
    private readonly Dictionary<ulong, ulong> _startOfEnd = [];

    /// <summary>Free bytes in all.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Takes a range, or returns false when none is large enough.</summary>
    public bool TryAllocate(long bytes, out ulong address)
    {
        SortedSet<(long Bytes, ulong Address)> fitting = _bySize.GetViewBetween((bytes, 0), (long.MaxValue, ulong.MaxValue));
        (long freeBytes, address) = fitting.Min;
        if (freeBytes == 0)
        {
            return false;
        }

        Remove(address, freeBytes);
        if (freeBytes > bytes)
        {
            Insert(address + (ulong)bytes, freeBytes - bytes);
        }

        return true;
    }

    /// <summary>Takes just this range; false when it is not free as a whole.</summary>
    public bool TryTake(StateExtent extent)
    {
        // The last range that starts at or before it; counting a view would take as long as it is large.
        ulong start = _starts.GetViewBetween(0, extent.Address).Max;
        if (!_bytesOf.TryGetValue(start, out long freeBytes) || start + (ulong)freeBytes < extent.End)
        {
            return false;
        }

        ulong end = start + (ulong)freeBytes;

        Remove(start, freeBytes);
        if (start < extent.Address)
        {
            Insert(start, (long)(extent.Address - start));
        }

        if (end > extent.End)
        {
            Insert(extent.End, (long)(end - extent.End));
        }

        return true;
    }

    /// <summary>Gives a range back.</summary>
    /// <returns>The free range that it is part of now.</returns>
    public StateExtent Free(ulong address, long bytes)
    {
        if (_startOfEnd.TryGetValue(address, out ulong before))
        {
            long bytesBefore = _bytesOf[before];
            Remove(before, bytesBefore);
            address = before;
            bytes += bytesBefore;
        }

        ulong end = address + (ulong)bytes;
        if (_bytesOf.TryGetValue(end, out long bytesAfter))
        {
            Remove(end, bytesAfter);
            bytes += bytesAfter;
        }

        Insert(address, bytes);
        return new StateExtent(address, bytes);
    }

    private void Insert(ulong address, long bytes)
    {
        Invariant.Check(_bytesOf.TryAdd(address, bytes), "a range is freed once");
        _bySize.Add((bytes, address));
        _starts.Add(address);
        _startOfEnd.Add(address + (ulong)bytes, address);
        FreeBytes += bytes;
    }

    private void Remove(ulong address, long bytes)
    {
        _bytesOf.Remove(address);
        _bySize.Remove((bytes, address));
        _starts.Remove(address);
        _startOfEnd.Remove(address + (ulong)bytes);
        FreeBytes -= bytes;
    }
}
