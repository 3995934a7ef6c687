namespace StreamDb.Planning.Catalog;

/// <summary>Anything in the catalog with an oid and a name. Immutable; a change replaces the item.</summary>
/// <param name="Oid">Stable for the item's life and across restarts; user items start at 16384.</param>
public abstract record CatalogItem(uint Oid, string Name);
