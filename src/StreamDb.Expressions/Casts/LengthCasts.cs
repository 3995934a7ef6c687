using System.Runtime.InteropServices;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Length coercions: what a type's modifier does to a value that already has the type.</summary>
internal static class LengthCasts
{
    /// <summary>The coercion that <paramref name="to"/>'s modifier asks for; null when it has none or the value already obeys it.</summary>
    public static ScalarImplementation? Implementation(SqlType from, SqlType to, CastContext context)
    {
        if (!TypeModifiers.Applies(to) || from.Equals(to) || (from.Kind == to.Kind && IsWider(from, to)))
        {
            return null;
        }

        var coercion = new Coercer(to, context == CastContext.Explicit);
        return new ScalarImplementation(
            to.Physical switch
            {
                PhysicalType.Numeric => coercion.Fit<Numeric>,
                PhysicalType.Interval => coercion.Fit<Interval>,
                PhysicalType.Int64 => coercion.Fit<long>,
                _ => (Delegate)coercion.FitBytes,
            },
            to.Physical is PhysicalType.Int64 or PhysicalType.Interval ? FailureMode.None : FailureMode.Throws);
    }

    /// <summary>Every value of <paramref name="from"/> already obeys <paramref name="to"/>.</summary>
    private static bool IsWider(SqlType from, SqlType to) => to.Kind switch
    {
        SqlTypeKind.Varchar => from.Modifier >= 4 && from.Modifier <= to.Modifier,
        _ => false,
    };

    private sealed class Coercer(SqlType type, bool isExplicit)
    {
        public T Fit<T>(T value)
            where T : unmanaged
        {
            using ByteWriter scratch = ByteWriter.Rent();
            TypeModifiers.Apply(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), isExplicit, scratch);
            return MemoryMarshal.Read<T>(scratch.Written);
        }

        public ByteSlice FitBytes(ByteSlice value, EvaluationContext c)
        {
            using ByteWriter scratch = ByteWriter.Rent();
            TypeModifiers.Apply(type, value.Span, isExplicit, scratch);
            return c.Bytes(scratch.Written);
        }
    }
}
