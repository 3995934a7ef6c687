using System.Net;
using StreamDb.PgWire.Connections;

namespace StreamDb.Tests.PgWire;

/// <summary>A protocol server over a <see cref="FakeDatabase"/> on a free port.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly PgServer _server;

    public WireServer(PgServerOptions? options = null)
    {
        _server = PgServer.Start(Database, (options ?? new PgServerOptions()) with { EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)] });
    }

    public FakeDatabase Database { get; } = new();

    public PgServer Server => _server;

    public IPEndPoint EndPoint => _server.EndPoints[0];

    public WireClient Connect() => WireClient.Connect(EndPoint);

    public WireClient Open() => WireClient.Open(EndPoint);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Waits for something that another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(20);
        }

        Xunit.Assert.True(condition());
    }
}
