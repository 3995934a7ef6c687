using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>A view: a name for a query, expanded where it is used.</summary>
/// <param name="QueryText">The query as canonical SQL with schema-qualified names.</param>
/// <param name="Dependencies">Oids of the relations it reads.</param>
public sealed record ViewItem(
    uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns,
    string QueryText, ImmutableArray<uint> Dependencies)
    : RelationItem(Oid, SchemaOid, Name, Columns);
