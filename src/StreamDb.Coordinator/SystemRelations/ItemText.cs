using System.Text.RegularExpressions;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>Catalog items as SQL text, in PostgreSQL's forms, which clients take apart.</summary>
internal static partial class ItemText
{
    public static string Quote(string name) => PlainName().IsMatch(name) && !_reserved.Contains(name)
        ? name
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Index(IndexEntry index, CatalogModel model) =>
        $"CREATE {(index.IsUnique ? "UNIQUE " : "")}INDEX {Quote(index.Name)} ON {Quote(model.SchemaName(index.SchemaOid))}.{Quote(index.Relation.Name)}"
        + $" USING btree ({string.Join(", ", index.KeyColumns.Select((c, i) => Quote(index.Relation.Columns[c].Name) + (index.IsDescending(i) ? " DESC" : "")))})";

    public static string Constraint(ConstraintEntry constraint) => constraint.ConditionText is { } condition
        ? $"CHECK (({condition}))"
        : $"PRIMARY KEY ({string.Join(", ", constraint.Columns.Select(c => Quote(constraint.Relation.Columns[c].Name)))})";

    /// <summary>The query of a view or materialized view with PostgreSQL's leading blank and semicolon; null for others.</summary>
    public static string? View(RelationItem? relation) => relation switch
    {
        ViewItem view => $" {view.QueryText};",
        MaterializedViewItem view => $" {view.QueryText};",
        _ => null,
    };

    [GeneratedRegex("^[a-z_][a-z0-9_$]*$")]
    private static partial Regex PlainName();

    /// <summary>Words that are no names without quotes.</summary>
    private static readonly HashSet<string> _reserved =
    [
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between", "bigint", "binary", "bit",
        "boolean", "both", "case", "cast", "char", "character", "check", "coalesce", "collate", "collation", "column", "concurrently",
        "constraint", "create", "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
        "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
        "exists", "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping",
        "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is", "isnull", "join",
        "lateral", "leading", "least", "left", "like", "limit", "localtime", "localtimestamp", "national", "natural", "nchar", "none",
        "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer", "overlaps",
        "overlay", "placing", "position", "precision", "primary", "real", "references", "returning", "right", "row", "select", "session_user",
        "setof", "similar", "smallint", "some", "substring", "symmetric", "table", "tablesample", "then", "time", "timestamp", "to",
        "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where",
        "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi",
        "xmlroot", "xmlserialize", "xmltable",
    ];
}
