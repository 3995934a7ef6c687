using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Values as text, both ways, exactly as PostgreSQL writes and reads them.</summary>
/// <remarks>
/// Writing never fails and, for types that are not nested, allocates nothing. Parsing applies no modifier (see
/// <see cref="TypeModifiers"/>), except that an interval's fields say what a bare number means.
/// </remarks>
public static class TextCodec
{
    /// <summary>Writes a row that is not NULL.</summary>
    public static void Write(SqlType type, Column column, int row, IBufferWriter<byte> output, TextFormat format) =>
        Write(type, ValueBytes.Of(column, row), output, format);

    /// <summary>Writes a value given as it lies in a column.</summary>
    // Hot path: per value sent.
    public static void Write(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Int32:
                WriteInteger(MemoryMarshal.Read<int>(value), output);
                break;
            case SqlTypeKind.Int64:
                WriteInteger(MemoryMarshal.Read<long>(value), output);
                break;
            case SqlTypeKind.Int16:
                WriteInteger(MemoryMarshal.Read<short>(value), output);
                break;
            case SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Name or SqlTypeKind.Unknown
                or SqlTypeKind.Json or SqlTypeKind.Jsonb or SqlTypeKind.PgNodeTree or SqlTypeKind.AclItem or SqlTypeKind.Void:
                output.Write(value);
                break;
            case SqlTypeKind.Boolean:
                output.GetSpan(1)[0] = value[0] != 0 ? (byte)'t' : (byte)'f';
                output.Advance(1);
                break;
            case SqlTypeKind.Numeric:
                output.Advance(NumericText.Write(MemoryMarshal.Read<Numeric>(value), output.GetSpan(NumericText.BytesMax)));
                break;
            case SqlTypeKind.Timestamp:
                output.Advance(DateTimeText.WriteTimestamp(MemoryMarshal.Read<long>(value), output.GetSpan(DateTimeText.BytesMax)));
                break;
            case SqlTypeKind.TimestampTz:
                output.Advance(DateTimeText.WriteTimestampTz(
                    MemoryMarshal.Read<long>(value), output.GetSpan(DateTimeText.BytesMax), format.TimeZone));
                break;
            case SqlTypeKind.Date:
                output.Advance(DateTimeText.WriteDate(MemoryMarshal.Read<int>(value), output.GetSpan(DateTimeText.BytesMax)));
                break;
            case SqlTypeKind.Time:
                output.Advance(DateTimeText.WriteTime(MemoryMarshal.Read<long>(value), output.GetSpan(DateTimeText.BytesMax)));
                break;
            case SqlTypeKind.Float64:
                output.Advance(FloatText.Write(
                    MemoryMarshal.Read<double>(value), output.GetSpan(FloatText.BytesMax), format.ExtraFloatDigits));
                break;
            case SqlTypeKind.Float32:
                output.Advance(FloatText.Write(
                    MemoryMarshal.Read<float>(value), output.GetSpan(FloatText.BytesMax), format.ExtraFloatDigits));
                break;
            case SqlTypeKind.Interval:
                output.Advance(IntervalText.Write(
                    MemoryMarshal.Read<Interval>(value), output.GetSpan(IntervalText.BytesMax), format.IntervalStyle));
                break;
            case SqlTypeKind.Uuid:
                output.Advance(UuidText.Write(MemoryMarshal.Read<Uuid>(value), output.GetSpan(UuidText.Bytes)));
                break;
            case SqlTypeKind.Bytea:
                ByteaText.Write(value, output, format.IsByteaEscape);
                break;
            case SqlTypeKind.SingleChar:
                WriteSingleChar(value, output);
                break;
            case SqlTypeKind.Oid or SqlTypeKind.Xid:
                WriteInteger(MemoryMarshal.Read<uint>(value), output);
                break;
            case SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole:
                WriteRegistered(type.Kind, MemoryMarshal.Read<uint>(value), output, format);
                break;
            default:
                WriteNested(type, value, output, format);
                break;
        }
    }

    /// <summary>Parses a value and appends it to a column of the type's physical type.</summary>
    /// <exception cref="SqlException">22P02, 22003, 22007, 22008, 22015, 22021, …</exception>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ColumnBuilder output)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Parse(type, text, format, scratch);
        ValueBytes.Append(scratch.Written, output);
    }

    /// <summary>Parses a value and appends it as it would lie in a column.</summary>
    /// <exception cref="SqlException">22P02, 22003, 22007, 22008, 22015, 22021, …</exception>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Int32:
                output.AppendValue((int)IntegerText.Parse(text, int.MinValue, int.MaxValue, "integer"));
                break;
            case SqlTypeKind.Int64:
                output.AppendValue(IntegerText.Parse(text, long.MinValue, long.MaxValue, "bigint"));
                break;
            case SqlTypeKind.Int16:
                output.AppendValue((short)IntegerText.Parse(text, short.MinValue, short.MaxValue, "smallint"));
                break;
            case SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Unknown or SqlTypeKind.PgNodeTree
                or SqlTypeKind.AclItem:
                CheckEncoding(text);
                output.Append(text);
                break;
            case SqlTypeKind.Name:
                CheckEncoding(text);
                output.Append(TypeModifiers.Truncate(text, TypeModifiers.NameBytesMax));
                break;
            case SqlTypeKind.Boolean:
                output.Append(IntegerText.ParseBoolean(text) ? (byte)1 : (byte)0);
                break;
            case SqlTypeKind.Numeric:
                output.AppendValue(NumericText.Parse(text));
                break;
            case SqlTypeKind.Timestamp:
                output.AppendValue(DateTimeParser.ParseTimestamp(text, format));
                break;
            case SqlTypeKind.TimestampTz:
                output.AppendValue(DateTimeParser.ParseTimestampTz(text, format));
                break;
            case SqlTypeKind.Date:
                output.AppendValue(DateTimeParser.ParseDate(text, format));
                break;
            case SqlTypeKind.Time:
                output.AppendValue(DateTimeParser.ParseTime(text, format));
                break;
            case SqlTypeKind.Float64:
                output.AppendValue(FloatText.ParseDouble(text));
                break;
            case SqlTypeKind.Float32:
                output.AppendValue(FloatText.ParseSingle(text));
                break;
            case SqlTypeKind.Interval:
                output.AppendValue(IntervalParser.Parse(
                    text, IntervalFields.MaskOf(type.Modifier), format.IntervalStyle == "sql_standard"));
                break;
            case SqlTypeKind.Uuid:
                output.AppendValue(UuidText.Parse(text));
                break;
            case SqlTypeKind.Bytea:
                ByteaText.Parse(text, output);
                break;
            case SqlTypeKind.SingleChar:
                ParseSingleChar(text, output);
                break;
            case SqlTypeKind.Oid:
                output.AppendValue(IntegerText.ParseOid(text, "oid"));
                break;
            case SqlTypeKind.Xid:
                output.AppendValue(IntegerText.ParseOid(text, "xid"));
                break;
            case SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole:
                output.AppendValue(ParseRegistered(type, text, format));
                break;
            case SqlTypeKind.Void:
                break;
            default:
                ParseNested(type, text, format, output);
                break;
        }
    }

    /// <summary>Parses one value. Allocates: for literals, parameters and tests.</summary>
    public static Datum ParseDatum(SqlType type, ReadOnlySpan<byte> text, TextFormat format)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Parse(type, text, format, scratch);
        return ValueBytes.ToDatum(type.Physical, scratch.Written);
    }

    /// <summary>A value's text. Allocates: for messages and tests. NULL is the word NULL.</summary>
    public static string Format(SqlType type, Datum value, TextFormat format)
    {
        if (value.IsNull)
        {
            return "NULL";
        }

        using ByteWriter scratch = ByteWriter.Rent();
        using ByteWriter text = ByteWriter.Rent();
        ValueBytes.Append(value, scratch);
        Write(type, scratch.Written, text, format);
        return Encoding.UTF8.GetString(text.Written);
    }

    /// <exception cref="SqlException">22021 unless the bytes are UTF-8 without a zero byte.</exception>
    public static void CheckEncoding(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text) || text.Contains((byte)0))
        {
            throw CodecErrors.InvalidEncoding(text);
        }
    }

    private static void WriteNested(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output, TextFormat format)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                ArrayText.Write(type, value, output, format);
                break;
            case SqlTypeKind.Record:
                RecordText.Write(type, value, output, format);
                break;
            case SqlTypeKind.Map:
                MapText.Write(type, value, output, format);
                break;
            default:
                throw new InvariantException($"no text form for type {type}");
        }
    }

    private static void ParseNested(SqlType type, ReadOnlySpan<byte> text, TextFormat format, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Json:
                JsonText.Validate(text);
                output.Append(text);
                break;
            case SqlTypeKind.Jsonb:
                JsonText.Normalize(text, output);
                break;
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                ArrayText.Parse(type, text, format, output);
                break;
            case SqlTypeKind.Record:
                RecordText.Parse(type, text, format, output);
                break;
            case SqlTypeKind.Map:
                MapText.Parse(type, text, format, output);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"cannot accept a value of type {type}");
        }
    }

    private static void WriteInteger(long value, IBufferWriter<byte> output)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }

    private static void WriteRegistered(SqlTypeKind type, uint oid, IBufferWriter<byte> output, TextFormat format)
    {
        if (oid == 0)
        {
            output.Write("-"u8);
        }
        else if (format.Names?.NameOf(type, oid) is { } name)
        {
            output.Write(Encoding.UTF8.GetBytes(name));
        }
        else
        {
            WriteInteger(oid, output);
        }
    }

    private static uint ParseRegistered(SqlType type, ReadOnlySpan<byte> text, TextFormat format)
    {
        if (text.SequenceEqual("-"u8))
        {
            return 0;
        }

        if (format.Names is null || (text.Length > 0 && char.IsAsciiDigit((char)text[0])))
        {
            return IntegerText.ParseOid(text, SqlTypeNames.Format(type));
        }

        string name = Encoding.UTF8.GetString(text);
        return format.Names.OidOf(type.Kind, name) ?? throw type.Kind switch
        {
            SqlTypeKind.RegClass => new SqlException(SqlState.UndefinedTable, $"relation \"{name}\" does not exist"),
            SqlTypeKind.RegProc => new SqlException(SqlState.UndefinedFunction, $"function \"{name}\" does not exist"),
            SqlTypeKind.RegNamespace => new SqlException(SqlState.InvalidSchemaName, $"schema \"{name}\" does not exist"),
            SqlTypeKind.RegRole => new SqlException(SqlState.UndefinedObject, $"role \"{name}\" does not exist"),
            _ => new SqlException(SqlState.UndefinedObject, $"type \"{name}\" does not exist"),
        };
    }

    private static void WriteSingleChar(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        // Bytes that are not ASCII are written in octal, so that the text stays valid UTF-8; zero is the empty string.
        if (value.Length > 0 && value[0] >= 0x80)
        {
            Span<byte> target = output.GetSpan(4);
            target[0] = (byte)'\\';
            target[1] = (byte)('0' + (value[0] >> 6));
            target[2] = (byte)('0' + ((value[0] >> 3) & 7));
            target[3] = (byte)('0' + (value[0] & 7));
            output.Advance(4);
        }
        else if (value.Length > 0 && value[0] != 0)
        {
            output.Write(value[..1]);
        }
    }

    private static void ParseSingleChar(ReadOnlySpan<byte> text, ByteWriter output)
    {
        if (text.Length == 4 && text[0] == '\\' && text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0)
        {
            output.Append((byte)(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0')));
        }
        else if (text.Length > 0)
        {
            output.Append(text[0]);
        }
    }
}
