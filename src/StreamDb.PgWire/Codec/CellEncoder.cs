using System.Buffers.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Types;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Codec;

/// <summary>Writes the values of one result column in the format the client asked for. Chosen once per result.</summary>
/// <remarks>
/// The commonest types have encoders of their own, one call from row to buffer; the rest goes through
/// <see cref="TextCodec"/> and <see cref="BinaryCodec"/>, whose bytes the special ones must equal.
/// </remarks>
internal abstract class CellEncoder
{
    /// <summary>Appends the bytes of a value that is not NULL, without its length.</summary>
    public abstract void Write(Column column, int row, MessageWriter output);

    public static CellEncoder For(SqlType type, bool isBinary, TextFormat format) => type.Kind switch
    {
        SqlTypeKind.Int16 => isBinary ? Int16Binary.Instance : Int16Text.Instance,
        SqlTypeKind.Int32 => isBinary ? Int32Binary.Instance : Int32Text.Instance,
        SqlTypeKind.Int64 => isBinary ? Int64Binary.Instance : Int64Text.Instance,
        SqlTypeKind.Text or SqlTypeKind.Varchar => RawBytes.Instance,
        _ => isBinary ? new AnyBinary(type) : new AnyText(type, format),
    };

    // Hot path: per value.
    private sealed class Int16Binary : CellEncoder
    {
        public static Int16Binary Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => output.WriteInt16(column.Get<short>(row));
    }

    private sealed class Int32Binary : CellEncoder
    {
        public static Int32Binary Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => output.WriteInt32(column.Get<int>(row));
    }

    private sealed class Int64Binary : CellEncoder
    {
        public static Int64Binary Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => output.WriteInt64(column.Get<long>(row));
    }

    private sealed class Int16Text : CellEncoder
    {
        public static Int16Text Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => WriteInteger(column.Get<short>(row), output);
    }

    private sealed class Int32Text : CellEncoder
    {
        public static Int32Text Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => WriteInteger(column.Get<int>(row), output);
    }

    private sealed class Int64Text : CellEncoder
    {
        public static Int64Text Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => WriteInteger(column.Get<long>(row), output);
    }

    private sealed class RawBytes : CellEncoder
    {
        public static RawBytes Instance { get; } = new();

        public override void Write(Column column, int row, MessageWriter output) => output.WriteBytes(column.GetBytes(row).Span);
    }

    private sealed class AnyText(SqlType type, TextFormat format) : CellEncoder
    {
        public override void Write(Column column, int row, MessageWriter output) => TextCodec.Write(type, column, row, output, format);
    }

    private sealed class AnyBinary(SqlType type) : CellEncoder
    {
        public override void Write(Column column, int row, MessageWriter output) => BinaryCodec.Write(type, column, row, output);
    }

    private static void WriteInteger(long value, MessageWriter output)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }
}
