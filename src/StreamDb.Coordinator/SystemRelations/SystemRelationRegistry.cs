using StreamDb.Core.Columns;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>All system relations, by oid.</summary>
internal static class SystemRelationRegistry
{
    private static readonly Dictionary<uint, SystemRelation> _relations =
        new SystemRelation[][] { StreamDbCatalog.Relations }.SelectMany(r => r).ToDictionary(r => r.Item.Oid);

    public static IEnumerable<SystemRelationItem> Items => _relations.Values.Select(r => r.Item);

    public static ColumnBatch Read(SystemRelationItem item, SystemRelationContext context) => _relations[item.Oid].Read(context);
}
