using System.Runtime.CompilerServices;
using StreamDb.Core.Buffers;

namespace StreamDb.Core.Rows;

/// <summary>Rows as byte strings in native memory, as <see cref="RowCodec"/> writes them. A reusable scratch buffer, owned by one thread.</summary>
/// <remarks>
/// Every row starts at a multiple of 8 and is padded with zeros to a multiple of 8, so rows compare and hash as whole words.
/// A fixed stride needs no offsets; otherwise row i lies between offsets i and i + 1.
/// </remarks>
public sealed unsafe class PackedRows : IDisposable
{
    /// <summary>Scratch memory beyond this is given back after use.</summary>
    public const long KeptBytesMax = 8 << 20;

    private NativeBuffer? _data;
    private NativeBuffer? _offsets;

    /// <param name="stride">Bytes per row, a multiple of 8; 0 when rows differ in length.</param>
    public PackedRows(int stride)
    {
        Stride = stride;
    }

    public int Stride { get; }

    public int Count { get; private set; }

    /// <summary>Start of the first row; moves when rows are added.</summary>
    public byte* Data => _data is null ? null : _data.Pointer;

    /// <summary>Bytes of all rows.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Native memory held.</summary>
    public long Bytes => (_data?.Capacity ?? 0) + (_offsets?.Capacity ?? 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(int row) => Stride != 0 ? _data!.Pointer + ((long)row * Stride) : _data!.Pointer + ((long*)_offsets!.Pointer)[row];

    /// <summary>Bytes of one row, padding included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Length(int row) => Stride != 0
        ? Stride
        : (int)(((long*)_offsets!.Pointer)[row + 1] - ((long*)_offsets.Pointer)[row]);

    public void Clear()
    {
        Count = 0;
        ByteCount = 0;
    }

    /// <summary>Removes all rows, and gives back what an unusually large batch needed.</summary>
    public void ClearAndTrim()
    {
        Clear();
        if (Bytes > KeptBytesMax)
        {
            Dispose();
        }
    }

    /// <summary>Appends <paramref name="rows"/> rows of the fixed stride, contents undefined, and returns where they start.</summary>
    public byte* AppendFixed(int rows)
    {
        long start = ByteCount;
        GrowData(start + ((long)rows * Stride));
        Count += rows;
        ByteCount = start + ((long)rows * Stride);
        return _data!.Pointer + start;
    }

    /// <summary>Appends one row of <paramref name="length"/> bytes (a multiple of 8), contents undefined, and returns where it starts.</summary>
    public byte* Append(int length)
    {
        long start = ByteCount;
        GrowData(start + length);
        if (Stride == 0)
        {
            GrowOffsets(Count + 2);
            long* offsets = (long*)_offsets!.Pointer;
            offsets[Count] = start;
            offsets[Count + 1] = start + length;
        }

        Count++;
        ByteCount = start + length;
        return _data!.Pointer + start;
    }

    /// <summary>Appends a copy of a packed row of <paramref name="length"/> bytes.</summary>
    public void AppendCopy(byte* row, int length) => Unsafe.CopyBlock(Append(length), row, (uint)length);

    /// <summary>Appends rows of the given lengths (multiples of 8) at once and returns where the first starts; the others follow it.</summary>
    public byte* AppendVariable(int* lengths, int rows)
    {
        GrowOffsets(Count + rows + 1);
        long* offsets = (long*)_offsets!.Pointer + Count;
        long first = ByteCount;
        long end = first;
        for (int i = 0; i < rows; i++)
        {
            offsets[i] = end;
            end += lengths[i];
        }

        offsets[rows] = end;
        GrowData(end);
        Count += rows;
        ByteCount = end;
        return _data!.Pointer + first;
    }

    public void Dispose()
    {
        if (_data is not null)
        {
            NativeBufferPool.Return(_data);
            _data = null;
        }

        if (_offsets is not null)
        {
            NativeBufferPool.Return(_offsets);
            _offsets = null;
        }

        Clear();
    }

    private void GrowData(long bytes)
    {
        if (_data is null || _data.Capacity < bytes)
        {
            NativeBuffer grown = NativeBufferPool.Rent(Math.Max(bytes, 256));
            if (_data is not null)
            {
                Buffer.MemoryCopy(_data.Pointer, grown.Pointer, grown.Capacity, ByteCount);
                NativeBufferPool.Return(_data);
            }

            _data = grown;
        }
    }

    private void GrowOffsets(int rows)
    {
        if (_offsets is null || _offsets.Capacity < rows * 8L)
        {
            NativeBuffer grown = NativeBufferPool.Rent(Math.Max(rows * 8L, 256));
            if (_offsets is not null)
            {
                Buffer.MemoryCopy(_offsets.Pointer, grown.Pointer, grown.Capacity, (Count + 1) * 8L);
                NativeBufferPool.Return(_offsets);
            }

            _offsets = grown;
        }
    }
}
