using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Sessions;

/// <summary>SHOW TABLES, DESCRIBE and their kind as queries over pg_catalog.</summary>
internal static class ItemQueries
{
    public static string For(StatementSyntax syntax, Session session) => syntax switch
    {
        ShowItemsSyntax show => Items(show, session),
        DescribeSyntax describe => Columns(describe.Name),
        ShowCreateSyntax => throw new SqlException(SqlState.FeatureNotSupported, "SHOW CREATE is not supported"),
        _ => throw new Core.Diagnostics.InvariantException(syntax.GetType().Name),
    };

    private static string Items(ShowItemsSyntax show, Session session)
    {
        string? isListed = show.What switch
        {
            "tables" => "c.relkind = 'r' AND c.oid NOT IN (SELECT id FROM streamdb_catalog.sources)",
            "views" => "c.relkind = 'v'",
            "materialized views" => "c.relkind = 'm'",
            "sources" => "c.oid IN (SELECT id FROM streamdb_catalog.sources)",
            "indexes" or "index" or "keys" => "c.relkind = 'i'",
            _ => null,
        };
        if (isListed is not null)
        {
            string schema = show.From?.Name ?? session.Settings.SearchPath.FirstOrDefault("public");
            string isThere = show.What is "indexes" or "index" or "keys" && show.From is not null
                ? $"c.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = '{Escape(string.Join('.', show.From.Parts))}'::regclass)"
                : $"n.nspname = '{Escape(schema)}'";
            return "SELECT c.relname AS \"Name\" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                + $"WHERE {isListed} AND {isThere}{Like("c.relname", show.Like)} ORDER BY 1";
        }

        return show.What switch
        {
            "columns" when show.From is not null => Columns(show.From),
            "schemas" => $"SELECT nspname AS \"Name\" FROM pg_catalog.pg_namespace WHERE true{Like("nspname", show.Like)} ORDER BY 1",
            "databases" => $"SELECT datname AS \"Name\" FROM pg_catalog.pg_database WHERE true{Like("datname", show.Like)} ORDER BY 1",
            _ => throw new SqlException(SqlState.FeatureNotSupported, $"SHOW {show.What.ToUpperInvariant()} is not supported"),
        };
    }

    private static string Columns(QualifiedNameSyntax name) =>
        "SELECT a.attname AS \"Name\", pg_catalog.format_type(a.atttypid, a.atttypmod) AS \"Type\", NOT a.attnotnull AS \"Nullable\" "
        + $"FROM pg_catalog.pg_attribute a WHERE a.attrelid = '{Escape(string.Join('.', name.Parts))}'::regclass AND a.attnum > 0 ORDER BY a.attnum";

    private static string Like(string column, string? pattern) => pattern is null ? "" : $" AND {column} LIKE '{Escape(pattern)}'";

    private static string Escape(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
