using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Types;

/// <summary>SQL type names: as PostgreSQL's format_type prints them, and as users write them.</summary>
public static class SqlTypeNames
{
    private const int NumericPrecisionMax = 1000;
    private const int CharacterLengthMax = 10_485_760;

    private static readonly FrozenDictionary<string, SqlType> _byName = new Dictionary<string, SqlType>
    {
        ["bool"] = SqlType.Boolean,
        ["boolean"] = SqlType.Boolean,
        ["int2"] = SqlType.Int16,
        ["smallint"] = SqlType.Int16,
        ["int4"] = SqlType.Int32,
        ["int"] = SqlType.Int32,
        ["integer"] = SqlType.Int32,
        ["int8"] = SqlType.Int64,
        ["bigint"] = SqlType.Int64,
        ["float4"] = SqlType.Float32,
        ["real"] = SqlType.Float32,
        ["float8"] = SqlType.Float64,
        ["double precision"] = SqlType.Float64,
        ["double"] = SqlType.Float64,
        ["numeric"] = SqlType.Numeric,
        ["decimal"] = SqlType.Numeric,
        ["dec"] = SqlType.Numeric,
        ["date"] = SqlType.Date,
        ["time"] = SqlType.Time,
        ["time without time zone"] = SqlType.Time,
        ["timestamp"] = SqlType.Timestamp,
        ["timestamp without time zone"] = SqlType.Timestamp,
        ["timestamptz"] = SqlType.TimestampTz,
        ["timestamp with time zone"] = SqlType.TimestampTz,
        ["interval"] = SqlType.Interval,
        ["uuid"] = SqlType.Uuid,
        ["text"] = SqlType.Text,
        ["string"] = SqlType.Text,
        ["varchar"] = SqlType.Varchar,
        ["character varying"] = SqlType.Varchar,
        ["char varying"] = SqlType.Varchar,
        ["bpchar"] = SqlType.Bpchar,
        ["char"] = SqlType.Bpchar,
        ["character"] = SqlType.Bpchar,
        ["name"] = SqlType.Name,
        ["\"char\""] = SqlType.SingleChar,
        ["bytea"] = SqlType.Bytea,
        ["bytes"] = SqlType.Bytea,
        ["json"] = SqlType.Json,
        ["jsonb"] = SqlType.Jsonb,
        ["oid"] = SqlType.Oid,
        ["regclass"] = SqlType.RegClass,
        ["regtype"] = SqlType.RegType,
        ["regproc"] = SqlType.RegProc,
        ["regnamespace"] = SqlType.RegNamespace,
        ["regrole"] = SqlType.RegRole,
        ["xid"] = SqlType.Xid,
        ["int2vector"] = SqlType.Int2Vector,
        ["oidvector"] = SqlType.OidVector,
        ["pg_node_tree"] = SqlType.PgNodeTree,
        ["aclitem"] = SqlType.AclItem,
        ["unknown"] = SqlType.Unknown,
        ["void"] = SqlType.Void,
        ["record"] = SqlType.Record([]),
        ["anyelement"] = SqlType.AnyElement,
        ["anyarray"] = SqlType.AnyArray,
        ["anynonarray"] = SqlType.AnyNonArray,
    }.ToFrozenDictionary();

    /// <summary>The type that a user names. Serial types are not types; arrays, structs and maps have syntax of their own.</summary>
    /// <param name="name">Lower case, one of PostgreSQL's spellings; <c>"char"</c> with its quotes is the one-byte type, a leading underscore an array.</param>
    /// <param name="modifiers">As written in parentheses; empty for none. An interval's are its digits of a second.</param>
    /// <returns>False when there is no such type.</returns>
    /// <exception cref="SqlException">22023: a modifier out of range; 42601: a modifier where the type takes none.</exception>
    public static bool TryResolve(string name, IReadOnlyList<int> modifiers, [NotNullWhen(true)] out SqlType? type)
    {
        if (name == "float")
        {
            type = FloatOf(modifiers);
            return true;
        }

        if (_byName.TryGetValue(name, out type))
        {
            type = WithModifiers(type, name, modifiers);
            return true;
        }

        if (name.StartsWith('_') && _byName.TryGetValue(name[1..], out SqlType? element))
        {
            type = SqlType.ArrayOf(element);
            return true;
        }

        return false;
    }

