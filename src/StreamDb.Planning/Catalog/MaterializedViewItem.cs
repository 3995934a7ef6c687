using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>A materialized view: a query whose result is maintained.</summary>
/// <param name="QueryText">The query as canonical SQL with schema-qualified names.</param>
/// <param name="Dependencies">Oids of the relations it reads.</param>
public sealed record MaterializedViewItem(
    uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns,
    string QueryText, ImmutableArray<uint> Dependencies)
    : RelationItem(Oid, SchemaOid, Name, Columns)
{
    /// <summary>Columns that are unique together, 0-based; empty when none is known. Key of the view's arrangement.</summary>
    public ImmutableArray<int> Key { get; init; } = [];

    /// <summary>WITH (on_error = 'fail'): reads raise the view's row errors.</summary>
    public bool FailsOnError { get; init; }
}
