using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Segments;

namespace StreamDb.Dataflow.Traces;

/// <summary>Immutable packed rows in strictly ascending order with weights: one layer of a spine. Shared by reference count.</summary>
/// <remarks>
/// Invariants: rows are strictly ascending by bytes; no weight is 0; without weights all are 1. Rows of a fixed stride lie
/// one after the other; otherwise row i lies between offsets i and i + 1. The memory is the batch's own, or that of a segment
/// file that it holds.
/// </remarks>
internal sealed unsafe class SortedBatch
{
    private readonly long _allocated;
    private readonly SegmentFile? _file;
    private byte* _rows;
    private long* _offsets;
    private long* _weights;
    private int _references = 1;

    private SortedBatch(Builder builder)
    {
        Stride = builder.Stride;
        Count = builder.Count;
        WeightSum = builder.WeightSum;
        _rows = builder.Rows;
        _offsets = builder.Offsets;
        _weights = builder.Weights;
        if (_weights is not null && builder.IsUnit)
        {
            BatchMemory.Free(_weights);
            _weights = null;
        }

        // Cancelled rows leave room behind; give it back when it matters.
        long used = builder.RowBytes;
        if (used + 4096 < builder.RowCapacity)
        {
            _rows = (byte*)BatchMemory.Shrink(_rows, Math.Max(used, 8));
        }

        _allocated = BlockBytes(used, _offsets is not null, _weights is not null);
        NativeHeap.CountTotal(_allocated);
    }

    /// <summary>A batch that lies in a segment file, as <see cref="Write"/> wrote it.</summary>
    /// <exception cref="Core.Errors.SqlException">XX001: the file has no such block.</exception>
    public SortedBatch(SegmentFile file, StoredBatch stored)
    {
        Invariant.Check(stored.Count > 0 && stored.RowBytes >= 8 && stored.RowBytes % 8 == 0, "a stored batch has rows");
        Invariant.Check(stored.Stride == 0 || stored.RowBytes == (long)stored.Stride * stored.Count, "a stored batch has as many rows as it says");
        Stride = stored.Stride;
        Count = stored.Count;
        WeightSum = stored.WeightSum;
        _allocated = BlockBytes(stored.RowBytes, Stride == 0, stored.HasWeights);
        byte* block = file.Block(stored.Offset, _allocated);
        _rows = block;
        block += stored.RowBytes;
        if (Stride == 0)
        {
            _offsets = (long*)block;
            block += (Count + 1) * 8L;
        }

        _weights = stored.HasWeights ? (long*)block : null;
        _file = file.Acquire();
        Stored = stored;
    }

    ~SortedBatch() => Free();

    public int Stride { get; }

    public int Count { get; }

    public long WeightSum { get; }

    /// <summary>Memory of rows, offsets and weights: native, or of the segment file.</summary>
    public long Bytes => _allocated;

