using StreamDb.Testing.Servers;
using Xunit;

namespace StreamDb.IntegrationTests.Clients;

/// <summary>One server for all tests of a class.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await TestServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
