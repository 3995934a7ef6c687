using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>A relation fed only by a connector.</summary>
public sealed record SourceItem(
    uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns, ConnectorDefinition Connector)
    : RelationItem(Oid, SchemaOid, Name, Columns)
{
    /// <summary>Columns of the primary key, 0-based; empty when the source is append-only.</summary>
    public ImmutableArray<int> PrimaryKey { get; init; } = [];
}
