using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Planning.Catalog;

namespace StreamDb.Planning.Logical;

/// <summary>All rows of a table, source, materialized view or system relation; every column.</summary>
public sealed record LogicalGet(RelationItem Relation) : LogicalNode
{
    public override ImmutableArray<Field> Columns { get; } = [.. Relation.Columns.Select(c => c.Field)];

    public override IReadOnlyList<LogicalNode> Inputs => [];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this;
}
