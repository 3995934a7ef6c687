using System.Runtime.InteropServices;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Deltas;

/// <summary>A growable array in native memory that an operator reuses from batch to batch. One thread.</summary>
internal sealed unsafe class NativeScratch<T> : IDisposable
    where T : unmanaged
{
    private int _capacity;

    /// <param name="capacity">Room from the start.</param>
    public NativeScratch(int capacity = 0)
    {
        Reserve(capacity);
    }

    ~NativeScratch() => NativeMemory.Free(Pointer);

    /// <summary>Moves when it grows.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Room for <paramref name="count"/> items; what was there stays.</summary>
    public T* Reserve(int count)
    {
        if (count > _capacity)
        {
            _capacity = Math.Max(Math.Max(count, 16), _capacity * 2);
            Pointer = (T*)NativeMemory.Realloc(Pointer, (nuint)_capacity * (nuint)sizeof(T));
        }

        return Pointer;
    }

    /// <summary>Gives back what an unusually large batch needed. The contents are lost.</summary>
    public void Trim()
    {
        if ((long)_capacity * sizeof(T) > PackedRows.KeptBytesMax)
        {
            NativeMemory.Free(Pointer);
            Pointer = null;
            _capacity = 0;
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
        _capacity = 0;
        GC.SuppressFinalize(this);
    }
}
