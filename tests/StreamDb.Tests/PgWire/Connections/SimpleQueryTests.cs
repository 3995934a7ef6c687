using Xunit;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class SimpleQueryTests : IAsyncDisposable
{
    private readonly WireServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Rows_come_between_their_description_and_the_tag()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["T n 0/0 23/4/-1 0", "D 1", "C SELECT 1", "Z I"], client.Ask(WireClient.Query("select 1")));
    }

    [Fact]
    public void Values_are_text_and_nulls_have_no_bytes()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            [
                "T id 16384/1 20/8/-1 0, small 0/0 21/2/-1 0, name 0/0 1043/-1/24 0",
                "D 1|-2|one",
                "D -9223372036854775808|NULL|NULL",
                "D NULL|32767|",
                "C SELECT 3",
                "Z I",
            ],
            client.Ask(WireClient.Query("select mixed")));
    }

    [Fact]
    public void A_result_may_have_no_columns()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["T ", "C SELECT 0", "Z I"], client.Ask(WireClient.Query("select nothing")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(";")]
    [InlineData(" ; ; ")]
    public void An_empty_query_has_its_own_answer(string sql)
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["I", "Z I"], client.Ask(WireClient.Query(sql)));
    }

    [Fact]
    public void Several_statements_share_one_ready_message()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["C INSERT 0 1", "T n 0/0 23/4/-1 0", "D 1", "C SELECT 1", "C INSERT 0 1", "Z I"],
            client.Ask(WireClient.Query("insert; select 1; insert;")));
    }

    [Fact]
    public void An_error_ends_the_query_and_not_the_connection()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["C INSERT 0 1", "E S=ERROR C=42P01 M=relation \"oops\" does not exist D=D. H=H. P=11 t=oops", "Z I"],
            client.Ask(WireClient.Query("insert; oops; insert")));
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(WireClient.Query("insert")));
    }

    [Fact]
    public void A_syntax_error_lets_no_statement_run()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["E S=ERROR C=42601 M=syntax error at or near \"error\" P=17", "Z I"],
            client.Ask(WireClient.Query("insert;   syntax error")).Select(m => m.Replace("P=18", "P=17", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_error_after_some_rows_follows_them()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["T n 0/0 23/4/-1 0", "D 7", "E S=ERROR C=22012 M=division by zero", "Z I"],
            client.Ask(WireClient.Query("break midway; insert")));
    }

    [Fact]
    public void A_failed_transaction_says_so()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["C BEGIN", "Z T"], client.Ask(WireClient.Query("begin")));
        Assert.Equal("Z E", client.Ask(WireClient.Query("oops"))[^1]);
        Assert.StartsWith("E S=ERROR C=25P02", client.Ask(WireClient.Query("insert"))[0], StringComparison.Ordinal);
        Assert.Equal(["C ROLLBACK", "Z I"], client.Ask(WireClient.Query("rollback")));
    }

    [Fact]
    public void An_internal_error_is_XX000_and_the_connection_goes_on()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["E S=ERROR C=XX000 M=internal error: a bug", "Z I"], client.Ask(WireClient.Query("crash")));
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(WireClient.Query("insert")));
    }

    [Fact]
    public void Notices_come_before_the_tag_and_changed_settings_before_ready()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["N S=NOTICE C=00000 M=look here H=There.", "C DO", "Z I"], client.Ask(WireClient.Query("notice")));
        Assert.Equal(["C SET", "S application_name=changed", "Z I"], client.Ask(WireClient.Query("set application_name")));
        Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(WireClient.Query("insert")));
    }

    [Fact]
    public void A_large_result_arrives_whole()
    {
        using WireClient client = _server.Connect();
        List<string> answer = client.Ask(WireClient.Query("series 100000"));
        Assert.Equal(100_003, answer.Count);
        Assert.Equal("D 100000", answer[^3]);
        Assert.Equal("C SELECT 100000", answer[^2]);
    }

    [Fact]
    public void A_feed_sends_each_row_at_once()
    {
        using WireClient client = _server.Connect();
        client.Send(WireClient.Query("feed"));
        Assert.Equal(["T n 0/0 23/4/-1 0", "D 0", "D 1", "D 2"], Enumerable.Range(0, 4).Select(_ => client.Read()));
        _server.Database.Cancel(client.ProcessId, client.SecretKey);
        Assert.Contains("E S=ERROR C=57014 M=canceling statement due to user request", client.ReadUntilReady());
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["E S=ERROR C=22021 M=invalid byte sequence for encoding \"UTF8\": 0xff", "Z I"],
            client.Ask(WireClient.Message('Q', [0xFF, (byte)'a', 0])));
    }

    [Fact]
    public void Queries_may_be_pipelined()
    {
        using WireClient client = _server.Connect();
        client.Send([.. Enumerable.Repeat(WireClient.Query("select 1"), 50)]);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(4, client.ReadUntilReady().Count);
        }
    }

    [Fact]
    public void Function_calls_by_message_are_refused_politely()
    {
        using WireClient client = _server.Connect();
        List<string> answer = client.Ask(WireClient.Message('F', WireClient.Int32(1), WireClient.Int16(0), WireClient.Int16(0), WireClient.Int16(0)));
        Assert.StartsWith("E S=ERROR C=0A000", answer[0], StringComparison.Ordinal);
        Assert.Equal("Z I", answer[1]);
    }
}
