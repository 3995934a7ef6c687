using System.Net;
using StreamDb.PgWire.Connections;
using StreamDb.Tests.PgWire;

namespace StreamDb.IntegrationTests.Protocol;

/// <summary>The protocol server over canned statements, so that only the protocol is tested.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly PgServer _server;

    public FakeServer(PgServerOptions? options = null)
    {
        _server = PgServer.Start(Database, (options ?? new PgServerOptions()) with { EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)] });
    }

    public FakeDatabase Database { get; } = new();

    public IPEndPoint EndPoint => _server.EndPoints[0];

    /// <summary>For Npgsql. The fake has no catalog, and no DISCARD ALL.</summary>
    public string ConnectionString =>
        $"Host={EndPoint.Address};Port={EndPoint.Port};Username=root;Database=dev;Server Compatibility Mode=NoTypeLoading;No Reset On Close=true;Pooling=false;Include Error Detail=true";

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
