namespace StreamDb.Core.Types;

/// <summary>Precision and scale of types, as information_schema.columns shows them.</summary>
public static class TypePrecision
{
    /// <summary>Digits, the base they are counted in, and the scale; nulls where the type has none.</summary>
    public static (int? Precision, int? Radix, int? Scale) Of(SqlType? type) => type?.Kind switch
    {
        SqlTypeKind.Int16 => (16, 2, 0),
        SqlTypeKind.Int32 => (32, 2, 0),
        SqlTypeKind.Int64 => (64, 2, 0),
        SqlTypeKind.Float32 => (24, 2, null),
        SqlTypeKind.Float64 => (53, 2, null),
        SqlTypeKind.Numeric when type.Modifier >= 4 => (((type.Modifier - 4) >> 16) & 0xFFFF, 10, (((type.Modifier - 4) & 0x7FF) ^ 0x400) - 0x400),
        SqlTypeKind.Numeric => (null, 10, null),
        _ => (null, null, null),
    };

    /// <summary>Digits of a second.</summary>
    public static int? DateTimePrecision(SqlType? type) => type?.Kind switch
    {
        SqlTypeKind.Date => 0,
        SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz => type.Modifier >= 0 ? type.Modifier : 6,
        SqlTypeKind.Interval => 6,
        _ => null,
    };
}