    /// <summary>The display name, modifier included.</summary>
    public static string Format(SqlType type)
    {
        int modifier = type.Modifier;
        return type.Kind switch
        {
            SqlTypeKind.Numeric when modifier >= 4 =>
                string.Create(CultureInfo.InvariantCulture, $"numeric({((modifier - 4) >> 16) & 0xFFFF},{(((modifier - 4) & 0x7FF) ^ 0x400) - 0x400})"),
            SqlTypeKind.Varchar when modifier >= 4 =>
                string.Create(CultureInfo.InvariantCulture, $"character varying({modifier - 4})"),
            SqlTypeKind.Bpchar when modifier >= 4 =>
                string.Create(CultureInfo.InvariantCulture, $"character({modifier - 4})"),
            SqlTypeKind.Timestamp when modifier >= 0 =>
                string.Create(CultureInfo.InvariantCulture, $"timestamp({modifier}) without time zone"),
            SqlTypeKind.TimestampTz when modifier >= 0 =>
                string.Create(CultureInfo.InvariantCulture, $"timestamp({modifier}) with time zone"),
            SqlTypeKind.Time when modifier >= 0 =>
                string.Create(CultureInfo.InvariantCulture, $"time({modifier}) without time zone"),
            SqlTypeKind.Interval when modifier >= 0 => "interval" + IntervalFields.Format(modifier),
            SqlTypeKind.Array => Format(type.Element!) + "[]",
            SqlTypeKind.Map => $"map({Format(type.Key!)},{Format(type.Element!)})",
            SqlTypeKind.Record when type.Fields.Length > 0 =>
                $"struct<{string.Join(", ", type.Fields.Select(f => $"{f.Name} {Format(f.Type)}"))}>",
            _ => Base(type.Kind),
        };
    }

    private static string Base(SqlTypeKind kind) => kind switch
    {
        SqlTypeKind.Int16 => "smallint",
        SqlTypeKind.Int32 => "integer",
        SqlTypeKind.Int64 => "bigint",
        SqlTypeKind.Float32 => "real",
        SqlTypeKind.Float64 => "double precision",
        SqlTypeKind.Time => "time without time zone",
        SqlTypeKind.Timestamp => "timestamp without time zone",
        SqlTypeKind.TimestampTz => "timestamp with time zone",
        SqlTypeKind.Varchar => "character varying",
        SqlTypeKind.Bpchar => "character",
        SqlTypeKind.SingleChar => "\"char\"",
        SqlTypeKind.PgNodeTree => "pg_node_tree",
        SqlTypeKind.Any => "\"any\"",
#pragma warning disable CA1308 // PostgreSQL's type names are lower case
        _ => kind.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };

    private static SqlType FloatOf(IReadOnlyList<int> modifiers)
    {
        if (modifiers.Count == 0)
        {
            return SqlType.Float64;
        }

        return modifiers[0] switch
        {
            < 1 => throw new SqlException(SqlState.InvalidParameterValue, "precision for type float must be at least 1 bit"),
            <= 24 => SqlType.Float32,
            <= 53 => SqlType.Float64,
            _ => throw new SqlException(SqlState.InvalidParameterValue, "precision for type float must be less than 54 bits"),
        };
    }

    private static SqlType WithModifiers(SqlType type, string name, IReadOnlyList<int> modifiers)
    {
        // char without a length is char(1); bpchar is a string of any length.
        if (modifiers.Count == 0)
        {
            return name is "char" or "character" ? type.WithModifier(1 + 4) : type;
        }

        int value = modifiers[0];
        switch (type.Kind)
        {
            case SqlTypeKind.Numeric:
                return NumericOf(modifiers);
            case SqlTypeKind.Varchar or SqlTypeKind.Bpchar:
                string typeName = type.Kind == SqlTypeKind.Varchar ? "varchar" : "char";
                CheckOne(modifiers);
                Check(value >= 1, $"length for type {typeName} must be at least 1");
                Check(value <= CharacterLengthMax, $"length for type {typeName} cannot exceed {CharacterLengthMax}");
                return type.WithModifier(value + 4);
            case SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz:
                CheckOne(modifiers);
                string zone = type.Kind == SqlTypeKind.TimestampTz ? " WITH TIME ZONE" : "";
                string word = type.Kind == SqlTypeKind.Time ? "TIME" : "TIMESTAMP";
                Check(value >= 0, $"{word}({value}){zone} precision must not be negative");
                return type.WithModifier(Math.Min(value, 6));
            case SqlTypeKind.Interval:
                CheckOne(modifiers);
                Check(value >= 0, $"INTERVAL({value}) precision must not be negative");
                return type.WithModifier(IntervalFields.Modifier(null, value));
            default:
                throw new SqlException(SqlState.SyntaxError, $"type modifier is not allowed for type \"{name}\"");
        }
    }

    private static SqlType NumericOf(IReadOnlyList<int> modifiers)
    {
        int precision = modifiers[0];
        int scale = modifiers.Count > 1 ? modifiers[1] : 0;
        Check(modifiers.Count <= 2, "invalid NUMERIC type modifier");
        Check(
            precision is >= 1 and <= NumericPrecisionMax,
            $"NUMERIC precision {precision} must be between 1 and {NumericPrecisionMax}");
        Check(
            scale is >= -NumericPrecisionMax and <= NumericPrecisionMax,
            $"NUMERIC scale {scale} must be between -{NumericPrecisionMax} and {NumericPrecisionMax}");
        return SqlType.NumericOf(precision, scale);
    }

    private static void CheckOne(IReadOnlyList<int> modifiers) => Check(modifiers.Count == 1, "invalid type modifier");

    private static void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new SqlException(SqlState.InvalidParameterValue, message);
        }
    }
}
