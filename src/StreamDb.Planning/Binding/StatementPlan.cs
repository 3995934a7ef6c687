using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>A bound statement, ready to be executed. Only statements that need the catalog are planned; SET, BEGIN and the like run from their syntax.</summary>
public abstract record StatementPlan;

/// <summary>SELECT, VALUES, TABLE.</summary>
/// <param name="Root">Rows before <paramref name="Finishing"/>; still correlated.</param>
/// <param name="Columns">What the client sees.</param>
public sealed record QueryPlan(LogicalNode Root, Finishing Finishing, ImmutableArray<Field> Columns) : StatementPlan
{
    /// <summary>For each visible column that is a plain relation column: that relation's oid and 1-based attribute number; else (0, 0).</summary>
    public ImmutableArray<(uint RelationOid, short Attribute)> Origins { get; init; } = [];
}

/// <summary>RETURNING: expressions over the table's row, as written.</summary>
public sealed record ReturningClause(ImmutableArray<ScalarExpression> Expressions, ImmutableArray<Field> Columns);

/// <summary>INSERT. <paramref name="Source"/> yields complete table rows: every column in order, cast, defaults and generated columns filled in.</summary>
/// <param name="OnConflict">ON CONFLICT clause of the statement: null means the table's own behaviour.</param>
public sealed record InsertPlan(TableItem Table, LogicalNode Source, ConflictBehavior? OnConflict, ReturningClause? Returning) : StatementPlan
{
    /// <summary>ON CONFLICT DO UPDATE SET: the new row, over (existing row, excluded row); null otherwise.</summary>
    public ImmutableArray<ScalarExpression>? ConflictUpdate { get; init; }

    /// <summary>Its WHERE, over the same rows: an existing row that fails it stays, and is neither counted nor returned.</summary>
    public ScalarExpression? ConflictWhere { get; init; }

    /// <summary>Order of the source rows when it matters (INSERT … SELECT … ORDER BY … LIMIT).</summary>
    public Finishing? Finishing { get; init; }
}

/// <summary>UPDATE. <paramref name="Source"/> yields (old row, new row): twice the table's columns.</summary>
public sealed record UpdatePlan(TableItem Table, LogicalNode Source, ReturningClause? Returning) : StatementPlan;

/// <summary>DELETE. <paramref name="Source"/> yields the rows to delete.</summary>
public sealed record DeletePlan(TableItem Table, LogicalNode Source, ReturningClause? Returning) : StatementPlan;

/// <summary>TRUNCATE.</summary>
public sealed record TruncatePlan(ImmutableArray<TableItem> Tables) : StatementPlan;

/// <summary>CREATE TABLE; with <paramref name="AsQuery"/> CREATE TABLE AS. Items of CREATE plans have oid 0; the coordinator assigns one.</summary>
public sealed record CreateTablePlan(TableItem Table, bool IfNotExists, QueryPlan? AsQuery) : StatementPlan;

public sealed record CreateSourcePlan(SourceItem Source, bool IfNotExists) : StatementPlan;

public sealed record CreateViewPlan(ViewItem View, bool IfNotExists, bool OrReplace) : StatementPlan;

public sealed record CreateMaterializedViewPlan(MaterializedViewItem View, QueryPlan Query, bool IfNotExists) : StatementPlan;

public sealed record CreateIndexPlan(IndexItem Index, bool IfNotExists) : StatementPlan;

public sealed record CreateSchemaPlan(string Name, bool IfNotExists) : StatementPlan;

/// <summary>DROP of any kind: the items to drop, dependents (CASCADE) first. Empty when IF EXISTS found nothing.</summary>
/// <param name="CommandTag">"DROP TABLE", "DROP MATERIALIZED VIEW", ….</param>
/// <param name="Notices">"table \"x\" does not exist, skipping".</param>
public sealed record DropPlan(ImmutableArray<CatalogItem> Items, string CommandTag, ImmutableArray<string> Notices) : StatementPlan;

/// <summary>ALTER … RENAME, SET SCHEMA, ADD COLUMN, COMMENT ON: the item before and after.</summary>
public sealed record AlterPlan(CatalogItem Before, CatalogItem After, string CommandTag) : StatementPlan;

/// <summary>COPY table (columns) FROM STDIN or TO STDOUT, or COPY (query) TO STDOUT.</summary>
/// <param name="TableColumns">FROM: for each input field the table column it fills.</param>
/// <param name="Defaults">FROM: one expression per table column for those not in <paramref name="TableColumns"/>.</param>
public sealed record CopyPlan(
    TableItem? Table, ImmutableArray<int> TableColumns, ImmutableArray<ScalarExpression> Defaults,
    QueryPlan? Query, bool IsFrom, CopyOptions Options) : StatementPlan;

/// <summary>COPY's options with PostgreSQL's defaults filled in.</summary>
public sealed record CopyOptions(CopyFormat Format, char Delimiter, string NullText, bool Header, char Quote, char Escape);

public enum CopyFormat : byte
{
    Text,
    Csv,
    Binary,
}

/// <summary>EXPLAIN of a query or of CREATE MATERIALIZED VIEW.</summary>
/// <param name="Stage">"logical", "optimized", "physical" (default), or "trace".</param>
public sealed record ExplainPlan(StatementPlan Inner, string Stage, bool Analyze) : StatementPlan
{
    /// <summary>Of EXPLAIN MATERIALIZED VIEW name: the view whose query is explained.</summary>
    public MaterializedViewItem? View { get; init; }
}
