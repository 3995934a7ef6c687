using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Errors;
using StreamDb.Dataflow.Backfills;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Statements;

/// <summary>CREATE MATERIALIZED VIEW or CREATE INDEX on its way: filled beside the epochs that go on, then switched in between two of them.</summary>
/// <remarks>
/// <para>
/// Started on the sequencer's thread; its session runs it to the end. Meanwhile its name is taken, and what it reads cannot be
/// dropped or altered, but nobody else sees it: it enters the catalog and the log at the switch, with the oid and the time of
/// its start. So a crash before leaves nothing, and replay makes the same item in the same place among the writes.
/// </para>
/// <para>
/// Rounds of catching up take the sequencer's time only for a cut. When a round has not less to compute than the one before,
/// the next ones run like everyone else and no longer in what time others leave; and after <see cref="RoundsMax"/> the switch
/// comes anyhow: writers then wait for a last round.
/// </para>
/// </remarks>
internal sealed class BackfillJob(Database database, ParsedStatement statement, StatementContext context, BackfillTarget target, Backfill backfill)
{
    /// <summary>Deltas that the switch computes while writers wait: milliseconds.</summary>
    private const long SwitchRowsMax = 10_000;

    private const int RoundsMax = 30;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BackfillTarget Target => target;

    public Backfill Backfill => backfill;

    /// <summary>The session that creates it; 0: none.</summary>
    public int ProcessId => context.Session?.ProcessId ?? 0;

    /// <summary>µs since 2000-01-01 UTC, and what now() is where the definition is bound.</summary>
    public long StartedMicroseconds => context.NowMicroseconds;

    /// <summary>Ends when nothing of it runs any more.</summary>
    public Task Ended => _ended.Task;

    public bool Has(uint schemaOid, string name) => target.SchemaOid == schemaOid && target.Item.Name == name;

    /// <summary>Runs until the view is there.</summary>
    /// <exception cref="SqlException">Of the query or the switch; nothing is left.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, database.Closing);
        try
        {
            await RunBesideAsync(() => backfill.Fill(yields: true, linked.Token)).ConfigureAwait(false);
            await CatchUpAsync(linked.Token).ConfigureAwait(false);
            await SubmitAsync(new BackfillSwitch(database, statement, context, this) { Cancellation = linked.Token }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (database.Closing.IsCancellationRequested)
        {
            throw new SqlException(SqlState.AdminShutdown, "the database is shutting down");
        }
        finally
        {
            // Nothing happens here to a view that is live.
            database.Engine.Abandon(backfill);
            database.Backfills.TryRemove(backfill.Id, out _);
            await RunBesideAsync(backfill.Dispose).ConfigureAwait(false);
            _ended.TrySetResult();
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        bool yields = true;
        long rowsBefore = long.MaxValue;
        for (int round = 0; round < RoundsMax && backfill.WaitingRows > SwitchRowsMax; round++)
        {
            await SubmitAsync(new BackfillCut(database, backfill) { Cancellation = cancellation }).ConfigureAwait(false);
            yields &= backfill.CutRows < rowsBefore;
            rowsBefore = backfill.CutRows;
            bool isPatient = yields;
            await RunBesideAsync(() => backfill.CatchUp(isPatient, cancellation)).ConfigureAwait(false);
        }
    }

    private async Task SubmitAsync(WriteRequest request)
    {
        database.Sequencer.Submit(request);
        await request.Completion.ConfigureAwait(false);
    }

    /// <summary>Not on a thread of the pool: it may take long.</summary>
    private static Task RunBesideAsync(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The relations and views that would be missing under it.</summary>
    public bool DependsOn(uint oid, Catalog catalog) => target.SchemaOid == oid || target.DependenciesIn(catalog).Contains(oid);
}
