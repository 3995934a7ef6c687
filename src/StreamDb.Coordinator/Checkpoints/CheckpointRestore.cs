using System.Diagnostics;
using StreamDb.Coordinator.Recovery;
using StreamDb.Coordinator.Sources;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>Brings a new database to the epoch of a checkpoint.</summary>
/// <remarks>
/// Tables and sources come from segment files, as they are. Views are not stored: each is computed from its inputs as if it
/// were created now, which by the engine's first promise gives the same rows, its errors and its scheduled changes included.
/// Items are restored in the order of their oids, which is that of their creation: inputs before what reads them.
/// </remarks>
internal static class CheckpointRestore
{
    /// <returns>The epoch and its time.</returns>
    /// <exception cref="SqlException">XX001: the checkpoint contradicts itself. 0A000: it is of a newer format.</exception>
    public static (Epoch Published, long NowMicroseconds) Run(Database database, DataDirectory directory)
    {
        Manifest manifest = directory.Manifest;
        DatabaseState state = DatabaseStateCodec.Read(manifest.Sections[DatabaseImage.StateSection]);
        StoredRelations relations = StoredRelations.Read(manifest.Sections[EngineImage.RelationsSection], directory.Segments);
        database.Engine.Restore(manifest.Epoch, state.NowMicroseconds);
        database.AddSourceErrors(relations[SourceErrors.Item.Id]);
        database.Catalog = WithItems(database.Catalog, state.Items);
        database.NextOid = state.NextOid;
        foreach ((RelationId source, ReadOnlyMemory<byte> offset) in state.Offsets)
        {
            database.SetOffset(source, offset);
        }

        database.Options.Progress.Begin("restoring relations", "items", state.Items.Count);
        foreach (CatalogItem item in state.Items.OrderBy(item => item.Oid))
        {
            switch (item)
            {
                case TableItem table:
                    AddRelation(database, table, table.PrimaryKey, relations);
                    break;
                case SourceItem source:
                    AddRelation(database, source, source.PrimaryKey, relations);
                    break;
                case MaterializedViewItem view:
                    Install(database, view, state.Origins[view.Id], manifest.Epoch, state.NowMicroseconds);
                    break;
                case IndexItem index:
                    AddIndex(database, index);
                    break;
            }

            database.Options.Progress.Advance();
        }

        directory.ReleaseSegments();
        KillPoints.Pass(KillPoints.AfterRestore);
        return (manifest.Epoch, state.NowMicroseconds);
    }

    private const string NotStored = "the checkpoint does not have its state";

    private static Catalog WithItems(Catalog catalog, IReadOnlyList<CatalogItem> items)
    {
        // Schemas first: other items are found through theirs. "public" may have been dropped, or renamed.
        catalog = catalog.Without(Catalog.PublicOid);
        return items.OrderBy(item => item is SchemaItem ? 0 : 1).ThenBy(item => item.Oid).Aggregate(catalog, (c, item) => c.With(item));
    }

    private static void AddRelation(Database database, RelationItem relation, IReadOnlyList<int> key, StoredRelations relations) =>
        database.Engine.AddRelation(relation.Id, [.. relation.Columns.Select(c => c.Field.Shape)], key, stored: relations[relation.Id]);

    private static void Install(Database database, MaterializedViewItem view, ViewOrigin origin, Epoch asOf, long nowMicroseconds)
    {
        string? reason = view.Dependencies.Select(oid => database.UnavailableReason(new RelationId(oid))).FirstOrDefault(r => r is not null);
        if (reason is null)
        {
            StatementContext context = origin.Context(database);
            try
            {
                long start = Stopwatch.GetTimestamp();
                QueryPlan query = StatementBinder.BindStored(view, context.Binding(database.Catalog));
                ViewInstaller.Install(database, view, query.Root, origin, context, asOf, nowMicroseconds);
                database.Recovered(new ViewRecovery(view.Id, false, NotStored, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
                return;
            }
            catch (Exception exception) when (exception is SqlException or OverflowException or OutOfMemoryException)
            {
                // It alone stays out of service, as if it had failed while running; its inputs are whole.
                reason = exception.Message;
            }
        }

        database.Engine.AddRelation(view.Id, [.. view.Columns.Select(c => c.Field.Shape)], view.Key);
        database.ViewOrigins[view.Id] = origin;
        database.SetUnavailable(view.Id, reason);
    }

    private static void AddIndex(Database database, IndexItem index)
    {
        var id = new RelationId(index.Oid);
        long start = Stopwatch.GetTimestamp();
        database.Engine.AddIndex(new RelationId(index.RelationOid), id, index.KeyColumns);
        database.Recovered(new ViewRecovery(id, false, NotStored, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        if (database.UnavailableReason(new RelationId(index.RelationOid)) is { } reason)
        {
            database.SetUnavailable(id, reason);
        }
    }
}
