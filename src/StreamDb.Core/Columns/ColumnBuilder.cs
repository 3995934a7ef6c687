using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using StreamDb.Core.Buffers;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Columns;

/// <summary>Builds one <see cref="Column"/> by appending rows. Not thread-safe.</summary>
/// <remarks>
/// After <see cref="Finish"/> it is empty again and may be reused. For compiled code, <see cref="Reserve"/> followed by
/// direct writes to <see cref="Values"/> and <see cref="Advance"/> avoids a call per row.
/// A column holds at most 2 GB of variable-length bytes; more is 54000.
/// </remarks>
public sealed unsafe class ColumnBuilder(PhysicalType type, int capacity = 0) : IDisposable
{
    private readonly int _width = type.Width();
    private NativeBuffer? _values;
    private NativeBuffer? _validity;
    private NativeBuffer? _offsets;
    private int _capacity;
    private int _initial = Math.Max(capacity, 4);

    public PhysicalType Type { get; } = type;

    /// <summary>Rows appended so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes appended so far to a variable-length column.</summary>
    public int ByteCount { get; private set; }

    /// <summary>Start of the values; moves when <see cref="Reserve"/> grows.</summary>
    public byte* Values => _values is null ? null : _values.Pointer;

    /// <summary>Start of the offsets of a variable-length column; moves when <see cref="Reserve"/> grows.</summary>
    public int* Offsets => _offsets is null ? null : (int*)_offsets.Pointer;

    /// <summary>Makes room for <paramref name="rows"/> more rows.</summary>
    public void Reserve(int rows)
    {
        if (Count + rows > _capacity)
        {
            GrowRows(Count + rows);
        }
    }

    /// <summary>Makes room for <paramref name="bytes"/> more bytes of variable-length values.</summary>
    public void ReserveBytes(int bytes)
    {
        if (_values is null || (long)ByteCount + bytes > _values.Capacity)
        {
            GrowBytes((long)ByteCount + bytes);
        }
    }

    /// <summary>Counts <paramref name="rows"/> rows written directly to <see cref="Values"/> within the reserved room; they are not NULL.</summary>
    public void Advance(int rows)
    {
        Count += rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(T value)
        where T : unmanaged
    {
        if (Count == _capacity)
        {
            GrowRows(Count + 1);
        }

        ((T*)_values!.Pointer)[Count++] = value;
    }

    public void AppendBytes(ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = value)
        {
            AppendBytes(new ByteSlice(pointer, value.Length));
        }
    }

    public void AppendBytes(ByteSlice value)
    {
        if (Count == _capacity)
        {
            GrowRows(Count + 1);
        }

        ReserveBytes(value.Length);
        Unsafe.CopyBlockUnaligned(_values!.Pointer + ByteCount, value.Pointer, (uint)value.Length);
        ByteCount += value.Length;
        ((int*)_offsets!.Pointer)[++Count] = ByteCount;
    }

    /// <summary>Ends a variable-length row whose bytes were written directly at <see cref="Values"/> + <see cref="ByteCount"/>.</summary>
    public void AppendWritten(int length)
    {
        if (Count == _capacity)
        {
            GrowRows(Count + 1);
        }

        ByteCount += length;
        ((int*)_offsets!.Pointer)[++Count] = ByteCount;
    }

    public void AppendString(string value) => AppendBytes(Encoding.UTF8.GetBytes(value));

    public void AppendNull()
    {
        if (Count == _capacity)
        {
            GrowRows(Count + 1);
        }

        if (_width == 0)
        {
            ((int*)_offsets!.Pointer)[Count + 1] = ByteCount;
        }
        else
        {
            Unsafe.InitBlockUnaligned(_values!.Pointer + ((long)Count * _width), 0, (uint)_width);
        }

        Count++;
        SetNull(Count - 1);
    }

    /// <summary>Marks an appended row as NULL.</summary>
    public void SetNull(int row)
    {
        if (_validity is null)
        {
            _validity = NativeBufferPool.Rent(ValidityBytes(_capacity));
            NativeMemory.Fill(_validity.Pointer, (nuint)_validity.Capacity, 0xFF);
        }

        ((ulong*)_validity.Pointer)[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Appends row <paramref name="row"/> of a column of the same type, NULL included.</summary>
    public void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
            return;
        }

        switch (_width)
        {
            case 0: AppendBytes(source.GetBytes(row)); break;
            case 1: Append(source.Get<byte>(row)); break;
            case 2: Append(source.Get<short>(row)); break;
            case 4: Append(source.Get<int>(row)); break;
            case 8: Append(source.Get<long>(row)); break;
            default: Append(source.Get<UInt128>(row)); break;
        }
    }

