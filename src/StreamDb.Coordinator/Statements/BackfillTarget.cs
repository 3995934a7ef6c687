using StreamDb.Coordinator.Checkpoints;
using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Statements;

/// <summary>A materialized view or index that is to come into being: its item, and its dataflow.</summary>
/// <param name="Errors">A view's row errors; null for an index.</param>
internal sealed record BackfillTarget(CatalogItem Item, DataflowDescription Dataflow, ViewErrorCollector? Errors, ViewOrigin? Origin)
{
    public uint SchemaOid => Item is IndexItem index ? index.SchemaOid : ((RelationItem)Item).SchemaOid;

    /// <summary>What the statement calls it.</summary>
    public string Kind => Item is IndexItem ? "index" : "materialized view";

    /// <summary>Oids of everything it is defined by, views that are not materialized and what they read included.</summary>
    public IReadOnlySet<uint> DependenciesIn(Catalog catalog)
    {
        var found = new HashSet<uint>();
        var open = new Stack<uint>(DirectDependencies(Item));
        while (open.TryPop(out uint oid))
        {
            if (found.Add(oid) && catalog.Find(oid) is ViewItem view)
            {
                foreach (uint dependency in view.Dependencies)
                {
                    open.Push(dependency);
                }
            }
        }

        return found;
    }

    /// <summary>Whether a plan, bound later, makes the same item: replaying the statement then would.</summary>
    public bool IsMadeBy(StatementPlan plan) => (Item, plan) switch
    {
        (MaterializedViewItem view, CreateMaterializedViewPlan { View: { } other }) =>
            view.SchemaOid == other.SchemaOid && view.Name == other.Name && view.QueryText == other.QueryText
            && view.Dependencies.SequenceEqual(other.Dependencies),
        (IndexItem index, CreateIndexPlan { Index: { } other }) =>
            index.SchemaOid == other.SchemaOid && index.Name == other.Name && index.RelationOid == other.RelationOid
            && index.KeyColumns.SequenceEqual(other.KeyColumns),
        _ => false,
    };

    private static IEnumerable<uint> DirectDependencies(CatalogItem item) => item switch
    {
        MaterializedViewItem view => view.Dependencies,
        IndexItem index => [index.RelationOid],
        _ => throw new InvariantException($"{item.GetType().Name} is not filled"),
    };
}
