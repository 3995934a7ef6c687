using System.Collections.Frozen;

namespace StreamDb.Core.Types;

/// <summary>The oids by which clients know our types, and the facts that pg_type shows. All oids are PostgreSQL's own.</summary>
/// <remarks>
/// Records of every shape are <c>record</c> (2249). PostgreSQL has no map type: maps are announced as <c>text</c> (25) and
/// arrays of maps as <c>text[]</c>, so that every client reads their text form; <see cref="TypeOf"/> therefore never gives a map.
/// </remarks>
public static class TypeOids
{
    public const uint Record = 2249;
    public const uint RecordArray = 2287;
    public const uint Text = 25;
    public const uint TextArray = 1009;
    public const uint Unknown = 705;

    private static readonly (SqlTypeKind Kind, TypeFacts Facts)[] _table =
    [
        (SqlTypeKind.Boolean, new(16, 1000, "bool", 1, 'B', true, 'b', 'c', 'p', true, "bool")),
        (SqlTypeKind.Bytea, new(17, 1001, "bytea", -1, 'U', false, 'b', 'i', 'x', false, "bytea")),
        (SqlTypeKind.SingleChar, new(18, 1002, "char", 1, 'Z', false, 'b', 'c', 'p', true, "char")),
        (SqlTypeKind.Name, new(19, 1003, "name", 64, 'S', false, 'b', 'c', 'p', false, "name", ElementOid: 18, Collation: 950)),
        (SqlTypeKind.Int64, new(20, 1016, "int8", 8, 'N', false, 'b', 'd', 'p', true, "int8")),
        (SqlTypeKind.Int16, new(21, 1005, "int2", 2, 'N', false, 'b', 's', 'p', true, "int2")),
        (SqlTypeKind.Int2Vector, new(22, 1006, "int2vector", -1, 'A', false, 'b', 'i', 'p', false, "int2vector", ElementOid: 21)),
        (SqlTypeKind.Int32, new(23, 1007, "int4", 4, 'N', false, 'b', 'i', 'p', true, "int4")),
        (SqlTypeKind.RegProc, new(24, 1008, "regproc", 4, 'N', false, 'b', 'i', 'p', true, "regproc")),
        (SqlTypeKind.Text, new(25, 1009, "text", -1, 'S', true, 'b', 'i', 'x', false, "text", Collation: 100)),
        (SqlTypeKind.Oid, new(26, 1028, "oid", 4, 'N', true, 'b', 'i', 'p', true, "oid")),
        (SqlTypeKind.Xid, new(28, 1011, "xid", 4, 'U', false, 'b', 'i', 'p', true, "xid")),
        (SqlTypeKind.OidVector, new(30, 1013, "oidvector", -1, 'A', false, 'b', 'i', 'p', false, "oidvector", ElementOid: 26)),
        (SqlTypeKind.Json, new(114, 199, "json", -1, 'U', false, 'b', 'i', 'x', false, "json_")),
        (SqlTypeKind.PgNodeTree, new(194, 0, "pg_node_tree", -1, 'Z', false, 'b', 'i', 'x', false, "pg_node_tree_", Collation: 100)),
        (SqlTypeKind.Float32, new(700, 1021, "float4", 4, 'N', false, 'b', 'i', 'p', true, "float4")),
        (SqlTypeKind.Float64, new(701, 1022, "float8", 8, 'N', true, 'b', 'd', 'p', true, "float8")),
        (SqlTypeKind.Unknown, new(705, 0, "unknown", -2, 'X', false, 'p', 'c', 'p', false, "unknown")),
        (SqlTypeKind.AclItem, new(1033, 1034, "aclitem", 12, 'U', false, 'b', 'i', 'p', false, "aclitem")),
        (SqlTypeKind.Bpchar, new(1042, 1014, "bpchar", -1, 'S', false, 'b', 'i', 'x', false, "bpchar", true, Collation: 100)),
        (SqlTypeKind.Varchar, new(1043, 1015, "varchar", -1, 'S', false, 'b', 'i', 'x', false, "varchar", true, Collation: 100)),
        (SqlTypeKind.Date, new(1082, 1182, "date", 4, 'D', false, 'b', 'i', 'p', true, "date_")),
        (SqlTypeKind.Time, new(1083, 1183, "time", 8, 'D', false, 'b', 'd', 'p', true, "time_", true)),
        (SqlTypeKind.Timestamp, new(1114, 1115, "timestamp", 8, 'D', false, 'b', 'd', 'p', true, "timestamp_", true)),
        (SqlTypeKind.TimestampTz, new(1184, 1185, "timestamptz", 8, 'D', true, 'b', 'd', 'p', true, "timestamptz_", true)),
        (SqlTypeKind.Interval, new(1186, 1187, "interval", 16, 'T', true, 'b', 'd', 'p', false, "interval_", true)),
        (SqlTypeKind.Numeric, new(1700, 1231, "numeric", -1, 'N', false, 'b', 'i', 'm', false, "numeric_", true)),
        (SqlTypeKind.RegClass, new(2205, 2210, "regclass", 4, 'N', false, 'b', 'i', 'p', true, "regclass")),
        (SqlTypeKind.RegType, new(2206, 2211, "regtype", 4, 'N', false, 'b', 'i', 'p', true, "regtype")),
        (SqlTypeKind.Record, new(Record, RecordArray, "record", -1, 'P', false, 'p', 'd', 'x', false, "record_")),
        (SqlTypeKind.Any, new(2276, 0, "any", 4, 'P', false, 'p', 'i', 'p', true, "any_")),
        (SqlTypeKind.AnyArray, new(2277, 0, "anyarray", -1, 'P', false, 'p', 'd', 'x', false, "anyarray_")),
        (SqlTypeKind.Void, new(2278, 0, "void", 4, 'P', false, 'p', 'i', 'p', true, "void_")),
        (SqlTypeKind.AnyElement, new(2283, 0, "anyelement", 4, 'P', false, 'p', 'i', 'p', true, "anyelement_")),
        (SqlTypeKind.AnyNonArray, new(2776, 0, "anynonarray", 4, 'P', false, 'p', 'i', 'p', true, "anynonarray_")),
        (SqlTypeKind.Uuid, new(2950, 2951, "uuid", 16, 'U', false, 'b', 'c', 'p', false, "uuid_")),
        (SqlTypeKind.Jsonb, new(3802, 3807, "jsonb", -1, 'U', false, 'b', 'i', 'x', false, "jsonb_")),
        (SqlTypeKind.RegNamespace, new(4089, 4090, "regnamespace", 4, 'N', false, 'b', 'i', 'p', true, "regnamespace")),
        (SqlTypeKind.RegRole, new(4096, 4097, "regrole", 4, 'N', false, 'b', 'i', 'p', true, "regrole")),
    ];

