namespace StreamDb.Core.Types;

/// <summary>The SQL types, one per pg_type base row; arrays, records and maps carry their parts in <see cref="SqlType"/>.</summary>
public enum SqlTypeKind : byte
{
    /// <summary>A string literal or NULL whose type is not yet decided.</summary>
    Unknown,
    Void,
    Boolean,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Numeric,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Text,
    Varchar,

    /// <summary>char(n), blank padded.</summary>
    Bpchar,
    Name,

    /// <summary>PostgreSQL's one-byte "char".</summary>
    SingleChar,
    Bytea,
    Json,
    Jsonb,
    Oid,
    RegClass,
    RegType,
    RegProc,
    RegNamespace,
    RegRole,
    Xid,
    Int2Vector,
    OidVector,
    PgNodeTree,
    AclItem,
    Array,

    /// <summary>Anonymous or named composite (ROW, struct).</summary>
    Record,
    Map,

    // Pseudo-types, in function signatures only.
    Any,
    AnyElement,
    AnyArray,
    AnyNonArray,
    AnyMap,
    AnyRecord,
}
