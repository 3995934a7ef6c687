using System.Net;
using System.Net.Sockets;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
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
        await WireServer.UntilAsync(() => output.ToString().EndsWith(" ms\n", StringComparison.Ordinal));
        Assert.Contains("\nready after ", output.ToString(), StringComparison.Ordinal);
        IPEndPoint endPoint = EndPointOf(output);
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

    [Fact]
    public async Task During_recovery_a_client_waits_for_a_while_and_is_then_told()
    {
        using var output = new StringWriter();
        var stop = new TaskCompletionSource();
        var opened = new TaskCompletionSource<IDatabase>();
        Task<int> run = ServeCommand.RunAsync(
            _quiet,
            (_, _, progress) =>
            {
                progress.Begin("replaying the log", "records", 4000);
                progress.Advance(120);
                return opened.Task;
            },
            output,
            TextWriter.Null,
            stop.Task);
        await WireServer.UntilAsync(() => output.ToString().EndsWith('\n'));
        using (WireClient refused = WireClient.Open(EndPointOf(output)))
        {
            refused.Send(WireClient.Startup(("user", "root"), ("database", "dev")));
            string answer = await Task.Run(refused.Read);
            Assert.StartsWith("E S=FATAL C=57P03 M=the database system is starting up", answer, StringComparison.Ordinal);
            Assert.Contains("replaying the log: 120 of 4000 records", answer, StringComparison.Ordinal);
        }

        using (WireClient waiting = WireClient.Open(EndPointOf(output)))
        {
            waiting.Send(WireClient.Startup(("user", "root"), ("database", "dev")));
            Assert.False(waiting.Poll(100));
            opened.SetResult(new FakeDatabase());
            Assert.Equal("Z I", (await Task.Run(waiting.ReadUntilReady))[^1]);
        }

        stop.SetResult();
        Assert.Equal(ExitCodes.Success, await run);
    }

    [Fact]
    public async Task What_keeps_the_database_from_opening_ends_the_program_with_the_reason()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var opened = new TaskCompletionSource<IDatabase>();
        Task<int> run = ServeCommand.RunAsync(_quiet, (_, _, _) => opened.Task, output, error, new TaskCompletionSource().Task);
        await WireServer.UntilAsync(() => output.ToString().EndsWith('\n'));
        using WireClient waiting = WireClient.Open(EndPointOf(output));
        waiting.Send(WireClient.Startup(("user", "root"), ("database", "dev")));
        Assert.False(waiting.Poll(100));
        opened.SetException(new SqlException(SqlState.DataCorrupted, "data is damaged in file \"x\" at offset 3: y"));
        Assert.StartsWith("E S=FATAL C=57P0", await Task.Run(waiting.Read), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.CannotStart, await run);
        Assert.Equal("streamdb: data is damaged in file \"x\" at offset 3: y\n", error.ToString());
    }

    [Fact]
    public async Task A_signal_ends_recovery()
    {
        using var output = new StringWriter();
        var stop = new TaskCompletionSource();
        Task<int> run = ServeCommand.RunAsync(_quiet, (_, _, _) => new TaskCompletionSource<IDatabase>().Task, output, TextWriter.Null, stop.Task);
        await WireServer.UntilAsync(() => output.ToString().EndsWith('\n'));
        stop.SetResult();
        Assert.Equal(ExitCodes.Success, await run);
    }

    private static IPEndPoint EndPointOf(StringWriter output)
    {
        string line = output.ToString().Split('\n')[0];
        Assert.StartsWith("listening on 127.0.0.1:", line, StringComparison.Ordinal);
        return IPEndPoint.Parse(line["listening on ".Length..]);
    }

    private static Task<IDatabase> OpenFake(ServerOptions options, Microsoft.Extensions.Logging.ILoggerFactory loggers, RecoveryProgress progress) =>
        Task.FromResult<IDatabase>(new FakeDatabase());
}
