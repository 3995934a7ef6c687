using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Coordinator.Epochs;

/// <summary>An epoch as the payload of a log record: its time and entries. Little-endian; columns are copied as they lie in memory.</summary>
/// <remarks>
/// The log's frame guards the bytes; the version byte guards their meaning. Layout: version, µs of now(), then entries of a
/// kind byte and a body, until the end.
/// </remarks>
internal static class EpochRecord
{
    private const byte Version = 1;
    private const byte KindDelta = 1;
    private const byte KindDdl = 2;
    private const byte KindOffset = 3;
    private const byte KindEarlierDdl = 4;

    public static void Write(long nowMicroseconds, IReadOnlyList<LogEntry> entries, IBufferWriter<byte> output)
    {
        output.Write([Version]);
        WriteInt64(output, nowMicroseconds);
        foreach (LogEntry entry in entries)
        {
            switch (entry)
            {
                case DeltaEntry delta:
                    output.Write([KindDelta]);
                    WriteInt32(output, (int)delta.Relation.Value);
                    WriteDeltas(output, delta.Deltas);
                    break;
                case DdlEntry ddl:
                    output.Write([ddl.BoundMicroseconds is null ? KindDdl : KindEarlierDdl]);
                    if (ddl.BoundMicroseconds is { } bound)
                    {
                        WriteInt64(output, bound);
                    }

                    WriteInt32(output, (int)ddl.FirstOid);
                    WriteText(output, ddl.Sql);
                    WriteText(output, ddl.User);
                    WriteText(output, ddl.TimeZone);
                    WriteInt32(output, ddl.SearchPath.Count);
                    foreach (string schema in ddl.SearchPath)
                    {
                        WriteText(output, schema);
                    }

                    break;
                case OffsetEntry offset:
                    output.Write([KindOffset]);
                    WriteInt32(output, (int)offset.Source.Value);
                    WriteInt32(output, offset.Offset.Length);
                    output.Write(offset.Offset.Span);
                    break;
            }
        }
    }

