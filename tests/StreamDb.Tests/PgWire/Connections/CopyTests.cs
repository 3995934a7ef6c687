using Xunit;
using static StreamDb.Tests.PgWire.WireClient;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class CopyTests : IAsyncDisposable
{
    private readonly WireServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Copy_in_takes_data_cut_anywhere()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("copy t from stdin; insert"));
        Assert.Equal("G 0 2", client.Read());
        Assert.Equal(
            ["C COPY 3", "C INSERT 0 1", "Z I"],
            client.Ask(CopyData("1\ta\n2"), CopyData(""), CopyData("\tb\n"), CopyData("3\tc\n"), Message('c')));
    }

    [Fact]
    public void Copy_out_sends_each_block_as_a_message()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["H 0 2", "d 1\ta\n", "d 2\tb\n", "d 3\tc\n", "c", "C COPY 3", "Z I"], client.Ask(Query("copy t to stdout")));
    }

    [Fact]
    public void Copy_works_in_the_extended_protocol_where_sync_comes_too_early()
    {
        using WireClient client = _server.Connect();
        client.Send(Parse("", "copy t from stdin"), Bind("", "", []), Describe('P', ""), Execute(), Sync());
        Assert.Equal(["1", "2", "n", "G 0 2"], Enumerable.Range(0, 4).Select(_ => client.Read()));
        Assert.Equal(["C COPY 1", "Z I"], client.Ask(CopyData("1\ta\n"), Flush(), Message('c'), Sync()));
        Assert.Equal(
            ["1", "2", "H 0 2", "d 1\ta\n", "d 2\tb\n", "d 3\tc\n", "c", "C COPY 3", "Z I"],
            client.Ask(Parse("", "copy t to stdout"), Bind("", "", []), Execute(), Sync()));
    }

    [Fact]
    public void The_client_may_give_up()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("copy t from stdin; insert"));
        client.Read();
        Assert.Equal(
            ["E S=ERROR C=57014 M=COPY from stdin failed: no more", "Z I"],
            client.Ask(CopyData("1\ta\n"), Message('f', Text("no more"))));
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(Query("insert")));
    }

    [Fact]
    public void Data_after_an_error_is_ignored()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("copy t from stdin"));
        client.Read();
        client.Send(CopyData("bad\n"), CopyData("more\n"), CopyData("more\n"), Message('c'));
        Assert.Equal(["E S=ERROR C=22P04 M=missing data for column \"b\"", "Z I"], client.ReadUntilReady());
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(Query("insert")));
    }

    [Fact]
    public void In_the_extended_protocol_an_error_skips_to_sync()
    {
        using WireClient client = _server.Connect();
        client.Send(Parse("", "copy t from stdin"), Bind("", "", []), Execute());
        client.Send(CopyData("bad\n"), CopyData("more\n"), Message('c'), Sync());
        Assert.Equal(["1", "2", "G 0 2", "E S=ERROR C=22P04 M=missing data for column \"b\"", "Z I"], client.ReadUntilReady());
    }

    [Fact]
    public void Another_message_in_between_ends_the_copy()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("copy t from stdin"));
        client.Read();
        Assert.Equal(
            ["E S=ERROR C=08P01 M=unexpected message type 0x51 during COPY from stdin", "Z I"],
            client.Ask(Query("insert")));
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(Query("insert")));
    }

    [Fact]
    public async Task A_client_that_leaves_during_copy_leaves_nothing_behind()
    {
        using (WireClient client = _server.Connect())
        {
            client.Send(Query("copy t from stdin"));
            client.Read();
            client.Send(CopyData("1\ta\n"));
        }

        await WireServer.UntilAsync(() => _server.Database.Sessions.IsEmpty);
    }
}
