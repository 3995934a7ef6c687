using System.Numerics;
using StreamDb.Core.Diagnostics;

namespace StreamDb.Core.Buffers;

/// <summary>Free <see cref="NativeBuffer"/>s by power-of-two size class. Thread-safe.</summary>
/// <remarks>
/// Each thread keeps a few blocks of each class up to 512 KB without locking, since they are in its processor's cache; the rest is
/// shared. Blocks over 64 MB are never kept, nor more than 256 MB in all.
/// </remarks>
public static class NativeBufferPool
{
    private const int ClassMin = 6;
    private const int ClassSmallMax = 16;
    private const int ClassLocalMax = 19;
    private const int ClassPooledMax = 26;
    private const int LocalSmallCount = 16;
    private const int LocalLargeCount = 4;
    private const long SharedBytesMax = 256L << 20;

    private static readonly Stack<NativeBuffer>[] _shared = CreateShared();
    private static long _sharedBytes;
    private static long _allocatedBytes;

    [ThreadStatic]
    private static LocalBlocks[]? _local;

    /// <summary>Native memory held by buffers, in use or pooled.</summary>
    public static long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    /// <summary>A buffer of at least <paramref name="bytes"/>.</summary>
    public static NativeBuffer Rent(long bytes)
    {
        int sizeClass = Math.Max(ClassMin, 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(1, bytes) - 1));
        if (sizeClass <= ClassLocalMax)
        {
            ref LocalBlocks local = ref Local(sizeClass);
            if (local.Count > 0)
            {
                return local.Blocks[--local.Count];
            }
        }

        if (sizeClass <= ClassPooledMax)
        {
            Stack<NativeBuffer> shared = _shared[sizeClass];
            lock (shared)
            {
                if (shared.TryPop(out NativeBuffer? buffer))
                {
                    Interlocked.Add(ref _sharedBytes, -buffer.Capacity);
                    return buffer;
                }
            }
        }

        return new NativeBuffer(sizeClass);
    }

    /// <summary>Gives a buffer back; the caller must not touch it again.</summary>
    public static unsafe void Return(NativeBuffer buffer)
    {
        Invariant.Check(buffer.Pointer is not null, "buffer returned twice");
        int sizeClass = buffer.SizeClass;
        if (sizeClass <= ClassLocalMax)
        {
            ref LocalBlocks local = ref Local(sizeClass);
            if (local.Count < local.Blocks.Length)
            {
                local.Blocks[local.Count++] = buffer;
                return;
            }
        }

        if (sizeClass <= ClassPooledMax && Interlocked.Read(ref _sharedBytes) + buffer.Capacity <= SharedBytesMax)
        {
            Stack<NativeBuffer> shared = _shared[sizeClass];
            lock (shared)
            {
                shared.Push(buffer);
            }

            Interlocked.Add(ref _sharedBytes, buffer.Capacity);
            return;
        }

        buffer.Free();
    }

    internal static void Allocated(long bytes) => Interlocked.Add(ref _allocatedBytes, bytes);

    internal static void Freed(long bytes) => Interlocked.Add(ref _allocatedBytes, -bytes);

    private static ref LocalBlocks Local(int sizeClass)
    {
        LocalBlocks[]? local = _local;
        if (local is null)
        {
            local = new LocalBlocks[ClassLocalMax + 1];
            for (int i = 0; i < local.Length; i++)
            {
                local[i].Blocks = new NativeBuffer[i <= ClassSmallMax ? LocalSmallCount : LocalLargeCount];
            }

            _local = local;
        }

        return ref local[sizeClass];
    }

    private static Stack<NativeBuffer>[] CreateShared()
    {
        var shared = new Stack<NativeBuffer>[ClassPooledMax + 1];
        for (int i = 0; i < shared.Length; i++)
        {
            shared[i] = new Stack<NativeBuffer>();
        }

        return shared;
    }

    private struct LocalBlocks
    {
        public NativeBuffer[] Blocks;
        public int Count;
    }
}