    /// <summary>Reads a payload back; the receiver releases the deltas.</summary>
    /// <exception cref="SqlException">0A000: a newer format. XX001: not an epoch record.</exception>
    public static (long NowMicroseconds, IReadOnlyList<LogEntry> Entries) Read(ReadOnlySpan<byte> payload)
    {
        var reader = new Reader(payload);
        byte version = reader.Byte();
        if (version != Version)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"log record format {version} is newer than this program");
        }

        long now = reader.Int64();
        var entries = new List<LogEntry>();
        while (!reader.IsAtEnd)
        {
            byte kind = reader.Byte();
            switch (kind)
            {
                case KindDelta:
                    entries.Add(new DeltaEntry(new RelationId((uint)reader.Int32()), ReadDeltas(ref reader)));
                    break;
                case KindDdl or KindEarlierDdl:
                    {
                        long? bound = kind == KindEarlierDdl ? reader.Int64() : null;
                        uint oid = (uint)reader.Int32();
                        string sql = reader.Text();
                        string user = reader.Text();
                        string zone = reader.Text();
                        string[] path = new string[reader.Count()];
                        for (int i = 0; i < path.Length; i++)
                        {
                            path[i] = reader.Text();
                        }

                        entries.Add(new DdlEntry(sql, path, user, zone, oid) { BoundMicroseconds = bound });
                        break;
                    }

                case KindOffset:
                    {
                        var source = new RelationId((uint)reader.Int32());
                        entries.Add(new OffsetEntry(source, reader.Bytes(reader.Int32()).ToArray()));
                        break;
                    }

                default:
                    throw new SqlException(SqlState.DataCorrupted, $"log entry of unknown kind {kind}");
            }
        }

        return (now, entries);
    }

    private static unsafe void WriteDeltas(IBufferWriter<byte> output, DeltaBatch deltas)
    {
        WriteInt32(output, deltas.Count);
        WriteInt32(output, deltas.Rows.ColumnCount);
        output.Write([deltas.Weights is null ? (byte)0 : (byte)1]);
        if (deltas.Weights is not null)
        {
            output.Write(new ReadOnlySpan<byte>(deltas.Weights.Values, deltas.Count * sizeof(long)));
        }

        foreach (Column column in deltas.Rows.Columns)
        {
            output.Write([(byte)column.Type, column.HasNulls ? (byte)1 : (byte)0]);
            if (column.HasNulls)
            {
                output.Write(new ReadOnlySpan<byte>(column.Validity, ((column.Count + 63) / 64) * 8));
            }

            if (column.Type == PhysicalType.Bytes)
            {
                int bytes = column.Offsets[column.Count];
                WriteInt32(output, bytes);
                output.Write(new ReadOnlySpan<byte>(column.Offsets, (column.Count + 1) * sizeof(int)));
                output.Write(new ReadOnlySpan<byte>(column.Values, bytes));
            }
            else
            {
                output.Write(new ReadOnlySpan<byte>(column.Values, column.Count * column.Type.Width()));
            }
        }
    }

    private static unsafe DeltaBatch ReadDeltas(ref Reader reader)
    {
        int count = reader.Int32();
        int columnCount = reader.Count();
        if (count < 0)
        {
            throw Corrupted("a negative number of rows");
        }

        Column? weights = null;
        if (reader.Byte() == 1)
        {
            weights = ReadFixed(PhysicalType.Int64, count, reader.Bytes((long)count * sizeof(long)), default);
        }

        var columns = new Column[columnCount];
        for (int i = 0; i < columns.Length; i++)
        {
            var type = (PhysicalType)reader.Byte();
            if (type > PhysicalType.Bytes)
            {
                throw Corrupted("an unknown column type");
            }

            ReadOnlySpan<byte> validity = reader.Byte() == 1 ? reader.Bytes((((long)count + 63) / 64) * 8) : default;
            if (type == PhysicalType.Bytes)
            {
                int bytes = reader.Int32();
                ReadOnlySpan<byte> offsets = reader.Bytes(((long)count + 1) * sizeof(int));
                ReadOnlySpan<byte> values = reader.Bytes(bytes);
                using var builder = new ColumnBuilder(type, count);
                builder.Reserve(count);
                builder.ReserveBytes(bytes);
                for (int row = 0; row < count; row++)
                {
                    if (IsNull(validity, row))
                    {
                        builder.AppendNull();
                        continue;
                    }

                    int start = BinaryPrimitives.ReadInt32LittleEndian(offsets[(row * 4)..]);
                    int end = BinaryPrimitives.ReadInt32LittleEndian(offsets[((row + 1) * 4)..]);
                    builder.AppendBytes(start >= 0 && start <= end && end <= bytes ? values[start..end] : throw Corrupted("offsets out of order"));
                }

                columns[i] = builder.Finish();
            }
            else
            {
                columns[i] = ReadFixed(type, count, reader.Bytes((long)count * type.Width()), validity);
            }
        }

        return new DeltaBatch(new ColumnBatch(columns, count), weights);
    }

    private static unsafe Column ReadFixed(PhysicalType type, int count, ReadOnlySpan<byte> values, ReadOnlySpan<byte> validity)
    {
        using var builder = new ColumnBuilder(type, count);
        builder.Reserve(Math.Max(1, count));
        values.CopyTo(new Span<byte>(builder.Values, values.Length));
        builder.Advance(count);
        for (int row = 0; row < count; row++)
        {
            if (IsNull(validity, row))
            {
                builder.SetNull(row);
            }
        }

        return builder.Finish();
    }

    private static bool IsNull(ReadOnlySpan<byte> validity, int row) =>
        !validity.IsEmpty && (validity[row >> 3] & (1 << (row & 7))) == 0;

    private static void WriteInt32(IBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    private static void WriteInt64(IBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteInt32(output, bytes.Length);
        output.Write(bytes);
    }

    private static SqlException Corrupted(string what) => new(SqlState.DataCorrupted, $"log record with {what}");

    private ref struct Reader(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _rest = data;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public ReadOnlySpan<byte> Bytes(long count)
        {
            if (count < 0 || count > _rest.Length)
            {
                throw new SqlException(SqlState.DataCorrupted, "log record ends too early");
            }

            ReadOnlySpan<byte> result = _rest[..(int)count];
            _rest = _rest[(int)count..];
            return result;
        }

        /// <summary>How many things follow, each of at least one byte.</summary>
        public int Count()
        {
            int count = Int32();
            return count >= 0 && count <= _rest.Length ? count : throw Corrupted("more parts than bytes");
        }

        public byte Byte() => Bytes(1)[0];

        public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

        public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

        public string Text() => Encoding.UTF8.GetString(Bytes(Int32()));
    }
}