    private static readonly FrozenDictionary<SqlTypeKind, TypeFacts> _facts =
        _table.ToFrozenDictionary(entry => entry.Kind, entry => entry.Facts);

    private static readonly FrozenDictionary<uint, SqlType> _types = BuildTypes();

    /// <summary>The facts of every type that pg_type lists, arrays included, by oid.</summary>
    public static IReadOnlyList<TypeFacts> All { get; } =
    [
        .. _table.Select(entry => entry.Facts)
            .Concat(_table.Where(entry => entry.Facts.ArrayOid != 0).Select(entry => entry.Facts.ArrayFacts!))
            .OrderBy(facts => facts.Oid),
    ];

    /// <summary>The oid of a type.</summary>
    public static uint OidOf(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Array => ArrayOidOf(type.Element!),
        SqlTypeKind.Map or SqlTypeKind.AnyMap => Text,
        SqlTypeKind.AnyRecord => Record,
        _ => _facts[type.Kind].Oid,
    };

    /// <summary>The oid of the array of <paramref name="element"/>; text[] where PostgreSQL has no such array type.</summary>
    public static uint ArrayOidOf(SqlType element) =>
        element.IsArray ? ArrayOidOf(element.Element!)
        : _facts.TryGetValue(element.Kind, out TypeFacts? facts) && facts.ArrayOid != 0 ? facts.ArrayOid
        : TextArray;

    /// <summary>The type of an oid (a record without known fields for 2249); null for an oid that we do not know.</summary>
    public static SqlType? TypeOf(uint oid) => _types.GetValueOrDefault(oid);

    /// <summary>The facts of a type's own pg_type row (text's for a map).</summary>
    public static TypeFacts FactsOf(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Array when _facts.TryGetValue(type.Element!.Kind, out TypeFacts? facts) && facts.ArrayOid != 0 => facts.ArrayFacts!,
        SqlTypeKind.Array => _facts[SqlTypeKind.Text].ArrayFacts!,
        SqlTypeKind.Map or SqlTypeKind.AnyMap => _facts[SqlTypeKind.Text],
        SqlTypeKind.AnyRecord => _facts[SqlTypeKind.Record],
        _ => _facts[type.Kind],
    };

    /// <summary>typlen of a type, as RowDescription carries it.</summary>
    public static short LengthOf(SqlType type) => FactsOf(type).Length;

    private static FrozenDictionary<uint, SqlType> BuildTypes()
    {
        var types = new Dictionary<uint, SqlType>();
        foreach ((SqlTypeKind kind, TypeFacts facts) in _table)
        {
            SqlType type = kind == SqlTypeKind.Record ? SqlType.Record([]) : SqlType.OfKind(kind);
            types.Add(facts.Oid, type);
            if (facts.ArrayOid != 0)
            {
                types.Add(facts.ArrayOid, SqlType.ArrayOf(type));
            }
        }

        return types.ToFrozenDictionary();
    }
}
