using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Backfills;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>The schema streamdb_catalog: what the engine holds and what went wrong.</summary>
internal static class StreamDbCatalog
{
    public static SystemRelation[] Relations { get; } =
    [
        new(
            Item(13100, "relation_state", ("relation_id", SqlType.Oid), ("name", SqlType.Text), ("row_count", SqlType.Int64),
                ("arrangement_bytes", SqlType.Int64), ("state_bytes", SqlType.Int64), ("operator_count", SqlType.Int32), ("is_paused", SqlType.Boolean)),
            context => context.Database.Engine.Figures().Select(f => Row(
                (int)f.Id.Value, Text(context.Catalog.Find(f.Id.Value)?.Name), f.Rows, f.ArrangementBytes, f.StateBytes, f.OperatorCount, f.IsPaused))),
        new(
            Item(13101, "view_errors", ("view_id", SqlType.Oid), ("view_name", SqlType.Text), ("sqlstate", SqlType.Text),
                ("message", SqlType.Text), ("count", SqlType.Int64)),
            context => context.Database.ViewErrors.SelectMany(v => v.Value.Current().Select(e => Row(
                (int)v.Key.Value, Text(context.Catalog.Find(v.Key.Value)?.Name), Text(e.State), Text(e.Message), e.Count)))),
        new(
            Item(13102, "paused_views", ("view_id", SqlType.Oid), ("view_name", SqlType.Text), ("reason", SqlType.Text)),
            context => context.Database.PausedViews.Select(p => Row(
                (int)p.Key.Value, Text(context.Catalog.Find(p.Key.Value)?.Name), Text(p.Value)))),
        new(
            Item(13103, "source_status", ("source_id", SqlType.Oid), ("source_name", SqlType.Text), ("state", SqlType.Text),
                ("row_count", SqlType.Int64), ("error_count", SqlType.Int64), ("last_error", SqlType.Text)),
            context => context.Database.Sources.Select(s => Row(
                (int)s.Id.Value, Text(context.Catalog.Find(s.Id.Value)?.Name), Text(s.State), s.RowCount, s.ErrorCount, Text(s.LastError)))),
        new(
            Item(13104, "sources", ("id", SqlType.Oid), ("schema_id", SqlType.Oid), ("name", SqlType.Text), ("connector", SqlType.Text),
                ("format", SqlType.Text), ("encode", SqlType.Text)),
            context => context.Catalog.Relations.OfType<SourceItem>().Select(s => Row(
                (int)s.Oid, (int)s.SchemaOid, Text(s.Name), Text(s.Connector.Name), Text(s.Connector.Format), Text(s.Connector.Encode)))),
        new(
            Item(13105, "sessions", ("id", SqlType.Int32), ("user_name", SqlType.Text), ("database_name", SqlType.Text),
                ("application_name", SqlType.Text), ("is_running", SqlType.Boolean), ("query", SqlType.Text)),
            context => context.Sessions.Select(s => Row(
                s.ProcessId, Text(s.User), Text(s.Database.Name), Text(s.Settings.Get("application_name")), s.IsRunning, Text(s.LastQuery)))),
        new(
            Item(13106, "checkpoints", ("epoch", SqlType.Int64), ("started", SqlType.TimestampTz), ("duration_ms", SqlType.Float64),
                ("written_bytes", SqlType.Int64), ("total_bytes", SqlType.Int64), ("reason", SqlType.Text), ("error", SqlType.Text)),
            context => (context.Database.Checkpointer?.History ?? []).Select(c => Row(
                (long)c.Epoch.Value, c.StartedMicroseconds, c.DurationMs, c.WrittenBytes, c.TotalBytes, Text(c.Reason), Text(c.Error)))),
        new(
            Item(13107, "view_recovery", ("view_id", SqlType.Oid), ("view_name", SqlType.Text), ("is_restored", SqlType.Boolean),
                ("reason", SqlType.Text), ("duration_ms", SqlType.Float64)),
            context => context.Database.ViewRecoveries.Select(v => Row(
                (int)v.Id.Value, Text(context.Catalog.Find(v.Id.Value)?.Name), v.IsRestored, Text(v.Reason), v.DurationMs))),
        new(
            Item(13108, "backfills", ("relation_id", SqlType.Oid), ("schema_id", SqlType.Oid), ("name", SqlType.Text), ("kind", SqlType.Text),
                ("phase", SqlType.Text), ("rows_done", SqlType.Int64), ("rows_total", SqlType.Int64), ("started", SqlType.TimestampTz),
                ("epochs_behind", SqlType.Int64), ("session_id", SqlType.Int32)),
            context => context.Database.Backfills.Values.OrderBy(job => job.Target.Item.Oid).Select(job => Row(
                (int)job.Target.Item.Oid, (int)job.Target.SchemaOid, Text(job.Target.Item.Name), Text(job.Target.Kind), Text(PhaseOf(job.Backfill)),
                job.Backfill.RowsDone, job.Backfill.RowsTotal, job.StartedMicroseconds,
                (long)(context.Database.Published.Value - job.Backfill.Epoch.Value), job.ProcessId))),
    ];

    private static string PhaseOf(Backfill backfill) => backfill.Phase switch
    {
        BackfillPhase.Filling => "filling",
        BackfillPhase.CatchingUp => "catching up",
        _ => "switching",
    };

    private static SystemRelationItem Item(uint oid, string name, params (string Name, SqlType Type)[] columns) =>
        new(oid, Catalog.StreamDbCatalogOid, name, [.. columns.Select(c => new ColumnDefinition(c.Name, c.Type))]);

    private static ImmutableArray<Datum> Row(params object?[] values) =>
        [.. values.Select(v => v is Datum datum ? datum : new Datum(v))];

    private static Datum Text(string? text) => text is null ? Datum.Null : Datum.Text(text);
}
