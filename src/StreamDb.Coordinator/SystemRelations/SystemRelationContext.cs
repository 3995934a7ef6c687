using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>What a system relation is computed from: the catalog of the statement, and the running database.</summary>
internal sealed record SystemRelationContext(Database Database, Catalog Catalog, string User, TextFormat Format)
{
    /// <summary>The session that asks; null inside the server.</summary>
    public Session? Session { get; init; }

    public CatalogModel Model => CatalogModel.Of(Catalog);

    /// <summary>Every session of every database; this one alone when the database stands by itself.</summary>
    public IEnumerable<Session> Sessions => Session?.Instance.Sessions ?? [];

    public IEnumerable<string> DatabaseNames => Session?.Instance.DatabaseNames ?? [Database.Name];

    /// <summary>The owner of everything and all who are connected.</summary>
    public IEnumerable<string> Roles => Sessions.Select(s => s.User).Append(User).Append("root").Distinct().Order(StringComparer.Ordinal);
}
