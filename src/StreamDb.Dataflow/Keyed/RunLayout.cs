using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Keyed;

/// <summary>How the entries of a run look, and their order.</summary>
/// <remarks>
/// Packed rows of a fixed stride are the entries themselves. Others are 16 bytes: the first 8 bytes of the row as a number,
/// then the address of a length-prefixed copy, so that most comparisons stay within the run.
/// </remarks>
internal readonly unsafe struct RunLayout(int stride)
{
    /// <summary>Longer rows are kept outside the run, so that a block always holds several entries.</summary>
    private const int FixedBytesMax = 512;

    public readonly int EntryBytes = stride is 0 or > FixedBytesMax ? 16 : stride;
    public readonly bool IsVariable = stride is 0 or > FixedBytesMax;

    /// <summary>The packed row of an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(byte* entry) => IsVariable ? *(byte**)(entry + 8) + 8 : entry;

    /// <summary>The packed row's length.</summary>
    public int Length(byte* entry) => IsVariable ? *(int*)*(byte**)(entry + 8) : EntryBytes;

    /// <summary>The first eight bytes of a packed row as a number that orders rows as far as it goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FirstWord(byte* row) => BinaryPrimitives.ReverseEndianness(*(ulong*)row);

    /// <summary><see cref="FirstWord"/> of an entry's row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong EntryWord(byte* entry) => IsVariable ? *(ulong*)entry : FirstWord(entry);

    /// <summary>Orders an entry relative to a packed row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Compare(byte* entry, byte* row, int length)
    {
        if (EntryBytes == 8)
        {
            ulong left = FirstWord(entry);
            ulong right = FirstWord(row);
            return left < right ? -1 : left > right ? 1 : 0;
        }

        if (!IsVariable)
        {
            return RowCodec.Compare(entry, EntryBytes, row, EntryBytes);
        }

        ulong prefix = FirstWord(row);
        if (*(ulong*)entry != prefix)
        {
            return *(ulong*)entry < prefix ? -1 : 1;
        }

        byte* copy = *(byte**)(entry + 8);
        return RowCodec.Compare(copy + 8, *(int*)copy, row, length);
    }

    public void Write(byte* entry, byte* row, int length, NativeHeap heap)
    {
        if (!IsVariable)
        {
            Unsafe.CopyBlock(entry, row, (uint)EntryBytes);
            return;
        }

        byte* copy = heap.Allocate(length + 8);
        *(int*)copy = length;
        Unsafe.CopyBlock(copy + 8, row, (uint)length);
        *(ulong*)entry = FirstWord(row);
        *(byte**)(entry + 8) = copy;
    }

    public void Free(byte* entry, NativeHeap heap)
    {
        if (IsVariable)
        {
            byte* copy = *(byte**)(entry + 8);
            heap.Free(copy, *(int*)copy + 8);
        }
    }
}
