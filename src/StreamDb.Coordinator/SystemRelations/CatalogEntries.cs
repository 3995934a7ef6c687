using System.Collections.Immutable;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>A row of pg_class: a relation or an index.</summary>
/// <param name="Kind">relkind: r tables and sources, v, m, i.</param>
internal sealed record ClassEntry(uint Oid, string Name, uint SchemaOid, char Kind, RelationItem Relation, IndexEntry? Index)
{
    /// <summary>Its columns; an index has those of its key.</summary>
    public ImmutableArray<ColumnDefinition> Columns => Index is null
        ? Relation.Columns
        : [.. Index.KeyColumns.Select(c => Relation.Columns[c])];

    /// <summary>NOT NULL is declared: for columns of tables and sources. What a view's query yields is no constraint.</summary>
    public bool IsNotNull(ColumnDefinition column) => Kind == 'r' && !column.IsNullable;

    public bool IsStored => Kind != 'v';
}

/// <summary>An index, or the key of a table or source, which has no item of its own.</summary>
internal sealed record IndexEntry(
    uint Oid, string Name, uint SchemaOid, RelationItem Relation, ImmutableArray<int> KeyColumns, ImmutableArray<bool> Descending,
    bool IsUnique, bool IsPrimary)
{
    public bool IsDescending(int key) => key < Descending.Length && Descending[key];
}

/// <summary>A primary key or CHECK.</summary>
/// <param name="Columns">0-based columns of the relation.</param>
/// <param name="IndexOid">The primary key's index; 0 for a CHECK.</param>
/// <param name="ConditionText">Null for a primary key.</param>
internal sealed record ConstraintEntry(
    uint Oid, string Name, RelationItem Relation, ImmutableArray<int> Columns, uint IndexOid, string? ConditionText)
{
    public bool IsPrimaryKey => ConditionText is null;
}

/// <summary>A DEFAULT or a generated column's expression.</summary>
/// <param name="Column">1-based.</param>
internal sealed record DefaultEntry(uint Oid, uint RelationOid, int Column, string Text);

/// <summary>COMMENT ON a relation (<paramref name="Column"/> 0) or one of its columns, counted from 1.</summary>
internal sealed record CommentEntry(uint RelationOid, int Column, string Text);

/// <summary>A row of pg_depend: the object needs the referenced one.</summary>
internal sealed record DependencyEntry(
    uint CatalogOid, uint Oid, int Column, uint ReferencedCatalogOid, uint ReferencedOid, int ReferencedColumn, char Kind);
