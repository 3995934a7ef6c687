using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using StreamDb.Coordinator.Recovery;
using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Dataflow;
using StreamDb.State.Spaces;

namespace StreamDb.Coordinator;

/// <summary>A running server's databases and sessions.</summary>
/// <remarks>Each database has its own catalog, engine and log, in a directory of its name below the data directory; "dev" always exists.</remarks>
public sealed class Instance : IDatabase, IMetricsSource, IAsyncDisposable
{
    public const string DefaultDatabase = "dev";

    private readonly ConcurrentDictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Session> _sessions = new();
    private readonly DatabaseOptions _options;
    private readonly IConnectorRegistry _connectors;
    private readonly Lock _gate = new();
    private readonly MemoryGuard? _guard;
    private int _lastProcessId;

    private Instance(DatabaseOptions options, IConnectorRegistry connectors)
    {
        _options = options;
        _connectors = connectors;
        if (options.MemoryLimitBytes > 0)
        {
            string directory = options.DataDirectory ?? Path.GetTempPath();
            Directory.CreateDirectory(directory);
            _guard = new MemoryGuard(options.MemoryLimitBytes);
            _guard.Add(Engine.SpillRows(directory));
        }
    }

    /// <summary>Open sessions.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Epochs published in all databases since the start.</summary>
    public long EpochCount => _databases.Values.Sum(d => d.Sequencer.EpochCount);

    /// <summary>Names of all databases.</summary>
    public IEnumerable<string> DatabaseNames => _databases.Keys.Order(StringComparer.Ordinal);

    /// <summary>Opens every database of the data directory, replaying its log, or an instance in memory.</summary>
    /// <exception cref="SqlException">55P03, XX001, 53100, 58030: see <see cref="State.DataDirectory.Open"/>.</exception>
    public static Instance Open(DatabaseOptions options, IConnectorRegistry connectors)
    {
        var instance = new Instance(options, connectors);
        IEnumerable<string> names = [DefaultDatabase];
        if (options.DataDirectory is not null && options.Files is null)
        {
            Directory.CreateDirectory(options.DataDirectory);
            names = names.Union(Directory.GetDirectories(options.DataDirectory).Select(d => Path.GetFileName(d)!));
        }

        foreach (string name in names)
        {
            instance._databases[name] = Database.Open(name, options, connectors, instance.PathOf(name), instance._guard);
        }

        return instance;
    }

    public ISession Connect(string user, string database, IReadOnlyDictionary<string, string> settings, EndPoint? client)
    {
        if (!_databases.TryGetValue(database, out Database? found))
        {
            throw new SqlException(SqlState.InvalidCatalogName, $"database \"{database}\" does not exist");
        }

        if (_sessions.Count >= _options.SessionsMax)
        {
            throw new SqlException(SqlState.TooManyConnections, "sorry, too many clients already");
        }

        SessionSettings initial = new SessionSettings().WithStartup(settings, user);
        var session = new Session(
            this, found, user, initial, Interlocked.Increment(ref _lastProcessId), RandomNumberGenerator.GetInt32(int.MaxValue));
        _sessions[session.ProcessId] = session;
        return session;
    }

    public void Cancel(int processId, int secretKey)
    {
        if (_sessions.TryGetValue(processId, out Session? session) && session.SecretKey == secretKey)
        {
            session.CancelCurrent();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Database database in _databases.Values)
        {
            await database.DisposeAsync().ConfigureAwait(false);
        }

        _guard?.Dispose();
    }

    public IEnumerable<Metric> ReadMetrics()
    {
        List<ViewRecovery> views = [.. _databases.Values.SelectMany(database => database.ViewRecoveries)];
        return
        [
            new("streamdb_epochs_total", "Epochs published.", IsCounter: true, EpochCount),
            new("streamdb_sessions", "Open sessions.", IsCounter: false, SessionCount),
            new("streamdb_restart_views_restored", "Views and indexes whose state the last start read from a checkpoint.", IsCounter: false, views.Count(view => view.IsRestored)),
            new("streamdb_restart_views_recomputed", "Views and indexes that the last start computed again.", IsCounter: false, views.Count(view => !view.IsRestored)),
        ];
    }

    internal IEnumerable<Session> Sessions => _sessions.Values;

    internal void Remove(Session session) => _sessions.TryRemove(session.ProcessId, out _);

    /// <summary>CREATE DATABASE.</summary>
    internal bool CreateDatabase(string name, bool ifNotExists)
    {
        lock (_gate)
        {
            if (_databases.ContainsKey(name))
            {
                return ifNotExists ? false : throw new SqlException(SqlState.DuplicateDatabase, $"database \"{name}\" already exists");
            }

            if (name.Length == 0 || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.StartsWith('.'))
            {
                throw new SqlException(SqlState.InvalidName, $"invalid database name \"{name}\"");
            }

            _databases[name] = Database.Open(name, _options, _connectors, PathOf(name), _guard);
            return true;
        }
    }

    /// <summary>DROP DATABASE.</summary>
    internal async Task<bool> DropDatabaseAsync(string name, bool ifExists, Session asker, bool isForced)
    {
        if (name == DefaultDatabase)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"database \"{name}\" cannot be dropped");
        }

        if (name == asker.Database.Name)
        {
            throw new SqlException(SqlState.ObjectInUse, "cannot drop the currently open database");
        }

        if (!_databases.TryGetValue(name, out Database? database))
        {
            return ifExists ? false : throw new SqlException(SqlState.InvalidCatalogName, $"database \"{name}\" does not exist");
        }

        List<Session> users = [.. _sessions.Values.Where(s => s.Database == database)];
        if (users.Count > 0 && !isForced)
        {
            throw new SqlException(SqlState.ObjectInUse, $"database \"{name}\" is being accessed by other users")
            {
                Detail = $"There are {users.Count} other sessions using the database.",
            };
        }

        if (_databases.TryRemove(name, out _))
        {
            await database.DisposeAsync().ConfigureAwait(false);
            if (PathOf(name) is { } path)
            {
                Directory.Delete(path, recursive: true);
            }
        }

        return true;
    }

    private string? PathOf(string name) => _options.DataDirectory is null ? null : Path.Combine(_options.DataDirectory, name);
}
