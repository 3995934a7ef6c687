using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

/// <summary>The CLR type that carries a value of each physical type in compiled code.</summary>
internal static class ClrTypes
{
    public static Type Of(PhysicalType type) => type switch
    {
        PhysicalType.Bool => typeof(bool),
        PhysicalType.Int16 => typeof(short),
        PhysicalType.Int32 => typeof(int),
        PhysicalType.Int64 => typeof(long),
        PhysicalType.Float32 => typeof(float),
        PhysicalType.Float64 => typeof(double),
        PhysicalType.Numeric => typeof(Numeric),
        PhysicalType.Interval => typeof(Interval),
        PhysicalType.Uuid => typeof(Uuid),
        PhysicalType.Bytes => typeof(ByteSlice),
        _ => throw new InvariantException($"unknown physical type {type}"),
    };
}
