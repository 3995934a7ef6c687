using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;

namespace StreamDb.Core.Types;

/// <summary>A SQL type with its modifier and parts. Immutable; compared by value.</summary>
/// <remarks>
/// <see cref="Modifier"/> is PostgreSQL's typmod (-1 when absent): numeric(12,2) is ((12 &lt;&lt; 16) | 2) + 4, varchar(20) is
/// 24, char(3) is 7, time and timestamp precision as it is. <see cref="Equals(SqlType?)"/> includes the modifier;
/// <see cref="SameAs"/> ignores it, which is what overload resolution wants.
/// </remarks>
public sealed class SqlType : IEquatable<SqlType>
{
    private SqlType(SqlTypeKind kind, PhysicalType physical, int modifier = -1)
    {
        Kind = kind;
        Physical = physical;
        Modifier = modifier;
    }

    public static SqlType Unknown { get; } = new(SqlTypeKind.Unknown, PhysicalType.Bytes);

    public static SqlType Void { get; } = new(SqlTypeKind.Void, PhysicalType.Bytes);

    public static SqlType Boolean { get; } = new(SqlTypeKind.Boolean, PhysicalType.Bool);

    public static SqlType Int16 { get; } = new(SqlTypeKind.Int16, PhysicalType.Int16);

    public static SqlType Int32 { get; } = new(SqlTypeKind.Int32, PhysicalType.Int32);

    public static SqlType Int64 { get; } = new(SqlTypeKind.Int64, PhysicalType.Int64);

    public static SqlType Float32 { get; } = new(SqlTypeKind.Float32, PhysicalType.Float32);

    public static SqlType Float64 { get; } = new(SqlTypeKind.Float64, PhysicalType.Float64);

    public static SqlType Numeric { get; } = new(SqlTypeKind.Numeric, PhysicalType.Numeric);

    public static SqlType Date { get; } = new(SqlTypeKind.Date, PhysicalType.Int32);

    public static SqlType Time { get; } = new(SqlTypeKind.Time, PhysicalType.Int64);

    public static SqlType Timestamp { get; } = new(SqlTypeKind.Timestamp, PhysicalType.Int64);

    public static SqlType TimestampTz { get; } = new(SqlTypeKind.TimestampTz, PhysicalType.Int64);

    public static SqlType Interval { get; } = new(SqlTypeKind.Interval, PhysicalType.Interval);

    public static SqlType Uuid { get; } = new(SqlTypeKind.Uuid, PhysicalType.Uuid);

    public static SqlType Text { get; } = new(SqlTypeKind.Text, PhysicalType.Bytes);

    public static SqlType Varchar { get; } = new(SqlTypeKind.Varchar, PhysicalType.Bytes);

    public static SqlType Bpchar { get; } = new(SqlTypeKind.Bpchar, PhysicalType.Bytes);

    public static SqlType Name { get; } = new(SqlTypeKind.Name, PhysicalType.Bytes);

    public static SqlType SingleChar { get; } = new(SqlTypeKind.SingleChar, PhysicalType.Bytes);

    public static SqlType Bytea { get; } = new(SqlTypeKind.Bytea, PhysicalType.Bytes);

    public static SqlType Json { get; } = new(SqlTypeKind.Json, PhysicalType.Bytes);

    public static SqlType Jsonb { get; } = new(SqlTypeKind.Jsonb, PhysicalType.Bytes);

    public static SqlType Oid { get; } = new(SqlTypeKind.Oid, PhysicalType.Int32);

    public static SqlType RegClass { get; } = new(SqlTypeKind.RegClass, PhysicalType.Int32);

    public static SqlType RegType { get; } = new(SqlTypeKind.RegType, PhysicalType.Int32);

    public static SqlType RegProc { get; } = new(SqlTypeKind.RegProc, PhysicalType.Int32);

    public static SqlType RegNamespace { get; } = new(SqlTypeKind.RegNamespace, PhysicalType.Int32);

    public static SqlType RegRole { get; } = new(SqlTypeKind.RegRole, PhysicalType.Int32);

    public static SqlType Xid { get; } = new(SqlTypeKind.Xid, PhysicalType.Int32);

    public static SqlType Int2Vector { get; } = new(SqlTypeKind.Int2Vector, PhysicalType.Bytes);

    public static SqlType OidVector { get; } = new(SqlTypeKind.OidVector, PhysicalType.Bytes);

    public static SqlType PgNodeTree { get; } = new(SqlTypeKind.PgNodeTree, PhysicalType.Bytes);

    public static SqlType AclItem { get; } = new(SqlTypeKind.AclItem, PhysicalType.Bytes);

    public static SqlType Any { get; } = new(SqlTypeKind.Any, PhysicalType.Bytes);

    public static SqlType AnyElement { get; } = new(SqlTypeKind.AnyElement, PhysicalType.Bytes);

    public static SqlType AnyArray { get; } = new(SqlTypeKind.AnyArray, PhysicalType.Bytes);

    public static SqlType AnyNonArray { get; } = new(SqlTypeKind.AnyNonArray, PhysicalType.Bytes);

    public static SqlType AnyMap { get; } = new(SqlTypeKind.AnyMap, PhysicalType.Bytes);

    public static SqlType AnyRecord { get; } = new(SqlTypeKind.AnyRecord, PhysicalType.Bytes);

    public SqlTypeKind Kind { get; }

    public PhysicalType Physical { get; }

    public int Modifier { get; }

    /// <summary>Element type of an array; value type of a map; else null.</summary>
    public SqlType? Element { get; private init; }

