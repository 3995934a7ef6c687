using StreamDb.Core.Codecs;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>What a system relation is computed from: the catalog of the statement, and the running database.</summary>
internal sealed record SystemRelationContext(Database Database, Catalog Catalog, string User, TextFormat Format);
