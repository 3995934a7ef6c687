using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>An index: names an arrangement of a relation by some of its columns.</summary>
/// <param name="RelationOid">The table, source or materialized view (for a view the index materializes it).</param>
/// <param name="KeyColumns">0-based columns of the relation, in key order.</param>
public sealed record IndexItem(uint Oid, uint SchemaOid, string Name, uint RelationOid, ImmutableArray<int> KeyColumns)
    : CatalogItem(Oid, Name)
{
    public ImmutableArray<bool> Descending { get; init; } = [];

    public bool IsUnique { get; init; }
}
