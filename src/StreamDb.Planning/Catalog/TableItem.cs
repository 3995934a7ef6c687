using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>A table: rows come from DML, and from a connector when <see cref="Connector"/> is set.</summary>
public sealed record TableItem(uint Oid, uint SchemaOid, string Name, ImmutableArray<ColumnDefinition> Columns)
    : RelationItem(Oid, SchemaOid, Name, Columns)
{
    /// <summary>Columns of the primary key, 0-based; empty when there is none (then the table is a multiset).</summary>
    public ImmutableArray<int> PrimaryKey { get; init; } = [];

    public string? PrimaryKeyName { get; init; }

    /// <summary>What INSERT does with a key that exists. Default: 23505.</summary>
    public ConflictBehavior OnConflict { get; init; } = ConflictBehavior.Error;

    /// <summary>
    /// Columns that say which of two rows of one key is newer, compared in this order, NULL lowest: a row that is older than the
    /// one there is dropped. Empty: the last one is the newest.
    /// </summary>
    public ImmutableArray<int> VersionColumns { get; init; } = [];

    public bool IsAppendOnly { get; init; }

    /// <summary>CHECK constraints: name and SQL text.</summary>
    public ImmutableArray<CheckConstraint> Checks { get; init; } = [];

    /// <summary>WITH options (lower-case names) and format of a table fed by a connector; null else.</summary>
    public ConnectorDefinition? Connector { get; init; }
}
