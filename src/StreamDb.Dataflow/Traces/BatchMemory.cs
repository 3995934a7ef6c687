using System.Runtime.InteropServices;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Traces;

/// <summary>The memory of sorted batches: the process's, or, when it may be larger than memory, that of a space with a spill file for all but small blocks.</summary>
/// <remarks>One for the process, since the limit is the process's. Any thread. Small blocks stay in memory: a page each would waste more than it saves.</remarks>
internal static unsafe class BatchMemory
{
    private const long SpilledBytesMin = 256 << 10;

    private static readonly Lock _gate = new();
    private static volatile StateArena? _arena;

    /// <summary>From now on large blocks lie in a spill file.</summary>
    /// <returns>The space that they are in, for a <see cref="MemoryGuard"/>; it lives as long as the process.</returns>
    /// <exception cref="Core.Errors.SqlException">53100, 58030: the file cannot be made.</exception>
    public static StateSpace SpillTo(string directory)
    {
        lock (_gate)
        {
            if (_arena is null)
            {
                StateSpace space = StateSpace.Reserve();
                space.SpillTo(directory, isReadInOrder: true);
                _arena = space.CreateArena();
            }

            return _arena.Space;
        }
    }

    /// <exception cref="Core.Errors.SqlException">53100, 53200: there is no room.</exception>
    public static void* Allocate(long bytes)
    {
        if (bytes < SpilledBytesMin || _arena is not { } arena)
        {
            return NativeMemory.Alloc((nuint)bytes);
        }

        lock (_gate)
        {
            return arena.Allocate(bytes);
        }
    }

    /// <summary>Gives back what is behind the first bytes of a block, where that can be done.</summary>
    /// <returns>Where the block is now.</returns>
    public static void* Shrink(void* block, long bytes) => IsSpilled(block) ? block : NativeMemory.Realloc(block, (nuint)bytes);

    public static void Free(void* block)
    {
        if (!IsSpilled(block))
        {
            NativeMemory.Free(block);
            return;
        }

        lock (_gate)
        {
            _arena!.Free((byte*)block);
        }
    }

    private static bool IsSpilled(void* block) => _arena is { } arena && arena.Space.Contains(block);
}
