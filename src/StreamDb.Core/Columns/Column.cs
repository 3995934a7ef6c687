using System.Runtime.CompilerServices;
using System.Text;
using StreamDb.Core.Buffers;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;

namespace StreamDb.Core.Columns;

/// <summary>An immutable column of values in native memory, in Arrow's layout (booleans are whole bytes).</summary>
/// <remarks>
/// Shared by reference count: it is born with one reference; <see cref="Acquire"/> adds one, <see cref="Release"/> drops
/// one, and the last gives the memory back to the pool. Whoever receives a column as an argument borrows it for the call
/// and acquires it to keep it. A column that is never released is reclaimed by the garbage collector, later.
/// The value at a NULL position is defined memory (zero, or empty) but means nothing.
/// A slice shares the memory of the column it is of, and holds one reference of it.
/// </remarks>
public sealed unsafe class Column
{
    private readonly NativeBuffer? _values;
    private readonly NativeBuffer? _validity;
    private readonly NativeBuffer? _offsets;
    private readonly Column? _whole;
    private int _references = 1;

    internal Column(PhysicalType type, int count, NativeBuffer values, NativeBuffer? validity, NativeBuffer? offsets)
    {
        Type = type;
        Count = count;
        _values = values;
        _validity = validity;
        _offsets = offsets;
        Values = values.Pointer;
        Validity = validity is null ? null : (ulong*)validity.Pointer;
        Offsets = offsets is null ? null : (int*)offsets.Pointer;
    }

    private Column(Column whole, int start, int count)
    {
        _whole = whole.Acquire();
        Type = whole.Type;
        Count = count;
        Values = whole.Values + ((long)start * whole.Type.Width());
        Validity = whole.Validity is null ? null : whole.Validity + (start >> 6);
    }

    public PhysicalType Type { get; }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Fixed-width values in row order; for <see cref="PhysicalType.Bytes"/> the bytes of all values.</summary>
    public byte* Values { get; }

    /// <summary>Bit i is 1 where row i is not NULL; null when no row is NULL.</summary>
    public ulong* Validity { get; }

    /// <summary>Only for <see cref="PhysicalType.Bytes"/>: Count + 1 offsets into <see cref="Values"/>; else null.</summary>
    public int* Offsets { get; }

    public bool HasNulls => Validity is not null;

    /// <summary>Native memory held, in bytes; of a slice, its share.</summary>
    public long Bytes => _whole is null
        ? _values!.Capacity + (_validity?.Capacity ?? 0) + (_offsets?.Capacity ?? 0)
        : ((long)Count * Type.Width()) + (Validity is null ? 0 : Count / 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row) => Validity is not null && (Validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>The value of a fixed-width row. <typeparamref name="T"/> must be the type that <see cref="Type"/> stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int row)
        where T : unmanaged => ((T*)Values)[row];

    /// <summary>The bytes of a variable-length row; valid while the column is held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteSlice GetBytes(int row)
    {
        int start = Offsets[row];
        return new ByteSlice(Values + start, Offsets[row + 1] - start);
    }

    /// <summary>A text row decoded. Allocates: for edges and tests only.</summary>
    public string GetString(int row) => Encoding.UTF8.GetString(GetBytes(row).Span);

    /// <summary><paramref name="count"/> rows from <paramref name="start"/> on, holding one reference: shared if it can be, else copied.</summary>
    public Column Slice(int start, int count)
    {
        // Shared columns begin at a word of the validity, and so at a multiple of 64 bytes, as any other.
        const int SharedRowsMultiple = 64;
        if (start % SharedRowsMultiple == 0 && Type != PhysicalType.Bytes)
        {
            return new Column(this, start, count);
        }

        using var builder = new ColumnBuilder(Type, count);
        builder.AppendRange(this, start, count);
        return builder.Finish();
    }

    public Column Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "column released more often than acquired");
        if (left == 0)
        {
            if (_whole is not null)
            {
                _whole.Release();
                return;
            }

            NativeBufferPool.Return(_values!);
            if (_validity is not null)
            {
                NativeBufferPool.Return(_validity);
            }

            if (_offsets is not null)
            {
                NativeBufferPool.Return(_offsets);
            }
        }
    }
}
