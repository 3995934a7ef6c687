using StreamDb.Core.Types;

namespace StreamDb.PgWire.Codec;

/// <summary>pg_type.typlen as RowDescription tells it: bytes of a fixed-width type, -1 for variable length, -2 for C strings.</summary>
internal static class TypeLengths
{
    public static short Of(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Boolean or SqlTypeKind.SingleChar => 1,
        SqlTypeKind.Int16 => 2,
        SqlTypeKind.Int32 or SqlTypeKind.Float32 or SqlTypeKind.Date or SqlTypeKind.Oid or SqlTypeKind.RegClass
            or SqlTypeKind.RegType or SqlTypeKind.RegProc or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole
            or SqlTypeKind.Xid or SqlTypeKind.Void => 4,
        SqlTypeKind.Int64 or SqlTypeKind.Float64 or SqlTypeKind.Time or SqlTypeKind.Timestamp
            or SqlTypeKind.TimestampTz => 8,
        SqlTypeKind.Interval or SqlTypeKind.Uuid => 16,
        SqlTypeKind.AclItem => 12,
        SqlTypeKind.Name => 64,
        SqlTypeKind.Unknown => -2,
        _ => -1,
    };
}
