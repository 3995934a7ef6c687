using StreamDb.Core.Columns;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>All system relations, by oid.</summary>
internal static class SystemRelationRegistry
{
    private static readonly Dictionary<uint, SystemRelation> _relations =
        PgCatalog.Relations.Concat(InformationSchema.Relations).Concat(StreamDbCatalog.Relations).ToDictionary(r => r.Item.Oid);

    public static IEnumerable<SystemRelationItem> Items => _relations.Values.Select(r => r.Item);

    /// <summary>Shown as a view rather than a table.</summary>
    public static bool IsView(SystemRelationItem item) => !_relations.TryGetValue(item.Oid, out SystemRelation? relation) || relation.IsView;

    public static ColumnBatch Read(SystemRelationItem item, SystemRelationContext context) => _relations[item.Oid].Read(context);
}
