using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>A relation computed when it is read: its catalog item and how to make its rows.</summary>
/// <param name="Rows">One datum per column of the item, of the column's type.</param>
internal sealed record SystemRelation(SystemRelationItem Item, Func<SystemRelationContext, IEnumerable<ImmutableArray<Datum>>> Rows)
{
    /// <summary>relkind v rather than r.</summary>
    public bool IsView { get; init; } = true;

    public ColumnBatch Read(SystemRelationContext context) => ColumnBatch.FromRows(
        [.. Item.Columns.Select(c => c.Type.Physical)], [.. Rows(context)]);
}