    /// <summary>Where the newest checkpoint has the batch; null when it has not. Touched by whoever restores or makes checkpoints.</summary>
    public StoredBatch? Stored { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(int row) => Stride != 0 ? _rows + ((long)row * Stride) : _rows + _offsets[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Length(int row) => Stride != 0 ? Stride : (int)(_offsets[row + 1] - _offsets[row]);

    public long Weight(int row) => _weights is null ? 1 : _weights[row];

    /// <summary>Native memory of the rows alone, without offsets.</summary>
    public long RowBytes => Stride != 0 ? (long)Count * Stride : _offsets[Count];

    /// <summary>Appends the batch to a segment file.</summary>
    public StoredBatch Write(SegmentWriter writer)
    {
        long offset = writer.BeginBlock();
        Write(writer, _rows, RowBytes);
        if (_offsets is not null)
        {
            Write(writer, (byte*)_offsets, (Count + 1) * 8L);
        }

        if (_weights is not null)
        {
            Write(writer, (byte*)_weights, Count * 8L);
        }

        return new StoredBatch(writer.Name, offset, Stride, Count, RowBytes, WeightSum, _weights is not null);
    }

    public SortedBatch Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "sorted batch released more often than acquired");
        if (left == 0)
        {
            Free();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>First row at or after <paramref name="start"/> that is not below the prefix (or, with <paramref name="after"/>, above all rows with it).</summary>
    /// <remarks>
    /// With <paramref name="after"/>, the steps double from the start on: usually few rows share a prefix, and the start is
    /// the first of them. The cost is then O(log rows with the prefix) and not O(log rows).
    /// </remarks>
    public int Seek(byte* prefix, int length, bool after, int start = 0)
    {
        var target = new Prefix(prefix, length);
        int low = start;
        int high = Count;
        if (after)
        {
            high = start;
            for (int step = 1; high < Count && target.Order(Row(high), Length(high)) <= 0; step *= 2)
            {
                low = high + 1;
                high = (int)Math.Min((long)high + step, Count);
            }
        }

        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            int order = target.Order(Row(middle), Length(middle));
            if (order < 0 || (after && order == 0))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private long BlockBytes(long rowBytes, bool hasOffsets, bool hasWeights) =>
        rowBytes + (hasOffsets ? (Count + 1) * 8L : 0) + (hasWeights ? Count * 8L : 0);

    private static void Write(SegmentWriter writer, byte* bytes, long count)
    {
        const int PieceBytes = 1 << 30;
        for (long done = 0; done < count; done += PieceBytes)
        {
            writer.Write(new ReadOnlySpan<byte>(bytes + done, (int)Math.Min(count - done, PieceBytes)));
        }
    }

    private void Free()
    {
        if (_file is not null)
        {
            if (_rows is not null)
            {
                _rows = null;
                _file.Release();
            }
        }
        else if (_rows is not null)
        {
            BatchMemory.Free(_rows);
            BatchMemory.Free(_offsets);
            BatchMemory.Free(_weights);
            _rows = null;
            _offsets = null;
            _weights = null;
            NativeHeap.CountTotal(-_allocated);
        }
    }

    /// <summary>Receives rows in order. Room for all of them is given at the start; <see cref="Finish"/> gives back the rest.</summary>
    public sealed class Builder
    {
        public Builder(int stride, int rows, long rowBytes)
        {
            Stride = stride;
            RowCapacity = Math.Max(rowBytes, 8);
            Rows = (byte*)BatchMemory.Allocate(RowCapacity);
            Weights = (long*)BatchMemory.Allocate(Math.Max(rows, 1) * 8L);
            if (stride == 0)
            {
                Offsets = (long*)BatchMemory.Allocate((rows + 1L) * 8);
                Offsets[0] = 0;
            }
        }

        public int Stride { get; }

        public byte* Rows { get; }

        public long* Offsets { get; }

        public long* Weights { get; }

        public long RowCapacity { get; }

        public int Count { get; private set; }

        public long RowBytes { get; private set; }

        public long WeightSum { get; private set; }

        public bool IsUnit { get; private set; } = true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Append(byte* row, int length, long weight)
        {
            if (Stride == 8)
            {
                *(ulong*)(Rows + RowBytes) = *(ulong*)row;
            }
            else if (Stride == 16)
            {
                Unsafe.CopyBlockUnaligned(Rows + RowBytes, row, 16);
            }
            else
            {
                Unsafe.CopyBlockUnaligned(Rows + RowBytes, row, (uint)length);
            }

            RowBytes += length;
            Weights[Count] = weight;
            Count++;
            WeightSum += weight;
            IsUnit &= weight == 1;
            if (Stride == 0)
            {
                Offsets[Count] = RowBytes;
            }
        }

        /// <summary>The batch; null (and the memory freed) when no row was left.</summary>
        public SortedBatch? Finish()
        {
            if (Count == 0)
            {
                Discard();
                return null;
            }

            return new SortedBatch(this);
        }

        public void Discard()
        {
            BatchMemory.Free(Rows);
            BatchMemory.Free(Weights);
            BatchMemory.Free(Offsets);
        }
    }

    /// <summary>The leading bytes of a row to find. The first eight are compared as one number.</summary>
    /// <remarks>In bounds: packed rows, prefixes included, take a multiple of eight bytes, and one with a prefix has at least eight.</remarks>
    private readonly struct Prefix(byte* bytes, int length)
    {
        private readonly ulong _mask = length >= 8 ? ulong.MaxValue : ~(ulong.MaxValue >> (length * 8));
        private readonly ulong _head = length == 0 ? 0 : Head(bytes) & (length >= 8 ? ulong.MaxValue : ~(ulong.MaxValue >> (length * 8)));

        /// <summary>Below 0 when the row is before all rows with the prefix, 0 when it has it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Order(byte* row, int rowLength)
        {
            if (length == 0)
            {
                return 0;
            }

            ulong head = Head(row) & _mask;
            if (head != _head)
            {
                return head < _head ? -1 : 1;
            }

            return length <= 8 ? 0 : new ReadOnlySpan<byte>(row, Math.Min(rowLength, length)).SequenceCompareTo(new ReadOnlySpan<byte>(bytes, length));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Head(byte* bytes) => BinaryPrimitives.ReverseEndianness(*(ulong*)bytes);
    }
}
