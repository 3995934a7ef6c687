using StreamDb.PgWire.Connections;
using Xunit;
using static StreamDb.Tests.PgWire.WireClient;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class LifetimeTests : IAsyncDisposable
{
    private readonly WireServer _server = new(new PgServerOptions { ClientCheckInterval = TimeSpan.FromMilliseconds(20) });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void A_cancel_request_ends_the_statement_and_not_the_session()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("sleep"));
        Assert.False(client.Poll(50));
        using (WireClient canceler = _server.Open())
        {
            canceler.Send([.. Int32(16), .. Int32((1234 << 16) | 5678), .. Int32(client.ProcessId), .. Int32(client.SecretKey)]);
            Assert.Equal("end", canceler.Read());
        }

        Assert.Equal(["E S=ERROR C=57014 M=canceling statement due to user request", "Z I"], client.ReadUntilReady());
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(Query("insert")));
    }

    [Fact]
    public void A_cancel_request_with_the_wrong_key_does_nothing()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("sleep"));
        using (WireClient canceler = _server.Open())
        {
            canceler.Send([.. Int32(16), .. Int32((1234 << 16) | 5678), .. Int32(client.ProcessId), .. Int32(client.SecretKey + 1)]);
            Assert.Equal("end", canceler.Read());
        }

        Assert.False(client.Poll(50));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_cancels_its_statement(bool hasPipelined)
    {
        using (WireClient client = _server.Connect())
        {
            client.Send(Query("sleep"));
            if (hasPipelined)
            {
                client.Send(Query("sleep"), Query("sleep"));
            }

            await WireServer.UntilAsync(() => _server.Database.Sessions.Count == 1);
        }

        await WireServer.UntilAsync(() => _server.Database.Sessions.IsEmpty);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_feed()
    {
        using (WireClient client = _server.Connect())
        {
            client.Send(Query("feed"));
            client.Read();
        }

        await WireServer.UntilAsync(() => _server.Database.Sessions.IsEmpty);
    }

    [Fact]
    public async Task Terminate_closes_the_session()
    {
        using WireClient client = _server.Connect();
        client.Send(Message('X'));
        Assert.Equal("end", client.Read());
        await WireServer.UntilAsync(() => _server.Database.Sessions.IsEmpty);
    }

    [Fact]
    public void A_session_that_is_to_end_says_so_with_a_fatal_error()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("terminate"));
        Assert.Equal(["E S=FATAL C=57P01 M=terminating connection due to administrator command", "end"], client.ReadToEnd());
    }

    [Fact]
    public async Task Shutdown_tells_idle_and_busy_clients()
    {
        using WireClient idle = _server.Connect();
        using WireClient busy = _server.Connect();
        using WireClient copying = _server.Connect();
        busy.Send(Query("sleep"));
        copying.Send(Query("copy t from stdin"));
        Assert.Equal("G 0 2", copying.Read());
        Task stop = _server.Server.StopAsync(TimeSpan.FromSeconds(10));
        List<string> expected = ["E S=FATAL C=57P01 M=terminating connection due to administrator command", "end"];
        Assert.Equal(expected, await Task.Run(idle.ReadToEnd));
        Assert.Equal(expected, await Task.Run(busy.ReadToEnd));
        Assert.Equal(expected, await Task.Run(copying.ReadToEnd));
        idle.Dispose();
        busy.Dispose();
        copying.Dispose();
        await stop;
        Assert.Empty(_server.Database.Sessions);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_back_only_itself()
    {
        using WireClient slow = _server.Connect();
        slow.Send(Query("series 3000000"));
        await Task.Delay(100);
        using WireClient other = _server.Connect();
        Assert.Equal(["C INSERT 0 1", "Z I"], other.Ask(Query("insert")));
        Assert.Equal("T n 0/0 23/4/-1 0", slow.Read());
        slow.Dispose();
        await WireServer.UntilAsync(() => _server.Database.Sessions.Count == 1);
    }
}
