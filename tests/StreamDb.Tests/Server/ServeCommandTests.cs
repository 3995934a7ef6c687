using System.Net;
using System.Net.Sockets;
using StreamDb.Coordinator.Sessions;
using StreamDb.Server.Commands;
using StreamDb.Server.Configuration;
using StreamDb.Tests.PgWire;
using Xunit;

namespace StreamDb.Tests.Server;

public sealed class ServeCommandTests
{
    private static readonly ServerOptions _quiet = new() { Port = 0, HttpPort = 0, LogLevel = Microsoft.Extensions.Logging.LogLevel.None };

    [Fact]
    public async Task It_says_where_it_listens_serves_and_stops()
    {
        using var output = new StringWriter();
        var stop = new TaskCompletionSource();
        Task<int> run = ServeCommand.RunAsync(_quiet, OpenFake, output, TextWriter.Null, stop.Task);
        await WireServer.UntilAsync(() => output.ToString().EndsWith('\n'));
        Assert.StartsWith("listening on 127.0.0.1:", output.ToString(), StringComparison.Ordinal);
        IPEndPoint endPoint = IPEndPoint.Parse(output.ToString().Trim()["listening on ".Length..]);
        using (WireClient client = WireClient.Connect(endPoint))
        {
            Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(WireClient.Query("insert")));
            stop.SetResult();
            Assert.StartsWith("E S=FATAL C=57P01", await Task.Run(client.Read), StringComparison.Ordinal);
        }

        Assert.Equal(ExitCodes.Success, await run);
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        using var error = new StringWriter();
        int code = await ServeCommand.RunAsync(
            _quiet with { Port = ((IPEndPoint)taken.LocalEndPoint!).Port }, OpenFake, TextWriter.Null, error, Task.CompletedTask);
        Assert.Equal(ExitCodes.CannotStart, code);
        Assert.StartsWith("streamdb: ", error.ToString(), StringComparison.Ordinal);
    }

    private static Task<IDatabase> OpenFake(ServerOptions options, Microsoft.Extensions.Logging.ILoggerFactory loggers) =>
        Task.FromResult<IDatabase>(new FakeDatabase());
}
