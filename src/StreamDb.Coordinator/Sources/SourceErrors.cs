using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Sources;

/// <summary>streamdb_catalog.source_errors: every record that a source could not decode. A stored relation like any other, durable with the source's offset.</summary>
internal static class SourceErrors
{
    public static TableItem Item { get; } = new(
        13150,
        Catalog.StreamDbCatalogOid,
        "source_errors",
        [
            new ColumnDefinition("source_id", SqlType.Oid, false),
            new ColumnDefinition("source_name", SqlType.Text, false),
            new ColumnDefinition("at", SqlType.TimestampTz, false),
            new ColumnDefinition("position", SqlType.Text, false),
            new ColumnDefinition("raw", SqlType.Bytea, false),
            new ColumnDefinition("reason", SqlType.Text, false),
        ]);
}
