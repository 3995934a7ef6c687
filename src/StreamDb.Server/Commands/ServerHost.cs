using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using StreamDb.Http;
using StreamDb.PgWire.Authentication;
using StreamDb.PgWire.Connections;
using StreamDb.Server.Configuration;

namespace StreamDb.Server.Commands;

/// <summary>The listeners over a database, open or about to be.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly PgServer _server;
    private HttpServer? _http;

    private ServerHost(PgServer server)
    {
        _server = server;
    }

    /// <summary>Where PostgreSQL clients connect.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _server.EndPoints;

    public static async Task<ServerHost> StartAsync(StartingDatabase database, ServerOptions options, ILoggerFactory loggers)
    {
        if (options is { KeptMemoryMiB: > 0, MemoryLimitMiB: > 0 })
        {
            throw new ArgumentException("--kept-memory-mib and --memory-limit-mib exclude each other");
        }

        var host = new ServerHost(PgServer.Start(database, ProtocolOptions(options), loggers));
        try
        {
            if (options.HttpPort != 0)
            {
                host._http = await HttpServer.StartAsync(
                    new IPEndPoint(options.Addresses[0], options.HttpPort), [host._server, database], () => database.Unready, loggers).ConfigureAwait(false);
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops accepting, tells the clients, and waits for their statements to end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(_patience).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        if (_http is not null)
        {
            await _http.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static PgServerOptions ProtocolOptions(ServerOptions options) => new()
    {
        EndPoints = [.. options.Addresses.Select(address => new IPEndPoint(address, options.Port))],
        Roles = options.Password is null ? null : new SinglePasswordRoleStore(options.Password),
        Certificate = LoadCertificate(options),
    };

    /// <summary>Without a key file the key is in the certificate's file.</summary>
    private static X509Certificate2? LoadCertificate(ServerOptions options)
    {
        if (options.TlsCertificate is null)
        {
            return options.TlsKey is null ? null : throw new ArgumentException("--tls-key needs --tls-cert");
        }

        return X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey);
    }
}
