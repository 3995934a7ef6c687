using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamDb.Coordinator.Checkpoints;
using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Recovery;
using StreamDb.Coordinator.Sources;
using StreamDb.Coordinator.Statements;
using StreamDb.Coordinator.SystemRelations;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;
using StreamDb.State;
using StreamDb.State.Log;
using StreamDb.State.Spaces;

namespace StreamDb.Coordinator;

/// <summary>One database: its catalog, engine, log, sources, and the sequencer that orders its writes.</summary>
/// <remarks>
/// The catalog and the engine's published epoch change together, under <see cref="PublishGate"/>: who holds it sees a
/// catalog and snapshots that fit.
/// </remarks>
internal sealed class Database : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RelationId, ReadOnlyMemory<byte>> _offsets = new();
    private readonly ConcurrentDictionary<RelationId, SourceRunner> _sources = new();
    private readonly ConcurrentDictionary<RelationId, string> _paused = new();
    private readonly List<ViewRecovery> _viewRecoveries = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly DataDirectory? _directory;
    private readonly IWriteAheadLog? _log;
    private readonly StateSpace _space;
    private readonly MemoryGuard? _guard;
    private volatile Catalog _catalog;

    private Database(string name, DatabaseOptions options, IConnectorRegistry connectors, string? path, MemoryGuard? guard)
    {
        _guard = guard;
        Name = name;
        Logger = options.Loggers.CreateLogger("StreamDb.Coordinator");
        Options = options;
        Connectors = connectors;
        _catalog = SystemRelationRegistry.Items.Aggregate(Catalog.Empty, (c, item) => c.With(item)).With(SourceErrors.Item);
        if (path is not null)
        {
            _directory = DataDirectory.Open(path, options.Files, options.Clock, options.LogOptions, options.Progress);
        }

        _log = _directory?.Log ?? options.OpenLog?.Invoke();
        try
        {
            StoredDataflows dataflows = _directory is null ? StoredDataflows.None : DatabaseImage.KeyedStateOf(_directory.Manifest, _directory.Segments);
            _space = options.OpenSpace?.Invoke(dataflows.SpaceBase)
                ?? (dataflows.SpaceBase is { } address ? StateSpace.TryReserveAt(address) : null)
                ?? StateSpace.Reserve();
            if (guard is not null)
            {
                _space.SpillTo(path ?? Path.GetTempPath());
                guard.Add(_space);
            }

            _ = _space.Keep(options.KeptMemoryBytes);
            Engine = new Engine(new EngineOptions { WorkerCount = options.WorkerCount, Space = _space });
            (Epoch published, long lastNow) = Recover(dataflows);
            Sequencer = new Sequencer(this, Engine, _log, options.Clock, published, Math.Max(options.Clock.NowMicroseconds, lastNow));
        }
        catch
        {
            Engine?.Dispose();
            DisposeSpace();
            _directory?.Dispose();
            throw;
        }

        Checkpointer = _directory is null ? null : new Checkpointer(this, _directory);
    }

    public string Name { get; }

    public DatabaseOptions Options { get; }

    public ILogger Logger { get; }

    public IConnectorRegistry Connectors { get; }

    public Engine Engine { get; }

    public Sequencer Sequencer { get; }

    /// <summary>Null when the database is in memory.</summary>
    public Checkpointer? Checkpointer { get; }

    /// <summary>Held while an epoch is published, and while snapshots that belong together are taken.</summary>
    public Lock PublishGate { get; } = new();

    /// <summary>The newest published catalog.</summary>
    public Catalog Catalog
    {
        get => _catalog;
        set => _catalog = value;
    }

    public Epoch Published => Sequencer.Published;

    /// <summary>The next free oid; the sequencer's thread only.</summary>
    public uint NextOid { get; set; } = Catalog.FirstUserOid;

    public ConcurrentDictionary<RelationId, ViewErrorCollector> ViewErrors { get; } = new();

    /// <summary>One for each materialized view; the sequencer's thread only.</summary>
    public Dictionary<RelationId, ViewOrigin> ViewOrigins { get; } = [];

    /// <summary>Cancelled when it is disposed of: whatever goes on in it is to end.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Views and indexes that are being created.</summary>
    public ConcurrentDictionary<RelationId, BackfillJob> Backfills { get; } = new();

    /// <summary>Relations and indexes that stopped following their inputs, and why; see <see cref="PausedError"/>.</summary>
    public IReadOnlyDictionary<RelationId, string> PausedViews => _paused;

    /// <summary>How the views and indexes of the last checkpoint came back when the database was opened; those that the log behind it made are not among them.</summary>
    public IReadOnlyList<ViewRecovery> ViewRecoveries => _viewRecoveries;

    public IEnumerable<SourceRunner> Sources => _sources.Values;

    /// <summary>Opens or creates a database; replays its log.</summary>
    /// <param name="path">Its directory; null keeps it in memory.</param>
    /// <param name="guard">Of the process's memory; null: state stays in memory.</param>
    public static Database Open(string name, DatabaseOptions options, IConnectorRegistry connectors, string? path, MemoryGuard? guard)
    {
        var database = new Database(name, options, connectors, path, guard);
        database.Sequencer.Start();
        database.Checkpointer?.Start();
        foreach (RelationItem relation in database.Catalog.Relations)
        {
            database.StartSource(relation);
        }

        return database;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SourceRunner source in _sources.Values)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (BackfillJob job in Backfills.Values)
        {
            await job.Ended.ConfigureAwait(false);
        }

        Checkpointer?.Dispose();
        Sequencer.Dispose();
        Engine.Dispose();
        DisposeSpace();
        if (_directory is null)
        {
            _log?.Dispose();
        }

        _directory?.Dispose();
        _closing.Dispose();
    }

    /// <summary>An arrangement at the newest published epoch.</summary>
    /// <exception cref="SqlException">42P01: dropped since the statement was bound. 55000: it is paused.</exception>
    public RelationSnapshot Snapshot(RelationId id)
    {
        // A drop leaves the catalog under the gate before it leaves the engine.
        lock (PublishGate)
        {
            ThrowIfPaused(id);
            return _catalog.Find(id.Value) is not null
                ? Engine.Snapshot(id)
                : throw new SqlException(SqlState.UndefinedTable, "relation was dropped by another session");
        }
    }

    /// <summary>Starts reading for a source, or a table with a connector; nothing else.</summary>
    public void StartSource(RelationItem relation)
    {
        ConnectorDefinition? connector = relation switch
        {
            SourceItem source => source.Connector,
            TableItem table => table.Connector,
            _ => null,
        };
        if (connector is not null)
        {
            var runner = new SourceRunner(this, relation, connector);
            _sources[relation.Id] = runner;
            runner.Start();
        }
    }

    public void StopSource(RelationId id)
    {
        if (_sources.TryRemove(id, out SourceRunner? runner))
        {
            // Not awaited: its last batch may be waiting for this very thread. A batch for a dropped source goes nowhere.
            _ = runner.DisposeAsync().AsTask();
        }

        _offsets.TryRemove(id, out _);
    }

    public ReadOnlyMemory<byte> OffsetOf(RelationId source) => _offsets.GetValueOrDefault(source);

    public void SetOffset(RelationId source, ReadOnlyMemory<byte> offset) => _offsets[source] = offset;

    public void Paused(IReadOnlyList<DataflowFailure> failures)
    {
        foreach (DataflowFailure failure in failures)
        {
            _paused[failure.Id] = failure.Reason.Message;
        }
    }

    public void Forget(RelationId id)
    {
        _paused.TryRemove(id, out _);
        ViewErrors.TryRemove(id, out _);
        ViewOrigins.Remove(id);
    }

    /// <summary>That a relation or index stopped following its inputs, and shows nothing since; null when it has not.</summary>
    public SqlException? PausedError(RelationId id)
    {
        if (!_paused.TryGetValue(id, out string? reason))
        {
            return null;
        }

        CatalogItem? item = _catalog.Find(id.Value);
        string kind = item switch
        {
            TableItem => "table",
            SourceItem => "source",
            MaterializedViewItem => "materialized view",
            IndexItem => "index",
            _ => "relation",
        };
        return new SqlException(SqlState.ObjectNotInPrerequisiteState, $"{kind} \"{item?.Name}\" is paused: {reason}")
        {
            Hint = item is MaterializedViewItem or IndexItem
                ? "Remove the cause, then drop it and create it again, or restart the server."
                : "What it has acknowledged is in the log: remove the cause, then restart the server.",
        };
    }

    /// <exception cref="SqlException">55000: it stopped following its inputs.</exception>
    public void ThrowIfPaused(RelationId id)
    {
        if (PausedError(id) is { } paused)
        {
            throw paused;
        }
    }

    /// <exception cref="SqlException">55000: a table or source is paused, so that some of its rows are in the log alone.</exception>
    public void ThrowIfAnyInputPaused()
    {
        foreach (RelationId id in _paused.Keys.Where(id => id == SourceErrors.Item.Id || _catalog.Find(id.Value) is TableItem or SourceItem))
        {
            ThrowIfPaused(id);
        }
    }

    /// <summary>A view, or an index on one, that could not be computed from its inputs when the database was restored.</summary>
    public void SetUnavailable(RelationId id, string reason) => _paused[id] = reason;

    /// <summary>Notes how a view or an index came back; before the database serves.</summary>
    public void Recovered(ViewRecovery recovery)
    {
        _viewRecoveries.Add(recovery);
        if (!recovery.IsRestored)
        {
            Logger.Recomputed(Name, _catalog.Find(recovery.Id.Value)?.Name ?? "", recovery.DurationMs, recovery.Reason);
        }
    }

    /// <summary>Adds the relation of streamdb_catalog.source_errors to the engine.</summary>
    /// <param name="stored">Its rows in a checkpoint; null: none.</param>
    public void AddSourceErrors(StoredRelation? stored) =>
        Engine.AddRelation(SourceErrors.Item.Id, [.. SourceErrors.Item.Columns.Select(c => c.Field.Shape)], [], stored: stored);

    /// <summary>Everything but rows, as it is published; the sequencer's thread only.</summary>
    public DatabaseState Describe(long nowMicroseconds) => new(
        nowMicroseconds,
        NextOid,
        [.. _catalog.Items.Where(item => item.Oid is >= Catalog.FirstUserOid or Catalog.PublicOid).OrderBy(item => item.Oid)],
        ViewOrigins.ToDictionary(),
        _offsets.ToDictionary(),
        ViewErrors.Select(view => (view.Key, Errors: view.Value.Current())).Where(view => view.Errors.Count > 0).ToDictionary(view => view.Key, view => view.Errors));

    private void DisposeSpace()
    {
        if (_space is not null)
        {
            _guard?.Remove(_space);
            _space.Dispose();
        }
    }

    /// <summary>The newest checkpoint, then the log from there on.</summary>
    private (Epoch Published, long NowMicroseconds) Recover(StoredDataflows dataflows)
    {
        long start = Stopwatch.GetTimestamp();
        Epoch published = default;
        long now = 0;
        if (_directory is { FellBackBecause: { } reason })
        {
            Logger.FellBack(Name, reason);
        }

        if (_directory is { Manifest.Checkpoint: > 0 })
        {
            (published, now) = CheckpointRestore.Run(this, _directory, dataflows);
        }
        else
        {
            AddSourceErrors(null);
        }

        if (_log is null)
        {
            return (published, now);
        }

        long from = _directory?.Manifest.Log.BeginSequence ?? 1;
        (published, now) = LogReplay.Run(this, _log, from, published, now);
        int restored = _viewRecoveries.Count(view => view.IsRestored);
        Logger.Opened(
            Name,
            published.Value,
            (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            restored,
            _viewRecoveries.Count - restored,
            _log.DurableSequence - from + 1);
        return (published, now);
    }
}
