using System.Globalization;

namespace StreamDb.Core.Types;

/// <summary>SQL type names as PostgreSQL's format_type prints them.</summary>
public static class SqlTypeNames
{
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
}
