using System.Runtime.InteropServices;
using StreamDb.Core.Codecs;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions between any type and text, by the types' own text forms.</summary>
internal static class TextCasts
{
    /// <summary>From <paramref name="type"/> to text.</summary>
    public static ScalarImplementation ToText(SqlType type)
    {
        if (type.Kind == SqlTypeKind.Boolean)
        {
            return new ScalarImplementation(BooleanToText, FailureMode.None);
        }

        var writer = new TextWriter(type);
        return new ScalarImplementation(
            type.Physical switch
            {
                PhysicalType.Int16 => writer.Write<short>,
                PhysicalType.Int32 => writer.Write<int>,
                PhysicalType.Int64 => writer.Write<long>,
                PhysicalType.Float32 => writer.Write<float>,
                PhysicalType.Float64 => writer.Write<double>,
                PhysicalType.Numeric => writer.Write<Numeric>,
                PhysicalType.Interval => writer.Write<Interval>,
                PhysicalType.Uuid => writer.Write<Uuid>,
                _ => (Delegate)writer.WriteBytes,
            },
            FailureMode.None);
    }

    /// <summary>As the type's output function writes it, which for boolean is t or f.</summary>
    public static ScalarImplementation Output(SqlType type) => type.Kind == SqlTypeKind.Boolean
        ? new ScalarImplementation(BooleanOutput, FailureMode.None)
        : ToText(type);

    /// <summary>From text to <paramref name="type"/>; its modifier decides what a bare number in an interval means.</summary>
    public static ScalarImplementation FromText(SqlType type)
    {
        var reader = new TextReader(type);
        return new ScalarImplementation(
            type.Physical switch
            {
                PhysicalType.Bool => reader.Read<bool>,
                PhysicalType.Int16 => reader.Read<short>,
                PhysicalType.Int32 => reader.Read<int>,
                PhysicalType.Int64 => reader.Read<long>,
                PhysicalType.Float32 => reader.Read<float>,
                PhysicalType.Float64 => reader.Read<double>,
                PhysicalType.Numeric => reader.Read<Numeric>,
                PhysicalType.Interval => reader.Read<Interval>,
                PhysicalType.Uuid => reader.Read<Uuid>,
                PhysicalType.Bytes => (Delegate)reader.ReadBytes,
                _ => throw new InvariantException($"unknown physical type {type.Physical}"),
            },
            FailureMode.Throws);
    }

    private static ByteSlice BooleanToText(bool value, EvaluationContext c) => c.Bytes(value ? "true"u8 : "false"u8);

    private static ByteSlice BooleanOutput(bool value, EvaluationContext c) => c.Bytes(value ? "t"u8 : "f"u8);

    private sealed class TextWriter(SqlType type)
    {
        public ByteSlice Write<T>(T value, EvaluationContext c)
            where T : unmanaged => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), c);

        public ByteSlice WriteBytes(ByteSlice value, EvaluationContext c) => Write(value.Span, c);

        private ByteSlice Write(ReadOnlySpan<byte> value, EvaluationContext c)
        {
            using ByteWriter scratch = ByteWriter.Rent();
            TextCodec.Write(type, value, scratch, c.Format);
            return c.Bytes(scratch.Written);
        }
    }

    private sealed class TextReader(SqlType type)
    {
        public T Read<T>(ByteSlice text, EvaluationContext c)
            where T : unmanaged
        {
            using ByteWriter scratch = ByteWriter.Rent();
            TextCodec.Parse(type, text.Span, c.Format, scratch);
            return MemoryMarshal.Read<T>(scratch.Written);
        }

        public ByteSlice ReadBytes(ByteSlice text, EvaluationContext c)
        {
            using ByteWriter scratch = ByteWriter.Rent();
            TextCodec.Parse(type, text.Span, c.Format, scratch);
            return c.Bytes(scratch.Written);
        }
    }
}
