using System.Collections.Immutable;
using StreamDb.Core.Identifiers;

namespace StreamDb.Planning.Catalog;

/// <summary>An item with columns that may stand in FROM.</summary>
public abstract record RelationItem(uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns)
    : CatalogItem(Oid, Name)
{
    public RelationId Id => new(Oid);

    /// <summary>COMMENT ON, or null.</summary>
    public string? Comment { get; init; }
}
