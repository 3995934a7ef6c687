using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>Packs rows into byte strings whose unsigned byte order is the SQL order of the rows. Immutable, thread-safe.</summary>
/// <remarks>
/// A row is its fields one after the other, padded with zeros to a multiple of 8. A nullable field starts with a marker byte
/// (1: a value follows; 2, or 0 with NULLS FIRST: NULL, then zeros for a fixed width and nothing for a variable one). A
/// variable-length value ends with 00 00, and 00 inside it is written 00 FF: no value is a prefix of another. Descending
/// inverts the bytes of the value. Columns are encoded and decoded one at a time, with one dispatch per column and batch.
/// </remarks>
public sealed unsafe class RowCodec
{
    /// <summary>Raised whenever packed rows come to look different: checkpoints keep them on disk.</summary>
    public const int Version = 1;

    private readonly RowCodecField[] _fields;
    private readonly int[] _offsets;
    private readonly int _dataBytes;
    private readonly bool _skipsNulls;

    /// <param name="skipsNulls">NULLs in fields without a marker are written as some value: the caller leaves those rows out.</param>
    public RowCodec(IReadOnlyList<RowCodecField> fields, bool skipsNulls = false)
    {
        _fields = fields.ToArray();
        _offsets = new int[_fields.Length];
        _skipsNulls = skipsNulls;
        bool isFixed = true;
        for (int i = 0; i < _fields.Length; i++)
        {
            _offsets[i] = _dataBytes;
            isFixed &= _fields[i].Width != 0;
            _dataBytes += _fields[i].Width + (_fields[i].IsNullable ? 1 : 0);
        }

        Stride = isFixed ? Math.Max(8, (_dataBytes + 7) & ~7) : 0;
    }

    public ReadOnlySpan<RowCodecField> Fields => _fields;

    /// <summary>Bytes per row, a multiple of 8; 0 when rows differ in length.</summary>
    public int Stride { get; }

    /// <summary>Zeros at the end of each row of a fixed stride.</summary>
    public int PaddingBytes => Stride == 0 ? 0 : Stride - _dataBytes;

    /// <summary>Appends every row of <paramref name="batch"/> to <paramref name="output"/>, which has this codec's stride.</summary>
    public void Encode(ColumnBatch batch, PackedRows output)
    {
        if (Stride != 0)
        {
            EncodeFixed(batch, output.AppendFixed(batch.Count));
        }
        else
        {
            EncodeVariable(batch, output);
        }
    }

    /// <summary>One field of <paramref name="count"/> rows of a fixed stride, as a column holding one reference.</summary>
    /// <param name="rows">Where each row starts.</param>
    public Column DecodeFixed(int field, byte** rows, int count)
    {
        using var builder = new ColumnBuilder(_fields[field].Type, count);
        var address = new PointerAddress { Rows = rows, Offset = _offsets[field] };
        Decode(field, ref address, count, builder);
        return builder.Finish();
    }

    /// <summary>The same for rows that lie one after the other.</summary>
    public Column DecodeFixed(int field, byte* rows, int count)
    {
        using var builder = new ColumnBuilder(_fields[field].Type, count);
        var address = new StridedAddress { Next = rows + _offsets[field], Stride = Stride };
        Decode(field, ref address, count, builder);
        return builder.Finish();
    }

    /// <summary>All fields in order, each holding one reference.</summary>
    /// <param name="rows">Where each row starts; scratch afterwards.</param>
    public Column[] Decode(byte** rows, int count)
    {
        var columns = new Column[_fields.Length];
        for (int field = 0; field < columns.Length; field++)
        {
            columns[field] = Stride != 0 ? DecodeFixed(field, rows, count) : DecodeNext(field, rows, count);
        }

        return columns;
    }

    /// <summary>All fields in order of packed rows, each holding one reference.</summary>
    public Column[] Decode(PackedRows rows) => Decode(rows, 0, rows.Count);

    /// <summary>All fields in order of <paramref name="count"/> packed rows from <paramref name="start"/> on, each holding one reference.</summary>
    public Column[] Decode(PackedRows rows, int start, int count)
    {
        if (Stride != 0)
        {
            var columns = new Column[_fields.Length];
            for (int field = 0; field < columns.Length; field++)
            {
                columns[field] = DecodeFixed(field, rows.Data + ((long)start * Stride), count);
            }

            return columns;
        }

        byte** starts = (byte**)NativeMemory.Alloc((nuint)Math.Max(count, 1), (nuint)sizeof(byte*));
        try
        {
            for (int row = 0; row < count; row++)
            {
                starts[row] = rows.Row(start + row);
            }

            return Decode(starts, count);
        }
        finally
        {
            NativeMemory.Free(starts);
        }
    }

