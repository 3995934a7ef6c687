using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Values in PostgreSQL's binary wire format, both ways. Big-endian; what is malformed is 22P03.</summary>
public static class BinaryCodec
{
    private const byte JsonbVersion = 1;

    /// <summary>Writes a row that is not NULL, without the length that the protocol puts before it.</summary>
    public static void Write(SqlType type, Column column, int row, IBufferWriter<byte> output) =>
        Write(type, ValueBytes.Of(column, row), output);

    /// <summary>Writes a value given as it lies in a column.</summary>
    // Hot path: per value sent.
    public static void Write(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Jsonb:
                output.Write([JsonbVersion]);
                output.Write(value);
                break;
            case SqlTypeKind.SingleChar:
                output.Write(value.IsEmpty ? [0] : value[..1]);
                break;
            case SqlTypeKind.Map:
                // Announced as text.
                TextCodec.Write(type, value, output, TextFormat.Default);
                break;
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                NestedBinary.WriteArray(type, value, output);
                break;
            case SqlTypeKind.Record:
                NestedBinary.WriteRecord(type, value, output);
                break;
            default:
                WriteScalar(type.Physical, value, output);
                break;
        }
    }

    /// <summary>Reads a value. Allocates: for parameters and tests.</summary>
    /// <exception cref="SqlException">22P03, or what the type's text input raises.</exception>
    public static Datum Read(SqlType type, ReadOnlySpan<byte> wire)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Read(type, wire, scratch);
        return ValueBytes.ToDatum(type.Physical, scratch.Written);
    }

    /// <summary>Reads a value and appends it to a column of the type's physical type.</summary>
    /// <exception cref="SqlException">22P03, or what the type's text input raises.</exception>
    public static void Read(SqlType type, ReadOnlySpan<byte> wire, ColumnBuilder output)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Read(type, wire, scratch);
        ValueBytes.Append(scratch.Written, output);
    }

    /// <summary>Reads a value and appends it as it would lie in a column.</summary>
    /// <exception cref="SqlException">22P03, or what the type's text input raises.</exception>
    public static void Read(SqlType type, ReadOnlySpan<byte> wire, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Jsonb:
                if (wire.IsEmpty || wire[0] != JsonbVersion)
                {
                    throw CodecErrors.Binary("unsupported jsonb version number");
                }

                TextCodec.Parse(type, wire[1..], TextFormat.Default, output);
                break;
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                NestedBinary.ReadArray(type, wire, output);
                break;
            case SqlTypeKind.Record:
                NestedBinary.ReadRecord(type, wire, output);
                break;
            case SqlTypeKind.Bytea:
                output.Append(wire);
                break;
            case SqlTypeKind.SingleChar:
                Check(wire, 1);
                output.Append(wire[0] == 0 ? [] : wire);
                break;
            default:
                if (type.Physical == PhysicalType.Bytes)
                {
                    TextCodec.Parse(type, wire, TextFormat.Default, output);
                }
                else
                {
                    ReadScalar(type, wire, output);
                }

                break;
        }
    }

    private static void WriteScalar(PhysicalType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        switch (type)
        {
            case PhysicalType.Bool:
                output.Write(value);
                break;
            case PhysicalType.Int16:
                BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(2), MemoryMarshal.Read<short>(value));
                output.Advance(2);
                break;
            case PhysicalType.Float32:
                BinaryPrimitives.WriteSingleBigEndian(output.GetSpan(4), FloatText.Canonical(MemoryMarshal.Read<float>(value)));
                output.Advance(4);
                break;
            case PhysicalType.Float64:
                BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(8), FloatText.Canonical(MemoryMarshal.Read<double>(value)));
                output.Advance(8);
                break;
            case PhysicalType.Int32:
                BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), MemoryMarshal.Read<int>(value));
                output.Advance(4);
                break;
            case PhysicalType.Int64:
                BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), MemoryMarshal.Read<long>(value));
                output.Advance(8);
                break;
            case PhysicalType.Numeric:
                output.Advance(NumericBinary.Write(MemoryMarshal.Read<Numeric>(value), output.GetSpan(NumericBinary.BytesMax)));
                break;
            case PhysicalType.Interval:
                Interval interval = MemoryMarshal.Read<Interval>(value);
                Span<byte> target = output.GetSpan(16);
                BinaryPrimitives.WriteInt64BigEndian(target, interval.Microseconds);
                BinaryPrimitives.WriteInt32BigEndian(target[8..], interval.Days);
                BinaryPrimitives.WriteInt32BigEndian(target[12..], interval.Months);
                output.Advance(16);
                break;
            default:
                output.Write(value);
                break;
        }
    }

    private static void ReadScalar(SqlType type, ReadOnlySpan<byte> wire, ByteWriter output)
    {
        if (type.Physical != PhysicalType.Numeric)
        {
            Check(wire, type.Physical.Width());
        }

        switch (type.Physical)
        {
            case PhysicalType.Bool:
                output.Append(wire[0] != 0 ? (byte)1 : (byte)0);
                break;
            case PhysicalType.Int16:
                output.AppendValue(BinaryPrimitives.ReadInt16BigEndian(wire));
                break;
            case PhysicalType.Float32:
                output.AppendValue(FloatText.Canonical(BinaryPrimitives.ReadSingleBigEndian(wire)));
                break;
            case PhysicalType.Float64:
                output.AppendValue(FloatText.Canonical(BinaryPrimitives.ReadDoubleBigEndian(wire)));
                break;
            case PhysicalType.Int32:
                int narrow = BinaryPrimitives.ReadInt32BigEndian(wire);
                CheckRange(
                    type.Kind != SqlTypeKind.Date || SqlCalendar.IsDate(narrow)
                        || narrow is SqlCalendar.DateInfinity or SqlCalendar.DateMinusInfinity,
                    "date");
                output.AppendValue(narrow);
                break;
            case PhysicalType.Int64:
                long wide = BinaryPrimitives.ReadInt64BigEndian(wire);
                CheckRange(type.Kind != SqlTypeKind.Time || wide is >= 0 and <= SqlCalendar.MicrosecondsPerDay, "time");
                CheckRange(
                    type.Kind is not (SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz)
                        || SqlCalendar.IsTimestamp(wide) || !SqlCalendar.IsFinite(wide),
                    "timestamp");
                output.AppendValue(wide);
                break;
            case PhysicalType.Numeric:
                output.AppendValue(NumericBinary.Read(wire));
                break;
            case PhysicalType.Interval:
                output.AppendValue(new Interval(
                    BinaryPrimitives.ReadInt32BigEndian(wire[12..]),
                    BinaryPrimitives.ReadInt32BigEndian(wire[8..]),
                    BinaryPrimitives.ReadInt64BigEndian(wire)));
                break;
            default:
                output.Append(wire);
                break;
        }
    }

    private static void Check(ReadOnlySpan<byte> wire, int length)
    {
        if (wire.Length != length)
        {
            throw CodecErrors.Binary("incorrect binary data format");
        }
    }

    private static void CheckRange(bool condition, string typeName)
    {
        if (!condition)
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, $"{typeName} out of range");
        }
    }
}
