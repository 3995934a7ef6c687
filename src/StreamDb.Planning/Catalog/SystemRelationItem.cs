using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>A relation computed from the catalog or the running server (pg_catalog, information_schema, streamdb_catalog).</summary>
/// <remarks>Read through the ordinary planner; the coordinator supplies its rows at execution. Not allowed in materialized views (0A000).</remarks>
public sealed record SystemRelationItem(uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns)
    : RelationItem(Oid, SchemaOid, Name, Columns);