    /// <summary>Field <paramref name="field"/> of rows of any length, and moves each pointer behind it. Call for each field in order.</summary>
    public Column DecodeNext(int field, byte** rows, int count)
    {
        using var builder = new ColumnBuilder(_fields[field].Type, count);
        var address = new CursorAddress { Rows = rows };
        Decode(field, ref address, count, builder);
        return builder.Finish();
    }

    /// <summary>Bytes of the first <paramref name="fields"/> fields of one packed row.</summary>
    public int PrefixLength(byte* row, int fields)
    {
        byte* next = row;
        for (int i = 0; i < fields; i++)
        {
            RowCodecField field = _fields[i];
            bool isNull = false;
            if (field.IsNullable)
            {
                isNull = *next++ != 1;
            }

            if (field.Width != 0)
            {
                next += field.Width;
            }
            else if (!isNull)
            {
                next += VariableLength(next, field.Descending ? (byte)0xFF : (byte)0);
            }
        }

        return (int)(next - row);
    }

    /// <summary>Orders two packed rows of the same codec, given their padded lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(byte* left, int leftLength, byte* right, int rightLength)
    {
        int length = Math.Min(leftLength, rightLength);
        for (int i = 0; i < length; i += 8)
        {
            ulong a = *(ulong*)(left + i);
            ulong b = *(ulong*)(right + i);
            if (a != b)
            {
                return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a)
                    < System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(b) ? -1 : 1;
            }
        }

