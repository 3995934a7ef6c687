using System.Buffers.Binary;
using System.Runtime.InteropServices;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Values as byte strings that sort as the values do and are the same when the values are equal: <see cref="ValueComparer"/> in bytes.</summary>
/// <remarks>
/// The engine sorts, groups and looks up by bytes. For plain types its row codec writes them so; the form that arrays, records,
/// maps, jsonb and padded texts have in a column is not in order, and this is. No key is a prefix of another, so keys can follow
/// one another: numbers have fixed width, bytes end with 00 00 (00 inside is 00 FF), elements are announced by 01 (02: NULL) and
/// end with 00.
/// </remarks>
public static class OrderKey
{
    private const byte End = 0;
    private const byte Value = 1;
    private const byte Null = 2;

    /// <summary>Whether a type's values do not sort by the bytes they have in a column.</summary>
    public static bool IsNeeded(SqlType type) => type.Kind is SqlTypeKind.Array or SqlTypeKind.Record or SqlTypeKind.Map or SqlTypeKind.Jsonb
        or SqlTypeKind.Bpchar or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector;

    /// <summary>Appends the key of a value given as it lies in a column.</summary>
    public static void Write(SqlType type, ReadOnlySpan<byte> value, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Bpchar:
                WriteBytes(value.TrimEnd((byte)' '), output);
                break;
            case SqlTypeKind.Jsonb:
                WriteDocument(new JsonbReader(value), output);
                break;
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                WriteArray(type, value, output);
                break;
            case SqlTypeKind.Record:
                WriteRecord(type, value, output);
                break;
            case SqlTypeKind.Map:
                var map = new MapReader(type, value);
                WriteElements(type.Key!, map.Keys, output);
                WriteElements(type.Element!, map.Values, output);
                break;
            case SqlTypeKind.Oid or SqlTypeKind.Xid or SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc
                or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole:
                WriteNumber(MemoryMarshal.Read<uint>(value), output);
                break;
            default:
                WritePlain(type.Physical, value, output);
                break;
        }
    }

    private static void WritePlain(PhysicalType type, ReadOnlySpan<byte> value, ByteWriter output)
    {
        switch (type)
        {
            case PhysicalType.Bool: WriteFixed<BoolRowValue>(value, output); break;
            case PhysicalType.Int16: WriteFixed<Int16RowValue>(value, output); break;
            case PhysicalType.Int32: WriteFixed<Int32RowValue>(value, output); break;
            case PhysicalType.Int64: WriteFixed<Int64RowValue>(value, output); break;
            case PhysicalType.Float32: WriteFixed<Float32KeyRowValue>(value, output); break;
            case PhysicalType.Float64: WriteFixed<Float64KeyRowValue>(value, output); break;
            case PhysicalType.Numeric: WriteFixed<NumericKeyRowValue>(value, output); break;
            case PhysicalType.Interval: WriteFixed<IntervalKeyRowValue>(value, output); break;
            case PhysicalType.Uuid: WriteFixed<UuidRowValue>(value, output); break;
            default: WriteBytes(value, output); break;
        }
    }

    private static unsafe void WriteFixed<T>(ReadOnlySpan<byte> value, ByteWriter output)
        where T : struct, IRowValue
    {
        // Values inside arrays and records may lie anywhere; the codec reads them as if aligned.
        byte* aligned = stackalloc byte[16];
        value.CopyTo(new Span<byte>(aligned, 16));
        byte* packed = stackalloc byte[T.PackedWidth];
        T.Write(aligned, packed);
        output.Append(new ReadOnlySpan<byte>(packed, T.PackedWidth));
    }

    private static void WriteBytes(ReadOnlySpan<byte> value, ByteWriter output)
    {
        foreach (byte b in value)
        {
            output.Append(b);
            if (b == 0)
            {
                output.Append((byte)0xFF);
            }
        }

        output.Append(End);
        output.Append(End);
    }

    private static void WriteNumber(uint number, ByteWriter output)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        output.Append(bytes);
    }

    private static void WriteArray(SqlType type, ReadOnlySpan<byte> value, ByteWriter output)
    {
        SqlType element = ArrayReader.ElementOf(type);
        var array = new ArrayReader(element.Physical, value);
        WriteElements(element, array, output);
        WriteNumber((uint)array.DimensionCount, output);
        for (int i = 0; i < array.DimensionCount; i++)
        {
            WriteNumber((uint)array.Dimension(i), output);
        }
    }

    private static void WriteElements(SqlType element, ArrayReader array, ByteWriter output)
    {
        for (int i = 0; i < array.Count; i++)
        {
            output.Append(array.IsNull(i) ? Null : Value);
            if (!array.IsNull(i))
            {
                Write(element, array[i], output);
            }
        }

        output.Append(End);
    }

    private static void WriteRecord(SqlType type, ReadOnlySpan<byte> value, ByteWriter output)
    {
        var record = new RecordReader(type, value);
        for (int i = 0; i < record.Count; i++)
        {
            output.Append(record.IsNull(i) ? Null : Value);
            if (!record.IsNull(i))
            {
                Write(type.Fields[i].Type, record[i], output);
            }
        }
    }

    /// <summary>At the top the empty array sorts before everything, see <see cref="JsonbReader.Compare"/>.</summary>
    private static void WriteDocument(JsonbReader document, ByteWriter output)
    {
        output.Append(document.Kind == JsonbKind.Array && document.Count == 0 ? (byte)0 : (byte)1);
        WriteNested(document, output);
    }

    private static void WriteNested(JsonbReader value, ByteWriter output)
    {
        output.Append((byte)value.Kind);
        switch (value.Kind)
        {
            case JsonbKind.Null:
                break;
            case JsonbKind.Boolean:
                output.Append(value.IsTrue ? (byte)1 : (byte)0);
                break;
            case JsonbKind.Number:
                JsonNumber.WriteOrderKey(value.Value, output);
                break;
            case JsonbKind.String:
                WriteString(value.EscapedContent, output);
                break;
            default:
                WriteNumber((uint)value.Count, output);
                foreach (JsonbItem item in value)
                {
                    if (value.Kind == JsonbKind.Object)
                    {
                        WriteString(item.EscapedKey, output);
                    }

                    WriteNested(item.Value, output);
                }

                break;
        }
    }

    private static void WriteString(ReadOnlySpan<byte> escaped, ByteWriter output)
    {
        using ByteWriter text = ByteWriter.Rent();
        JsonText.Unescape(escaped, text);
        WriteBytes(text.Written, output);
    }
}
