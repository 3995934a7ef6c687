using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>
/// One value as bytes, exactly as it lies in a <see cref="Column"/>: fixed-width types in the machine's layout, variable-length
/// types as they are. The common form in which codecs, comparers and nested values handle values. Never NULL.
/// </summary>
public static unsafe class ValueBytes
{
    /// <summary>The bytes of a row that is not NULL; valid while the column is held.</summary>
    public static ReadOnlySpan<byte> Of(Column column, int row)
    {
        int width = column.Type.Width();
        return width == 0 ? column.GetBytes(row).Span : new ReadOnlySpan<byte>(column.Values + ((long)row * width), width);
    }

    /// <summary>Appends a value to a column of <paramref name="builder"/>'s type.</summary>
    public static void Append(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        switch (builder.Type.Width())
        {
            case 0: builder.AppendBytes(value); break;
            case 1: builder.Append(value[0]); break;
            case 2: builder.Append(MemoryMarshal.Read<short>(value)); break;
            case 4: builder.Append(MemoryMarshal.Read<int>(value)); break;
            case 8: builder.Append(MemoryMarshal.Read<long>(value)); break;
            default: builder.Append(MemoryMarshal.Read<UInt128>(value)); break;
        }
    }

    /// <summary>Appends the bytes of a datum that is not NULL.</summary>
    public static void Append(Datum value, ByteWriter output)
    {
        switch (value.Value)
        {
            case bool v: output.AppendValue((byte)(v ? 1 : 0)); break;
            case short v: output.AppendValue(v); break;
            case int v: output.AppendValue(v); break;
            case long v: output.AppendValue(v); break;
            case float v: output.AppendValue(v); break;
            case double v: output.AppendValue(v); break;
            case Numeric v: output.AppendValue(v); break;
            case Interval v: output.AppendValue(v); break;
            case Uuid v: output.AppendValue(v); break;
            case byte[] v: output.Append(v); break;
            default: throw new InvariantException($"datum of CLR type {value.Value?.GetType()}");
        }
    }

    public static Datum ToDatum(PhysicalType type, ReadOnlySpan<byte> value) => type switch
    {
        PhysicalType.Bool => new Datum(value[0] != 0),
        PhysicalType.Int16 => new Datum(MemoryMarshal.Read<short>(value)),
        PhysicalType.Int32 => new Datum(MemoryMarshal.Read<int>(value)),
        PhysicalType.Int64 => new Datum(MemoryMarshal.Read<long>(value)),
        PhysicalType.Float32 => new Datum(MemoryMarshal.Read<float>(value)),
        PhysicalType.Float64 => new Datum(MemoryMarshal.Read<double>(value)),
        PhysicalType.Numeric => new Datum(MemoryMarshal.Read<Numeric>(value)),
        PhysicalType.Interval => new Datum(MemoryMarshal.Read<Interval>(value)),
        PhysicalType.Uuid => new Datum(MemoryMarshal.Read<Uuid>(value)),
        _ => new Datum(value.ToArray()),
    };
}
