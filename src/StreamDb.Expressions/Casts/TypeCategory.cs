using StreamDb.Core.Types;

namespace StreamDb.Expressions.Casts;

/// <summary>PostgreSQL's type categories (typcategory) and preferred types, which overload resolution works with.</summary>
internal static class TypeCategory
{
    public const char String = 'S';
    public const char Unknown = 'X';

    public static char Of(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Unknown => Unknown,
        SqlTypeKind.Boolean => 'B',
        SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 or SqlTypeKind.Float32 or SqlTypeKind.Float64
            or SqlTypeKind.Numeric or SqlTypeKind.Oid or SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc
            or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole => 'N',
        SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Name => String,
        SqlTypeKind.Date or SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz => 'D',
        SqlTypeKind.Interval => 'T',
        SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector => 'A',
        SqlTypeKind.Record => 'C',
        SqlTypeKind.SingleChar or SqlTypeKind.PgNodeTree => 'Z',
        >= SqlTypeKind.Any => 'P',
        _ => 'U',
    };

    public static bool IsPreferred(SqlType type) => type.Kind is SqlTypeKind.Boolean or SqlTypeKind.Float64 or SqlTypeKind.Oid
        or SqlTypeKind.Text or SqlTypeKind.TimestampTz or SqlTypeKind.Interval;
}
