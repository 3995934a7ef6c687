using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace StreamDb.Core.Buffers;

/// <summary>A 64-byte-aligned block of native memory, owned by exactly one holder and pooled by size class.</summary>
/// <remarks>
/// <see cref="NativeBufferPool.Rent"/> hands it out and <see cref="NativeBufferPool.Return"/> takes it back. A block that
/// nobody returns is freed by its finalizer: forgetting costs speed, not memory. Contents are undefined when rented.
/// </remarks>
public sealed unsafe class NativeBuffer : CriticalFinalizerObject
{
    internal NativeBuffer(int sizeClass)
    {
        SizeClass = sizeClass;
        Capacity = 1L << sizeClass;
        Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Capacity, 64);
        NativeBufferPool.Allocated(Capacity);
    }

    ~NativeBuffer() => Free();

    public byte* Pointer { get; private set; }

    /// <summary>Usable bytes: a power of two, at least 64.</summary>
    public long Capacity { get; }

    internal int SizeClass { get; }

    internal void Free()
    {
        if (Pointer is not null)
        {
            NativeMemory.AlignedFree(Pointer);
            Pointer = null;
            NativeBufferPool.Freed(Capacity);
            GC.SuppressFinalize(this);
        }
    }
}
