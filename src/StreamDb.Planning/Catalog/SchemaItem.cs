namespace StreamDb.Planning.Catalog;

/// <summary>A schema. pg_catalog (11), information_schema and public (2200) always exist.</summary>
public sealed record SchemaItem(uint Oid, string Name) : CatalogItem(Oid, Name);
