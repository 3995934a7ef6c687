using System.Buffers;
using System.Buffers.Binary;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Arrays and records on the wire: counts and oids, then each value after its length (-1 for NULL).</summary>
internal static class NestedBinary
{
    public static void WriteArray(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        SqlType element = ArrayReader.ElementOf(type);
        var reader = new ArrayReader(element.Physical, value);
        bool isVector = type.Kind != SqlTypeKind.Array;
        bool hasNulls = false;
        for (int i = 0; i < reader.Count; i++)
        {
            hasNulls |= reader.IsNull(i);
        }

        WriteInt32(isVector ? 1 : reader.DimensionCount, output);
        WriteInt32(hasNulls ? 1 : 0, output);
        WriteInt32((int)TypeOids.OidOf(element), output);
        for (int i = 0; i < (isVector ? 1 : reader.DimensionCount); i++)
        {
            WriteInt32(reader.DimensionCount == 0 ? 0 : reader.Dimension(i), output);
            WriteInt32(isVector ? 0 : 1, output);
        }

        for (int i = 0; i < reader.Count; i++)
        {
            WriteValue(element, reader[i], reader.IsNull(i), output);
        }
    }

    public static void WriteRecord(SqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        var reader = new RecordReader(type, value);
        WriteInt32(reader.Count, output);
        for (int i = 0; i < reader.Count; i++)
        {
            SqlType field = type.Fields[i].Type;
            WriteInt32((int)TypeOids.OidOf(field), output);
            WriteValue(field, reader[i], reader.IsNull(i), output);
        }
    }

    /// <exception cref="SqlException">22P03; 42804 for elements of another type; 0A000 for lower bounds other than 1.</exception>
    public static void ReadArray(SqlType type, ReadOnlySpan<byte> wire, ByteWriter output)
    {
        SqlType element = ArrayReader.ElementOf(type);
        int dimensions = ReadInt32(ref wire);
        int flags = ReadInt32(ref wire);
        uint oid = (uint)ReadInt32(ref wire);
        if (dimensions is < 0 or > ArrayWriter.DimensionsMax || flags is not (0 or 1))
        {
            throw CodecErrors.Binary(dimensions is < 0 or > ArrayWriter.DimensionsMax ? $"invalid number of dimensions: {dimensions}" : "invalid array flags");
        }

        CheckOid(oid, element);
        Span<int> lengths = stackalloc int[dimensions];
        long count = dimensions == 0 ? 0 : 1;
        for (int i = 0; i < dimensions; i++)
        {
            lengths[i] = ReadInt32(ref wire);
            int lower = ReadInt32(ref wire);
            count *= lengths[i];

            // Each element takes at least the four bytes of its length.
            if (lengths[i] < 0 || count > wire.Length / sizeof(int))
            {
                throw CodecErrors.Binary("insufficient data left in message");
            }

            if (lower != (type.Kind == SqlTypeKind.Array ? 1 : 0) && count > 0)
            {
                throw new SqlException(SqlState.FeatureNotSupported, "array lower bounds other than 1 are not supported");
            }
        }

        ArrayWriter writer = new ArrayWriter().Begin(element);
        for (int i = 0; i < count; i++)
        {
            if (ReadValue(element, ref wire, writer.Element))
            {
                writer.EndElement();
            }
            else
            {
                writer.AppendNull();
            }
        }

        CheckEnd(wire);
        writer.Finish(lengths, output);
    }

    /// <exception cref="SqlException">22P03; 42804 for another number of fields, or fields of other types; 0A000 when the fields are not known.</exception>
    public static void ReadRecord(SqlType type, ReadOnlySpan<byte> wire, ByteWriter output)
    {
        if (type.Fields.Length == 0)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "input of anonymous composite types is not implemented");
        }

        int count = ReadInt32(ref wire);
        if (count != type.Fields.Length)
        {
            throw new SqlException(SqlState.DatatypeMismatch, $"wrong number of columns: {count}, expected {type.Fields.Length}");
        }

        RecordWriter writer = new RecordWriter().Begin();
        foreach (RecordField field in type.Fields)
        {
            CheckOid((uint)ReadInt32(ref wire), field.Type);
            if (ReadValue(field.Type, ref wire, writer.Field))
            {
                writer.EndField();
            }
            else
            {
                writer.AppendNull();
            }
        }

        CheckEnd(wire);
        writer.Finish(output);
    }

    private static void WriteInt32(int value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    private static void WriteValue(SqlType type, ReadOnlySpan<byte> value, bool isNull, IBufferWriter<byte> output)
    {
        if (isNull)
        {
            WriteInt32(-1, output);
            return;
        }

        using ByteWriter scratch = ByteWriter.Rent();
        BinaryCodec.Write(type, value, scratch);
        WriteInt32(scratch.Length, output);
        output.Write(scratch.Written);
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> wire)
    {
        if (wire.Length < sizeof(int))
        {
            throw CodecErrors.Binary("insufficient data left in message");
        }

        int value = BinaryPrimitives.ReadInt32BigEndian(wire);
        wire = wire[sizeof(int)..];
        return value;
    }

    /// <summary>Reads a value after its length; false for NULL.</summary>
    private static bool ReadValue(SqlType type, ref ReadOnlySpan<byte> wire, ByteWriter output)
    {
        int length = ReadInt32(ref wire);
        if (length == -1)
        {
            return false;
        }

        if (length < 0 || length > wire.Length)
        {
            throw CodecErrors.Binary("insufficient data left in message");
        }

        BinaryCodec.Read(type, wire[..length], output);
        wire = wire[length..];
        return true;
    }

    private static void CheckOid(uint oid, SqlType type)
    {
        uint expected = TypeOids.OidOf(type);
        bool areBothText = type.IsString && TypeOids.TypeOf(oid) is { IsString: true };
        if (oid != expected && !areBothText)
        {
            throw new SqlException(SqlState.DatatypeMismatch, $"binary data has array element type {oid} instead of expected {expected}");
        }
    }

    private static void CheckEnd(ReadOnlySpan<byte> wire)
    {
        if (!wire.IsEmpty)
        {
            throw CodecErrors.Binary("incorrect binary data format");
        }
    }
}
