using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Diagnostics;
using StreamDb.PgWire.Authentication;

namespace StreamDb.PgWire.Connections;

/// <summary>Listens for PostgreSQL clients and serves each on its own flow.</summary>
public sealed class PgServer : IAsyncDisposable, IMetricsSource
{
    private const int Backlog = 512;

    private readonly IDatabase _database;
    private readonly PgServerOptions _options;
    private readonly ILogger _logger;
    private readonly Authenticator _authenticator;
    private readonly ConnectionMetrics _metrics = new();
    private readonly ConcurrentDictionary<Connection, Task> _connections = [];
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _loops = [];
    private readonly CancellationTokenSource _stopping = new();

    private PgServer(IDatabase database, PgServerOptions options, ILogger logger)
    {
        _database = database;
        _options = options;
        _logger = logger;
        _authenticator = new Authenticator(options.Roles, options.Certificate);
    }

    /// <summary>The addresses listened on, with their real ports.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>Clients connected now.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Binds all addresses and begins to accept.</summary>
    /// <exception cref="SocketException">An address is in use or not ours.</exception>
    public static PgServer Start(IDatabase database, PgServerOptions options, ILoggerFactory? loggers = null)
    {
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("StreamDb.PgWire");
        var server = new PgServer(database, options, logger);
        server.Listen();
        return server;
    }

    /// <summary>Stops accepting, tells every client, and waits for the connections to end; those that do not are closed.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket listener in _listeners)
        {
            listener.Dispose();
        }

        await Task.WhenAll(_loops).ConfigureAwait(false);
        foreach (Connection connection in _connections.Keys)
        {
            connection.Stop();
        }

        Task all = Task.WhenAll(_connections.Values);
        await Task.WhenAny(all, Task.Delay(patience)).ConfigureAwait(false);
        if (!all.IsCompleted)
        {
            _logger.ConnectionsAborted(_connections.Count);
            foreach (Connection connection in _connections.Keys)
            {
                connection.Abort();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        _stopping.Dispose();
    }

    public IEnumerable<Metric> ReadMetrics() =>
    [
        new("streamdb_pgwire_connections", "Clients connected now.", IsCounter: false, ConnectionCount),
        new("streamdb_pgwire_connections_total", "Connections accepted.", IsCounter: true, _metrics.Accepted),
        new("streamdb_pgwire_statements_total", "Statements and portals executed.", IsCounter: true, _metrics.Statements),
        new("streamdb_pgwire_errors_total", "Errors reported to clients.", IsCounter: true, _metrics.Errors),
    ];

    private void Listen()
    {
        try
        {
            foreach (IPEndPoint endPoint in _options.EndPoints)
            {
                var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                _listeners.Add(listener);
                if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    listener.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
                }

                // Not ReuseAddress: on Linux the runtime would let a second server share the port (SO_REUSEPORT). A port whose old
                // connections linger can be had again without it.
                listener.Bind(endPoint);
                listener.Listen(Backlog);
            }
        }
        catch
        {
            _listeners.ForEach(listener => listener.Dispose());
            throw;
        }

        EndPoints = [.. _listeners.Select(listener => (IPEndPoint)listener.LocalEndPoint!)];
        foreach (Socket listener in _listeners)
        {
            _logger.Listening(listener.LocalEndPoint!);
            _loops.Add(AcceptAsync(listener));
        }

        _loops.Add(CheckClientsAsync());
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Begin(await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (!_stopping.IsCancellationRequested)
                {
                    // Out of file descriptors, or the client left already: go on, but not in a tight loop.
                    _logger.AcceptFailed(error);
                    await Task.Delay(TimeSpan.FromMilliseconds(50)).ConfigureAwait(false);
                }
            }
        }
    }

    private void Begin(Socket socket)
    {
        _metrics.CountAccepted();
        var connection = new Connection(socket, _database, _options, _authenticator, _metrics, _logger);
        bool isOneTooMany = _connections.Count >= _options.ConnectionCountMax;

        // The connection enters the table before it runs, so that its end, which takes it out, comes second.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = started.Task;
        _ = Task.Run(async () =>
        {
            await connection.RunAsync(isOneTooMany).ConfigureAwait(false);
            _connections.TryRemove(connection, out _);
            started.SetResult();
        });
    }

    private async Task CheckClientsAsync()
    {
        using var timer = new PeriodicTimer(_options.ClientCheckInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                foreach ((Connection connection, _) in _connections)
                {
                    connection.CheckClient();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
