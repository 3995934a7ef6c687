using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Sources;

/// <summary>Reads one source and hands its batches to the sequencer, one at a time: the next is read when the last is durable and visible.</summary>
/// <remarks>
/// So a source can never run ahead of the engine, and after a restart it goes on at the offset that was made durable with
/// its last rows. Trouble, outside or with the relation, is shown in streamdb_catalog.source_status and tried again, each time after a
/// longer pause, from the offset of what is visible.
/// </remarks>
internal sealed class SourceRunner : IAsyncDisposable
{
    private const int PauseMsMin = 200;
    private const int PauseMsMax = 30_000;

    private readonly Database _database;
    private readonly RelationItem _relation;
    private readonly ConnectorDefinition _connector;
    private readonly CancellationTokenSource _stop = new();
    private Task _task = Task.CompletedTask;

    public SourceRunner(Database database, RelationItem relation, ConnectorDefinition connector)
    {
        _database = database;
        _relation = relation;
        _connector = connector;
    }

    public RelationId Id => _relation.Id;

    /// <summary>starting, running, retrying, finished or failed.</summary>
    public string State { get; private set; } = "starting";

    public long RowCount { get; private set; }

    public long ErrorCount { get; private set; }

    public string? LastError { get; private set; }

    public void Start() => _task = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _task.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>What the connector needs to open the source at <paramref name="offset"/>.</summary>
    public static SourceRequest RequestFor(Database database, RelationItem relation, ConnectorDefinition connector, ReadOnlyMemory<byte> offset) => new(
        [.. relation.Columns.Select(c => c.Field)],
        connector.Options,
        connector.Format,
        connector.Encode,
        connector.EncodeOptions,
        database.Options.FileRoot,
        database.Options.Clock,
        offset);

    private async Task RunAsync()
    {
        int pauseMs = PauseMsMin;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using ISource source = _database.Connectors.Open(
                    RequestFor(_database, _relation, _connector, _database.OffsetOf(Id)));
                State = "running";
                while (await source.ReadAsync(_stop.Token).ConfigureAwait(false) is { } batch)
                {
                    await WriteAsync(batch).ConfigureAwait(false);
                    pauseMs = PauseMsMin;
                }

                State = "finished";
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (SqlException exception) when (exception.State == SqlState.AdminShutdown)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or SqlException or UnauthorizedAccessException)
            {
                LastError = exception.Message;
                State = "retrying";
            }

            try
            {
                await Task.Delay(pauseMs, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pauseMs = Math.Min(pauseMs * 2, PauseMsMax);
        }
    }

    private async Task WriteAsync(SourceBatch batch)
    {
        try
        {
            var request = new SourceWrite(_relation, batch);
            _database.Sequencer.Submit(request);
            await request.Completion.ConfigureAwait(false);
            RowCount += batch.Deltas?.Count ?? 0;
            ErrorCount += batch.Errors.Count;
        }
        finally
        {
            batch.Deltas?.Release();
        }
    }
}
