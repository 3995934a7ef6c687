using StreamDb.Coordinator.Statements;
using StreamDb.Core.Identifiers;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>What a database is at one epoch besides the rows of its relations.</summary>
/// <param name="NowMicroseconds">now() at that epoch or a little later, not later than in any following epoch.</param>
/// <param name="NextOid">The next oid that is free.</param>
/// <param name="Items">Everything in the catalog that DDL may have made or changed.</param>
/// <param name="Origins">One for each materialized view.</param>
/// <param name="Offsets">Where each source goes on.</param>
/// <param name="Errors">Of each materialized view that has any: the row errors that rows now in its inputs cause.</param>
internal sealed record DatabaseState(
    long NowMicroseconds,
    uint NextOid,
    IReadOnlyList<CatalogItem> Items,
    IReadOnlyDictionary<RelationId, ViewOrigin> Origins,
    IReadOnlyDictionary<RelationId, ReadOnlyMemory<byte>> Offsets,
    IReadOnlyDictionary<RelationId, IReadOnlyList<ViewError>> Errors);
