using StreamDb.Core.Diagnostics;

namespace StreamDb.Core.Types;

public static class PhysicalTypes
{
    /// <summary>Bytes of one value; 0 for <see cref="PhysicalType.Bytes"/>.</summary>
    public static int Width(this PhysicalType type) => type switch
    {
        PhysicalType.Bool => 1,
        PhysicalType.Int16 => 2,
        PhysicalType.Int32 or PhysicalType.Float32 => 4,
        PhysicalType.Int64 or PhysicalType.Float64 => 8,
        PhysicalType.Numeric or PhysicalType.Interval or PhysicalType.Uuid => 16,
        PhysicalType.Bytes => 0,
        _ => throw new InvariantException($"unknown physical type {type}"),
    };
}
