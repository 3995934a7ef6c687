using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>One column in a packed row.</summary>
/// <param name="Column">Which column of the batch.</param>
/// <param name="IsNullable">Whether a NULL marker is written. Without it a NULL is an error (XX000), unless the codec leaves NULLs out.</param>
/// <param name="IsExact">
/// Whether values that compare equal but differ (1.0 and 1.00; '1 month' and '30 days'; -0.0 and 0.0) are kept apart. Exact
/// fields reproduce the original; the others are for comparing and give a representative.
/// </param>
public readonly record struct RowCodecField(
    int Column, PhysicalType Type, bool IsNullable, bool IsExact, bool Descending = false, bool NullsFirst = false)
{
    /// <summary>Bytes in a packed row without the NULL marker; 0 for variable length.</summary>
    internal int Width => Type == PhysicalType.Interval && IsExact ? 24 : Type.Width();

    /// <summary>Whether decoding gives back what was encoded, bit for bit.</summary>
    public bool IsLossless => IsExact || !IsLossy(Type);

    /// <summary>Whether equal values of this type may look different.</summary>
    public static bool IsLossy(PhysicalType type) =>
        type is PhysicalType.Numeric or PhysicalType.Interval or PhysicalType.Float32 or PhysicalType.Float64;
}
