using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Errors;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Statements;

/// <summary>Makes a filled view or index live, in its place among the writes: the epoch that it belongs to is the first that computes it.</summary>
/// <param name="context">Of the moment at which the backfill started.</param>
internal sealed class BackfillSwitch(Database database, ParsedStatement statement, StatementContext context, BackfillJob job) : WriteRequest
{
    public override bool ReadsLatest => true;

    public override void Prepare(EpochBuilder epoch)
    {
        BackfillTarget target = job.Target;
        CatalogItem item = target.Item;

        // Replay binds the text here. Names may mean something else by now: CREATE TABLE a.t, where b.t was found by way of
        // the search path a, b before.
        StatementPlan plan = StatementBinder.Bind(statement.Syntax, context.Binding(epoch.Catalog), out _);
        if (!target.IsMadeBy(plan))
        {
            throw new SqlException(SqlState.ObjectInUse, $"the definition of \"{item.Name}\" came to mean something else while it was being created")
            {
                Hint = "Try again.",
            };
        }

        epoch.OnUndo(Undo);
        database.Engine.Finish(job.Backfill, database.Published);
        if (target.Errors is not null)
        {
            database.ViewErrors[job.Backfill.Id] = target.Errors;
            database.ViewOrigins[job.Backfill.Id] = target.Origin!;
        }

        epoch.Catalog = epoch.Catalog.With(item);
        epoch.AddEntry(new DdlEntry(statement.Text, context.SearchPath, context.User, context.Format.TimeZone.Id, item.Oid)
        {
            BoundMicroseconds = context.NowMicroseconds,
        });
    }

    private void Undo()
    {
        if (job.Backfill.Phase == Dataflow.Backfills.BackfillPhase.Live)
        {
            database.Engine.Remove(job.Backfill.Id);
            database.Forget(job.Backfill.Id);
        }
    }
}
