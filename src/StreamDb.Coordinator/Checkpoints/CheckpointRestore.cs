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
/// Tables, sources and the rows of views come from segment files, as they are; the keyed state of views and indexes comes from
/// there too, page by page to the addresses where it was. What of it does not fit (another program, another number of
/// workers) is computed from its inputs as if it were created now, which by the engine's first promise gives the same rows,
/// errors and scheduled changes included. Which views were, <see cref="Database.ViewRecoveries"/> tells.
/// Items are restored in the order of their oids, which is that of their creation: inputs before what reads them.
/// </remarks>
internal static class CheckpointRestore
{
    /// <param name="dataflows">The keyed state of the checkpoint, in whose place the engine's space is if that was free.</param>
    /// <returns>The epoch and its time.</returns>
    /// <exception cref="SqlException">XX001: the checkpoint contradicts itself. 0A000: it is of a newer format.</exception>
    public static (Epoch Published, long NowMicroseconds) Run(Database database, DataDirectory directory, StoredDataflows dataflows)
    {
        Manifest manifest = directory.Manifest;
        DatabaseState state = DatabaseStateCodec.Read(manifest.Sections[DatabaseImage.StateSection]);
        StoredRelations relations = StoredRelations.Read(manifest.Sections[EngineImage.RelationsSection], directory.Segments);
        database.Options.Progress.Begin("reading keyed state");
        database.Engine.Restore(manifest.Epoch, state.NowMicroseconds, dataflows, relations);
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
                    Install(database, view, state, manifest.Epoch);
                    break;
                case IndexItem index:
                    AddIndex(database, index);
                    break;
            }

            database.Options.Progress.Advance();
        }

        database.Engine.EndRestore();
        directory.ReleaseSegments();
        KillPoints.Pass(KillPoints.AfterRestore);
        return (manifest.Epoch, state.NowMicroseconds);
    }

    private static Catalog WithItems(Catalog catalog, IReadOnlyList<CatalogItem> items)
    {
        // Schemas first: other items are found through theirs. "public" may have been dropped, or renamed.
        catalog = catalog.Without(Catalog.PublicOid);
        return items.OrderBy(item => item is SchemaItem ? 0 : 1).ThenBy(item => item.Oid).Aggregate(catalog, (c, item) => c.With(item));
    }

    private static void AddRelation(Database database, RelationItem relation, IReadOnlyList<int> key, StoredRelations relations) =>
        database.Engine.AddRelation(relation.Id, [.. relation.Columns.Select(c => c.Field.Shape)], key, stored: relations[relation.Id]);

    private static void Install(Database database, MaterializedViewItem view, DatabaseState state, Epoch asOf)
    {
        ViewOrigin origin = state.Origins[view.Id];
        string? reason = view.Dependencies.Select(oid => database.PausedViews.GetValueOrDefault(new RelationId(oid))).FirstOrDefault(r => r is not null);
        if (reason is null)
        {
            StatementContext context = origin.Context(database);
            try
            {
                long start = Stopwatch.GetTimestamp();
                QueryPlan query = StatementBinder.BindStored(view, context.Binding(database.Catalog));
                InstallOutcome outcome = ViewInstaller.Install(database, view, query.Root, origin, context, asOf, state.NowMicroseconds);
                if (outcome.IsRestored && state.Errors.TryGetValue(view.Id, out IReadOnlyList<ViewError>? errors))
                {
                    database.ViewErrors[view.Id].Restore(errors);
                }

                Note(database, view.Id, outcome, start);
                return;
            }
            catch (Exception exception) when (exception is SqlException or OverflowException or OutOfMemoryException)
            {
                // It alone stays out of service, as if it had failed while running; its inputs are whole.
                reason = $"it could not be computed again after a restart: {exception.Message}";
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
        Note(database, id, database.Engine.AddIndex(new RelationId(index.RelationOid), id, index.KeyColumns), start);
        if (database.PausedViews.TryGetValue(new RelationId(index.RelationOid), out string? reason))
        {
            database.SetUnavailable(id, reason);
        }
    }

    private static void Note(Database database, RelationId id, InstallOutcome outcome, long start) => database.Recovered(new ViewRecovery(
        id, outcome.IsRestored, outcome.IsRestored ? null : outcome.Reason, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
}