    /// <summary>Key type of a map; else null.</summary>
    public SqlType? Key { get; private init; }

    /// <summary>Fields of a record; empty else.</summary>
    public ImmutableArray<RecordField> Fields { get; private init; } = [];

    public bool IsArray => Kind == SqlTypeKind.Array;

    public bool IsInteger => Kind is SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64;

    public bool IsNumber => IsInteger || Kind is SqlTypeKind.Float32 or SqlTypeKind.Float64 or SqlTypeKind.Numeric;

    /// <summary>text, varchar, char(n), name or unknown: a UTF-8 string.</summary>
    public bool IsString => Kind is SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Name
        or SqlTypeKind.Unknown;

    public bool IsPseudo => Kind >= SqlTypeKind.Any;

    /// <summary>An array of <paramref name="element"/>. As in PostgreSQL the number of dimensions belongs to the value, not the type.</summary>
    public static SqlType ArrayOf(SqlType element) => new(SqlTypeKind.Array, PhysicalType.Bytes)
    {
        Element = element.IsArray ? element.Element : element,
    };

    public static SqlType Record(ImmutableArray<RecordField> fields) =>
        new(SqlTypeKind.Record, PhysicalType.Bytes) { Fields = fields };

    public static SqlType Map(SqlType key, SqlType value) =>
        new(SqlTypeKind.Map, PhysicalType.Bytes) { Key = key, Element = value };

    /// <summary>numeric(precision, scale).</summary>
    public static SqlType NumericOf(int precision, int scale) =>
        Numeric.WithModifier(((precision << 16) | (scale & 0x7FF)) + 4);

    public SqlType WithModifier(int modifier) => modifier == Modifier
        ? this
        : new SqlType(Kind, Physical, modifier) { Element = Element, Key = Key, Fields = Fields };

    public SqlType WithoutModifier() => WithModifier(-1);

    /// <summary>Equal but for modifiers and field names (of itself and its parts).</summary>
    public bool SameAs(SqlType other) => Same(this, other, exact: false);

    public bool Equals(SqlType? other) => other is not null && Same(this, other, exact: true);

    public override bool Equals(object? obj) => Equals(obj as SqlType);

    public override int GetHashCode() => HashCode.Combine(Kind, Modifier, Element, Key, Fields.Length);

    public static bool operator ==(SqlType? left, SqlType? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(SqlType? left, SqlType? right) => !(left == right);

    /// <summary>The name that format_type gives: <c>integer</c>, <c>character varying(20)</c>, <c>integer[]</c>.</summary>
    public override string ToString() => SqlTypeNames.Format(this);

    /// <summary>The type without parts of that kind.</summary>
    public static SqlType OfKind(SqlTypeKind kind) => kind switch
    {
        SqlTypeKind.Unknown => Unknown,
        SqlTypeKind.Void => Void,
        SqlTypeKind.Boolean => Boolean,
        SqlTypeKind.Int16 => Int16,
        SqlTypeKind.Int32 => Int32,
        SqlTypeKind.Int64 => Int64,
        SqlTypeKind.Float32 => Float32,
        SqlTypeKind.Float64 => Float64,
        SqlTypeKind.Numeric => Numeric,
        SqlTypeKind.Date => Date,
        SqlTypeKind.Time => Time,
        SqlTypeKind.Timestamp => Timestamp,
        SqlTypeKind.TimestampTz => TimestampTz,
        SqlTypeKind.Interval => Interval,
        SqlTypeKind.Uuid => Uuid,
        SqlTypeKind.Text => Text,
        SqlTypeKind.Varchar => Varchar,
        SqlTypeKind.Bpchar => Bpchar,
        SqlTypeKind.Name => Name,
        SqlTypeKind.SingleChar => SingleChar,
        SqlTypeKind.Bytea => Bytea,
        SqlTypeKind.Json => Json,
        SqlTypeKind.Jsonb => Jsonb,
        SqlTypeKind.Oid => Oid,
        SqlTypeKind.RegClass => RegClass,
        SqlTypeKind.RegType => RegType,
        SqlTypeKind.RegProc => RegProc,
        SqlTypeKind.RegNamespace => RegNamespace,
        SqlTypeKind.RegRole => RegRole,
        SqlTypeKind.Xid => Xid,
        SqlTypeKind.Int2Vector => Int2Vector,
        SqlTypeKind.OidVector => OidVector,
        SqlTypeKind.PgNodeTree => PgNodeTree,
        SqlTypeKind.AclItem => AclItem,
        SqlTypeKind.Any => Any,
        SqlTypeKind.AnyElement => AnyElement,
        SqlTypeKind.AnyArray => AnyArray,
        SqlTypeKind.AnyNonArray => AnyNonArray,
        SqlTypeKind.AnyMap => AnyMap,
        SqlTypeKind.AnyRecord => AnyRecord,
        _ => throw new InvariantException($"type kind {kind} has parts"),
    };

    private static bool Same(SqlType left, SqlType right, bool exact)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Kind != right.Kind
            || (exact && left.Modifier != right.Modifier)
            || left.Fields.Length != right.Fields.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Fields.Length; i++)
        {
            if (!Same(left.Fields[i].Type, right.Fields[i].Type, exact)
                || (exact && left.Fields[i].Name != right.Fields[i].Name))
            {
                return false;
            }
        }

        return SamePart(left.Element, right.Element) && SamePart(left.Key, right.Key);

        bool SamePart(SqlType? a, SqlType? b) => a is null ? b is null : b is not null && Same(a, b, exact);
    }
}
