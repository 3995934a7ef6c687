using System.Globalization;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>
/// Gives each script an empty database: created and dropped on the server where it can do that, otherwise by a
/// fresh server process per script. One provider per job; used by one thread.
/// </summary>
public sealed class DatabaseProvider : IDisposable
{
    private const string CannotConnectNow = "57P03";

    private static int _counter;

    private readonly RunSettings _settings;
    private readonly ServerProcess? _server;
    private WireConnection? _admin;
    private bool _createsDatabases = true;
    private bool _serverIsFresh;

    public DatabaseProvider(RunSettings settings)
    {
        _settings = settings;
        _server = settings.ServerCommand is null ? null : new ServerProcess(settings.ServerCommand);
    }

    /// <summary>An empty database and how to reach it.</summary>
    /// <exception cref="ConnectionFailedException">There is no server, or it makes no databases and cannot be restarted.</exception>
    public ConnectionTarget Acquire(Profile profile)
    {
        Revive();
        string adminDatabase = _settings.Database ?? profile.DefaultDatabase;
        ConnectionTarget target = new(_settings.Host, _server?.Port ?? _settings.Port, _settings.User, adminDatabase);
        if (_createsDatabases)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"slt_{Environment.ProcessId}_{Interlocked.Increment(ref _counter)}");
            ServerError? error = Administer(target, $"CREATE DATABASE {name}");
            if (error is null)
            {
                return target with { Database = name };
            }

            if (error.SqlState is not ("0A000" or "42601" or "42501"))
            {
                throw new ConnectionFailedException($"CREATE DATABASE: {error.SqlState} {error.Message}");
            }

            _createsDatabases = false;
        }

        if (_server is null)
        {
            throw new ConnectionFailedException("the server creates no databases; give --server-command, to start one per script");
        }

        if (!_serverIsFresh)
        {
            CloseAdmin();
            _server.Restart();
        }

        _serverIsFresh = false;
        return target with { Port = _server.Port };
    }

    /// <summary>Drops what <see cref="Acquire"/> created. Failing to is no failure of the script.</summary>
    public void Release(ConnectionTarget target)
    {
        if (!_createsDatabases || !target.Database.StartsWith("slt_", StringComparison.Ordinal))
        {
            return;
        }

        // The server may still be closing the script's sessions.
        for (int attempt = 0; attempt < 5; attempt++)
        {
            try
            {
                if (Administer(target with { Database = _settings.Database ?? "dev" }, $"DROP DATABASE {target.Database}") is not { SqlState: "55006" })
                {
                    return;
                }
            }
            catch (ConnectionFailedException)
            {
                return;
            }

            Thread.Sleep(20 << attempt);
        }
    }

    /// <summary>Starts the server when it is ours and not running.</summary>
    public void Revive()
    {
        if (_server is { IsRunning: false })
        {
            CloseAdmin();
            _server.Restart();
            _serverIsFresh = true;
        }
    }

    public void Dispose()
    {
        CloseAdmin();
        _server?.Dispose();
    }

    private ServerError? Administer(ConnectionTarget target, string sql)
    {
        for (bool retried = false; ; retried = true)
        {
            try
            {
                _admin ??= OpenWhenStarted(target);
                return _admin.SimpleQuery(sql, _settings.RecordTimeout).FirstOrDefault(r => r.Error is not null)?.Error;
            }
            catch (ConnectionFailedException) when (!retried && _admin is not null)
            {
                CloseAdmin();
            }
        }
    }

    /// <summary>A server may listen before it is ready to serve.</summary>
    private WireConnection OpenWhenStarted(ConnectionTarget target)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return WireConnection.Open(target, _settings.RecordTimeout);
            }
            catch (ConnectionFailedException e) when (attempt < 100 && e.Error?.SqlState == CannotConnectNow)
            {
                Thread.Sleep(100);
            }
        }
    }

    private void CloseAdmin()
    {
        _admin?.Dispose();
        _admin = null;
    }
}