        return leftLength.CompareTo(rightLength);
    }

    /// <summary>A well-mixed hash of a packed row of <paramref name="length"/> bytes (a multiple of 8).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(byte* row, int length)
    {
        ulong hash = 0x9E37_79B9_7F4A_7C15;
        for (int i = 0; i < length; i += 8)
        {
            hash = (hash ^ *(ulong*)(row + i)) * 0xFF51_AFD7_ED55_8CCD;
            hash ^= hash >> 32;
        }

        hash *= 0xC4CE_B9FE_1A85_EC53;
        return hash ^ (hash >> 29);
    }

    private void EncodeFixed(ColumnBatch batch, byte* rows)
    {
        // The padding lies in the last word; clearing it first lets the fields overwrite what is theirs.
        if (_dataBytes != Stride)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                *(ulong*)(rows + ((long)row * Stride) + Stride - 8) = 0;
            }
        }

        for (int i = 0; i < _fields.Length; i++)
        {
            var address = new StridedAddress { Next = rows + _offsets[i], Stride = Stride };
            Encode(_fields[i], batch[_fields[i].Column], ref address);
        }
    }

    private void EncodeVariable(ColumnBatch batch, PackedRows output)
    {
        int count = batch.Count;
        int* lengths = (int*)NativeMemory.Alloc((nuint)Math.Max(count, 1), sizeof(int));
        byte** cursors = (byte**)NativeMemory.Alloc((nuint)Math.Max(count, 1), (nuint)sizeof(byte*));
        try
        {
            new Span<int>(lengths, count).Fill(_dataBytes);
            foreach (RowCodecField field in _fields)
            {
                if (field.Width == 0)
                {
                    AddLengths(batch[field.Column], lengths);
                }
            }

            for (int row = 0; row < count; row++)
            {
                lengths[row] = Math.Max(8, (lengths[row] + 7) & ~7);
            }

            byte* next = output.AppendVariable(lengths, count);
            for (int row = 0; row < count; row++)
            {
                cursors[row] = next;
                next += lengths[row];
                *(ulong*)(next - 8) = 0;
            }

            var address = new CursorAddress { Rows = cursors };
            foreach (RowCodecField field in _fields)
            {
                Encode(field, batch[field.Column], ref address);
            }
        }
        finally
        {
            NativeMemory.Free(lengths);
            NativeMemory.Free(cursors);
        }
    }

    private static void AddLengths(Column column, int* lengths)
    {
        for (int row = 0; row < column.Count; row++)
        {
            if (!column.IsNull(row))
            {
                ReadOnlySpan<byte> value = column.GetBytes(row).Span;
                lengths[row] = checked(lengths[row] + value.Length + value.Count((byte)0) + 2);
            }
        }
    }

    private void Encode<TAddress>(RowCodecField field, Column column, ref TAddress address)
        where TAddress : struct, IRowAddress
    {
        Invariant.Check(column.Type == field.Type, "column of the codec's type");
        if (!field.IsNullable && column.HasNulls && !_skipsNulls)
        {
            CheckNoNulls(column);
        }

        switch (field.Type)
        {
            case PhysicalType.Bool: EncodeValues<BoolRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Int16: EncodeValues<Int16RowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Int32: EncodeValues<Int32RowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Int64: EncodeValues<Int64RowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Uuid: EncodeValues<UuidRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Bytes: EncodeBytes(field, column, ref address); break;
            case PhysicalType.Float32 when field.IsExact: EncodeValues<Float32RowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Float32: EncodeValues<Float32KeyRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Float64 when field.IsExact: EncodeValues<Float64RowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Float64: EncodeValues<Float64KeyRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Numeric when field.IsExact: EncodeValues<NumericRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Numeric: EncodeValues<NumericKeyRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Interval when field.IsExact: EncodeValues<IntervalRowValue, TAddress>(field, column, ref address); break;
            case PhysicalType.Interval: EncodeValues<IntervalKeyRowValue, TAddress>(field, column, ref address); break;
            default: throw new InvariantException($"unknown physical type {field.Type}");
        }
    }

    private void Decode<TAddress>(int index, ref TAddress address, int count, ColumnBuilder builder)
        where TAddress : struct, IRowAddress
    {
        RowCodecField field = _fields[index];
        switch (field.Type)
        {
            case PhysicalType.Bool: DecodeValues<BoolRowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Int16: DecodeValues<Int16RowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Int32: DecodeValues<Int32RowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Int64: DecodeValues<Int64RowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Uuid: DecodeValues<UuidRowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Bytes: DecodeBytes(field, ref address, count, builder); break;
            case PhysicalType.Float32: DecodeValues<Float32RowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Float64: DecodeValues<Float64RowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Numeric when field.IsExact: DecodeValues<NumericRowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Numeric: DecodeValues<NumericKeyRowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Interval when field.IsExact: DecodeValues<IntervalRowValue, TAddress>(field, ref address, count, builder); break;
            case PhysicalType.Interval: DecodeValues<IntervalKeyRowValue, TAddress>(field, ref address, count, builder); break;
            default: throw new InvariantException($"unknown physical type {field.Type}");
        }
    }

    // Hot path: per value. The address advances by what is taken, in row order.
    private static void EncodeValues<TValue, TAddress>(RowCodecField field, Column column, ref TAddress address)
        where TValue : struct, IRowValue
        where TAddress : struct, IRowAddress
    {
        byte* value = column.Values;
        if (!field.IsNullable && !field.Descending)
        {
            for (int row = 0; row < column.Count; row++)
            {
                TValue.Write(value, address.Take(row, TValue.PackedWidth));
                value += TValue.Width;
            }

            return;
        }

        int width = TValue.PackedWidth + (field.IsNullable ? 1 : 0);
        for (int row = 0; row < column.Count; row++, value += TValue.Width)
        {
            byte* packed = address.Take(row, width);
            if (field.IsNullable)
            {
                if (column.IsNull(row))
                {
                    *packed = field.NullsFirst ? (byte)0 : (byte)2;
                    Unsafe.InitBlockUnaligned(packed + 1, 0, (uint)TValue.PackedWidth);
                    continue;
                }

                *packed++ = 1;
            }

            TValue.Write(value, packed);
            if (field.Descending)
            {
                Invert(packed, TValue.PackedWidth);
            }
        }
    }

    // Hot path: per value.
    private static void DecodeValues<TValue, TAddress>(RowCodecField field, ref TAddress address, int count, ColumnBuilder builder)
        where TValue : struct, IRowValue
        where TAddress : struct, IRowAddress
    {
        builder.Reserve(count);
        byte* value = builder.Values;
        if (!field.IsNullable && !field.Descending)
        {
            for (int row = 0; row < count; row++)
            {
                TValue.Read(address.Take(row, TValue.PackedWidth), value);
                value += TValue.Width;
            }

            builder.Advance(count);
            return;
        }

        int width = TValue.PackedWidth + (field.IsNullable ? 1 : 0);
        byte* copy = stackalloc byte[24];
        builder.Advance(count);
        for (int row = 0; row < count; row++, value += TValue.Width)
        {
            byte* packed = address.Take(row, width);
            if (field.IsNullable && *packed++ != 1)
            {
                Unsafe.InitBlockUnaligned(value, 0, (uint)TValue.Width);
                builder.SetNull(row);
                continue;
            }

            if (field.Descending)
            {
                Unsafe.CopyBlockUnaligned(copy, packed, (uint)TValue.PackedWidth);
                Invert(copy, TValue.PackedWidth);
                packed = copy;
            }

            TValue.Read(packed, value);
        }
    }

    private static void EncodeBytes<TAddress>(RowCodecField field, Column column, ref TAddress address)
        where TAddress : struct, IRowAddress
    {
        byte mask = field.Descending ? (byte)0xFF : (byte)0;
        for (int row = 0; row < column.Count; row++)
        {
            if (field.IsNullable)
            {
                byte* marker = address.Take(row, 1);
                if (column.IsNull(row))
                {
                    *marker = field.NullsFirst ? (byte)0 : (byte)2;
                    continue;
                }

                *marker = 1;
            }
            else if (column.IsNull(row))
            {
                // Left out by the caller, and no bytes were reserved for it: it must not write.
                continue;
            }

            ReadOnlySpan<byte> value = column.GetBytes(row).Span;
            byte* target = address.Take(row, 0);
            byte* end = Escape(value, target);
            if (mask != 0)
            {
                Invert(target, (int)(end - target));
            }

            address.Take(row, (int)(end - target));
        }
    }

    private static void DecodeBytes<TAddress>(RowCodecField field, ref TAddress address, int count, ColumnBuilder builder)
        where TAddress : struct, IRowAddress
    {
        byte mask = field.Descending ? (byte)0xFF : (byte)0;
        builder.Reserve(count);
        for (int row = 0; row < count; row++)
        {
            if (field.IsNullable && *address.Take(row, 1) != 1)
            {
                builder.AppendNull();
                continue;
            }

            byte* packed = address.Take(row, 0);
            int length = VariableLength(packed, mask);
            address.Take(row, length);
            builder.ReserveBytes(length);
            builder.AppendWritten(Unescape(packed, length - 2, mask, builder.Values + builder.ByteCount));
        }
    }

    private static byte* Escape(ReadOnlySpan<byte> value, byte* target)
    {
        while (true)
        {
            int zero = value.IndexOf((byte)0);
            ReadOnlySpan<byte> plain = zero < 0 ? value : value[..zero];
            plain.CopyTo(new Span<byte>(target, plain.Length));
            target += plain.Length;
            *target++ = 0;
            if (zero < 0)
            {
                *target++ = 0;
                return target;
            }

            *target++ = 0xFF;
            value = value[(zero + 1)..];
        }
    }

    /// <summary>Undoes <see cref="Escape"/> without the terminator; returns the length written, at most <paramref name="length"/>.</summary>
    private static int Unescape(byte* packed, int length, byte mask, byte* target)
    {
        if (mask == 0 && new ReadOnlySpan<byte>(packed, length).IndexOf((byte)0) < 0)
        {
            Unsafe.CopyBlockUnaligned(target, packed, (uint)length);
            return length;
        }

        byte* start = target;
        for (int i = 0; i < length; i++)
        {
            byte value = (byte)(packed[i] ^ mask);
            *target++ = value;
            if (value == 0)
            {
                i++;
            }
        }

        return (int)(target - start);
    }

    /// <summary>Bytes of a variable-length value with its terminator.</summary>
    private static int VariableLength(byte* packed, byte mask)
    {
        byte* next = packed;
        while (true)
        {
            // The terminator is certain to come. The search for 00 reads aligned words only, so it stays inside mapped memory.
            if (mask == 0)
            {
                next += MemoryMarshal.CreateReadOnlySpanFromNullTerminated(next).Length;
            }
            else
            {
                while (*next != mask)
                {
                    next++;
                }
            }

            if (next[1] == mask)
            {
                return (int)(next + 2 - packed);
            }

            next += 2;
        }
    }

    private static void Invert(byte* bytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)~bytes[i];
        }
    }

    /// <summary>
    /// A NULL where the shape promised none. It is our bug, but one that a single query's plan can contain: it fails that
    /// query or view and nothing else.
    /// </summary>
    public static SqlException UnexpectedNull() => new(SqlState.InternalError, "NULL in a column declared not nullable");

    private static void CheckNoNulls(Column column)
    {
        for (int row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row))
            {
                throw UnexpectedNull();
            }
        }
    }

    /// <summary>Where a row's next field lies.</summary>
    private interface IRowAddress
    {
        /// <summary>The current position of a row, moving behind <paramref name="width"/> bytes. Rows are taken in order.</summary>
        byte* Take(int row, int width);
    }

    private struct StridedAddress : IRowAddress
    {
        public byte* Next;
        public int Stride;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* Take(int row, int width)
        {
            byte* current = Next;
            Next += Stride;
            return current;
        }
    }

    private struct PointerAddress : IRowAddress
    {
        public byte** Rows;
        public int Offset;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly byte* Take(int row, int width) => Rows[row] + Offset;
    }

    private struct CursorAddress : IRowAddress
    {
        public byte** Rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly byte* Take(int row, int width)
        {
            byte* current = Rows[row];
            Rows[row] = current + width;
            return current;
        }
    }
}
