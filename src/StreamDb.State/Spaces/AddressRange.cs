using StreamDb.Core.Errors;
using StreamDb.State.Devices;

namespace StreamDb.State.Spaces;

/// <summary>A range of this process's addresses: reserved whole, backed by memory as far as it is committed. Dispose it.</summary>
internal sealed class AddressRange : IDisposable
{
    /// <summary>What a huge page needs: its own alignment.</summary>
    public const long Alignment = 2 << 20;

    private const int Flags = Posix.MapPrivate | Posix.MapAnonymous | Posix.MapNoReserve;

    private readonly nint _mapping;
    private readonly long _mappingBytes;
    private SpillFile? _spill;
    private bool _isReadInOrder;
    private bool _isDisposed;

    private AddressRange(nint mapping, long mappingBytes, ulong start, long bytes)
    {
        _mapping = mapping;
        _mappingBytes = mappingBytes;
        Start = start;
        Bytes = bytes;
    }

    public ulong Start { get; }

    public long Bytes { get; }

    /// <summary>Whether a file stands behind it.</summary>
    public bool Spills => _spill is not null;

    /// <summary>Reserves just these addresses; null when one of them is in use.</summary>
    public static AddressRange? TryReserveAt(ulong address, long bytes)
    {
        nint mapping = Posix.Map((nint)address, (nint)bytes, Posix.ProtectionNone, Flags | Posix.MapFixedNoReplace, -1, 0);
        if (mapping == -1)
        {
            return null;
        }

        // A kernel before 4.17 takes the address as a wish.
        if (mapping != (nint)address)
        {
            _ = Posix.Unmap(mapping, (nint)bytes);
            return null;
        }

        return new AddressRange(mapping, bytes, address, bytes);
    }

    /// <summary>Reserves addresses wherever there are any; null when the process may have no more of them.</summary>
    public static AddressRange? TryReserve(long bytes)
    {
        long mappingBytes = bytes + Alignment;
        nint mapping = Posix.Map(0, (nint)mappingBytes, Posix.ProtectionNone, Flags, -1, 0);
        ulong start = ((ulong)mapping + Alignment - 1) & ~((ulong)Alignment - 1);
        return mapping == -1 ? null : new AddressRange(mapping, mappingBytes, start, bytes);
    }

    /// <summary>Lets what is committed from now on lie in a file, which is disposed with this.</summary>
    /// <param name="isReadInOrder">Whether it pays to read more than the page that is touched.</param>
    public void SpillTo(SpillFile spill, bool isReadInOrder) => (_spill, _isReadInOrder) = (spill, isReadInOrder);

    /// <summary>Makes a part readable and writable, of zeros.</summary>
    /// <exception cref="SqlException">53200: The system gives no more memory. 53100: the disk with the spill file is full. 58030.</exception>
    public void Commit(ulong address, long bytes, bool usesHugePages)
    {
        if (_spill is not null)
        {
            long offset = (long)(address - Start);
            _spill.Reserve(offset, bytes);
            const int flags = Posix.MapShared | Posix.MapFixed;
            if (Posix.Map((nint)address, (nint)bytes, Posix.ProtectionRead | Posix.ProtectionWrite, flags, _spill.Handle, offset) == -1)
            {
                throw new SqlException(SqlState.OutOfMemory, $"no memory for {bytes} bytes of state");
            }

            if (!_isReadInOrder)
            {
                // Otherwise the kernel fetches 128 KB around each page that is missing, and drops as much that is needed.
                _ = Posix.Advise((nint)address, (nint)bytes, Posix.AdviseRandom);
            }

            return;
        }

        if (Posix.Protect((nint)address, (nint)bytes, Posix.ProtectionRead | Posix.ProtectionWrite) != 0)
        {
            throw new SqlException(SqlState.OutOfMemory, $"no memory for {bytes} bytes of state");
        }

        if (usesHugePages)
        {
            // Advice: where the kernel has no huge pages, small ones do.
            _ = Posix.Advise((nint)address, (nint)bytes, Posix.AdviseHugePage);
        }
    }

    /// <summary>Asks the kernel for a part that may be on the disk only, without waiting for it. Any thread.</summary>
    public void Fetch(ulong address, long bytes) => _spill?.Fetch((long)(address - Start), bytes);

    /// <summary>Asks the kernel to write a part out and to take its memory; it is read again when it is touched. Any thread.</summary>
    public void Evict(ulong address, long bytes)
    {
        // The advice takes only what is as the file has it.
        _spill?.Write((long)(address - Start), bytes);

        // Advice: a kernel before 5.4 does not know it, and takes memory only when there is none left.
        _ = Posix.Advise((nint)address, (nint)bytes, Posix.AdvisePageOut);
    }

    /// <summary>Gives the memory of a committed part back; its content is arbitrary from now on.</summary>
    public void Release(ulong address, long bytes)
    {
        if (_spill is not null)
        {
            // Its blocks stay reserved: it may be written again without being committed again.
            return;
        }

        if (Posix.Advise((nint)address, (nint)bytes, Posix.AdviseDontNeed) != 0)
        {
            throw Posix.LastError("madvise", $"{address:x}");
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _ = Posix.Unmap(_mapping, (nint)_mappingBytes);
            _spill?.Dispose();
        }
    }
}