    /// <summary>Appends the given rows of a column of the same type.</summary>
    public void AppendGather(Column source, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        Reserve(rows.Length);
        if (source.HasNulls || _width == 0)
        {
            foreach (int row in rows)
            {
                AppendFrom(source, row);
            }

            return;
        }

        switch (_width)
        {
            case 1: Gather<byte>(source, rows); break;
            case 2: Gather<short>(source, rows); break;
            case 4: Gather<int>(source, rows); break;
            case 8: Gather<long>(source, rows); break;
            default: Gather<UInt128>(source, rows); break;
        }
    }

    /// <summary>Appends <paramref name="count"/> rows of a column of the same type from <paramref name="start"/> on.</summary>
    public void AppendRange(Column source, int start, int count)
    {
        if (count == 0)
        {
            return;
        }

        Reserve(count);
        if (source.HasNulls || _width == 0)
        {
            for (int row = start; row < start + count; row++)
            {
                AppendFrom(source, row);
            }

            return;
        }

        Buffer.MemoryCopy(
            source.Values + ((long)start * _width),
            _values!.Pointer + ((long)Count * _width),
            (long)count * _width,
            (long)count * _width);
        Count += count;
    }

    /// <summary>Appends a datum of this physical type.</summary>
    public void AppendDatum(Rows.Datum value)
    {
        switch (value.Value)
        {
            case null: AppendNull(); break;
            case bool v: Append(v ? (byte)1 : (byte)0); break;
            case short v: Append(v); break;
            case int v: Append(v); break;
            case long v: Append(v); break;
            case float v: Append(v); break;
            case double v: Append(v); break;
            case Numeric v: Append(v); break;
            case Interval v: Append(v); break;
            case Uuid v: Append(v); break;
            case byte[] v: AppendBytes(v.AsSpan()); break;
            default: throw new InvariantException($"datum of CLR type {value.Value.GetType()}");
        }
    }

    /// <summary>The column of everything appended, holding one reference; the builder is empty afterwards.</summary>
    public Column Finish()
    {
        if (_values is null)
        {
            GrowRows(1);
        }

        var column = new Column(Type, Count, _values!, _validity, _offsets);
        _values = null;
        _validity = null;
        _offsets = null;
        _capacity = 0;
        Count = 0;
        ByteCount = 0;
        return column;
    }

    /// <summary>Gives back the memory of rows that were not finished.</summary>
    public void Dispose()
    {
        if (_values is not null)
        {
            Finish().Release();
        }
    }

    private static long ValidityBytes(int rows) => ((rows + 63L) / 64) * 8;

    private void Gather<T>(Column source, ReadOnlySpan<int> rows)
        where T : unmanaged
    {
        T* from = (T*)source.Values;
        T* to = (T*)_values!.Pointer + Count;
        for (int i = 0; i < rows.Length; i++)
        {
            to[i] = from[rows[i]];
        }

        Count += rows.Length;
    }

    private void GrowRows(int rows)
    {
        int capacity = Math.Max(_initial, Math.Max(rows, (int)Math.Min(_capacity * 2L, Array.MaxLength)));
        _initial = 4;
        if (_width == 0)
        {
            _offsets = Grow(_offsets, (Count + 1L) * sizeof(int), (capacity + 1L) * sizeof(int), out _);
            if (Count == 0)
            {
                ((int*)_offsets.Pointer)[0] = 0;
            }

            _values ??= NativeBufferPool.Rent(Math.Max(64, capacity * 8L));
            _capacity = (int)Math.Min((_offsets.Capacity / sizeof(int)) - 1, Array.MaxLength);
        }
        else
        {
            _values = Grow(_values, (long)Count * _width, (long)capacity * _width, out _);
            _capacity = (int)Math.Min(_values.Capacity / _width, Array.MaxLength);
        }

        if (_validity is not null)
        {
            long used = ValidityBytes(Count);
            _validity = Grow(_validity, used, ValidityBytes(_capacity), out bool moved);
            if (moved)
            {
                NativeMemory.Fill(_validity.Pointer + used, (nuint)(_validity.Capacity - used), 0xFF);
            }
        }
    }

    private void GrowBytes(long bytes)
    {
        if (bytes > int.MaxValue)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "column batch exceeds 2 GB of variable-length values");
        }

        _values = Grow(_values, ByteCount, Math.Max(bytes, 64), out _);
    }

    private static NativeBuffer Grow(NativeBuffer? buffer, long used, long bytes, out bool moved)
    {
        moved = false;
        if (buffer is not null && buffer.Capacity >= bytes)
        {
            return buffer;
        }

        moved = true;
        NativeBuffer grown = NativeBufferPool.Rent(bytes);
        if (buffer is not null)
        {
            Buffer.MemoryCopy(buffer.Pointer, grown.Pointer, grown.Capacity, Math.Min(used, buffer.Capacity));
            NativeBufferPool.Return(buffer);
        }

        return grown;
    }
}
