using Xunit;
using static StreamDb.Tests.PgWire.WireClient;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class ExtendedQueryTests : IAsyncDisposable
{
    private const string NumberText = "T n 0/0 23/4/-1 0";
    private const string NumberBinary = "T n 0/0 23/4/-1 1";

    private readonly WireServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void A_statement_is_parsed_bound_described_and_executed()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "2", NumberText, "D 1", "C SELECT 1", "Z I"],
            client.Ask(Parse("", "select 1"), Bind("", "", []), Describe('P', ""), Execute(), Sync()));
    }

    [Fact]
    public void A_named_statement_is_described_before_it_is_bound()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "t 23 25", "T n 0/0 23/4/-1 0, t 0/0 25/-1/-1 0", "Z I"],
            client.Ask(Parse("s", "select $1::int, $2::text"), Describe('S', "s"), Sync()));
        Assert.Equal(["2", "D 42|NULL", "C SELECT 1", "Z I"], client.Ask(Bind("", "s", ["42", null]), Execute(), Sync()));
    }

    [Fact]
    public void A_statement_without_rows_has_no_data()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "t ", "n", "2", "n", "C INSERT 0 1", "Z I"],
            client.Ask(Parse("", "insert"), Describe('S', ""), Bind("", "", [], 1), Describe('P', ""), Execute(), Sync()));
    }

    [Fact]
    public void An_empty_statement_answers_empty_query()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(["1", "2", "n", "I", "Z I"], client.Ask(Parse("", ""), Bind("", "", []), Describe('P', ""), Execute(), Sync()));
    }

    [Fact]
    public void One_format_code_stands_for_all_and_none_for_text()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "2", NumberBinary, "D 0x00000001", "C SELECT 1", "Z I"],
            client.Ask(Parse("", "select 1"), Bind("", "", [], 1), Describe('P', ""), Execute(), Sync()));
        Assert.Equal(
            ["1", "2", "D 0x00000007|x", "C SELECT 1", "Z I"],
            client.Ask(Parse("", "select $1::int, $2::text"), Bind("", "", [1], [Int32(7), "x"u8.ToArray()], [1]), Execute(), Sync()));
        Assert.Equal(
            ["2", "D 0x00000007|x", "C SELECT 1", "Z I"],
            client.Ask(Bind("", "", [1, 0], [Int32(7), "x"u8.ToArray()], [1, 0]), Execute(), Sync()));
    }

    [Fact]
    public void Wrong_counts_are_errors_of_the_message_and_not_of_the_connection()
    {
        using WireClient client = _server.Connect();
        client.Ask(Parse("s", "select $1::int, $2::text"), Sync());
        Assert.Equal(
            ["E S=ERROR C=08P01 M=bind message supplies 1 parameters, but prepared statement \"s\" requires 2", "Z I"],
            client.Ask(Bind("", "s", ["1"]), Sync()));
        Assert.Equal(
            ["E S=ERROR C=08P01 M=bind message has 3 parameter formats but 2 parameters", "Z I"],
            client.Ask(Bind("", "s", [0, 0, 0], [null, null], []), Sync()));
        Assert.Equal(
            ["E S=ERROR C=08P01 M=bind message has 3 result formats but query has 2 columns", "Z I"],
            client.Ask(Bind("", "s", [null, null], 0, 0, 0), Sync()));
        Assert.Equal(
            ["E S=ERROR C=22023 M=unsupported format code: 2", "Z I"],
            client.Ask(Bind("", "s", [2], [null, null], []), Sync()));
        Assert.StartsWith("E S=ERROR C=22P02", client.Ask(Bind("", "s", ["x", null]), Sync())[0], StringComparison.Ordinal);
        Assert.StartsWith("E S=ERROR C=22021", client.Ask(Bind("", "s", [0], [null, [0xC3]], []), Sync())[0], StringComparison.Ordinal);
        Assert.Equal(["2", "D NULL|NULL", "C SELECT 1", "Z I"], client.Ask(Bind("", "s", [null, null]), Execute(), Sync()));
    }

    [Fact]
    public void Unknown_names_have_their_states()
    {
        using WireClient client = _server.Connect();
        Assert.StartsWith("E S=ERROR C=26000", client.Ask(Bind("", "no", []), Sync())[0], StringComparison.Ordinal);
        Assert.StartsWith("E S=ERROR C=26000", client.Ask(Describe('S', "no"), Sync())[0], StringComparison.Ordinal);
        Assert.StartsWith("E S=ERROR C=34000", client.Ask(Describe('P', "no"), Sync())[0], StringComparison.Ordinal);
        Assert.StartsWith("E S=ERROR C=34000", client.Ask(Execute("no"), Sync())[0], StringComparison.Ordinal);
        Assert.StartsWith("E S=ERROR C=42704", client.Ask(Parse("", "select 1", 999_999), Sync())[0], StringComparison.Ordinal);
        Assert.Equal(["3", "3", "Z I"], client.Ask(Close('S', "no"), Close('P', "no"), Sync()));
    }

    [Fact]
    public void After_an_error_everything_up_to_sync_is_skipped()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "E S=ERROR C=42P01 M=relation \"oops\" does not exist D=D. H=H. P=3 t=oops", "Z I"],
            client.Ask(Parse("a", "insert"), Parse("b", "oops"), Bind("", "a", []), Execute(), Query("insert"), Flush(), Sync()));
        Assert.Equal(["2", "C INSERT 0 1", "Z I"], client.Ask(Bind("", "a", []), Execute(), Sync()));
    }

    [Fact]
    public void Errors_do_not_wait_for_sync()
    {
        using WireClient client = _server.Connect();
        client.Send(Parse("", "oops"), Flush());
        Assert.StartsWith("E S=ERROR C=42P01", client.Read(), StringComparison.Ordinal);
        client.Send(Sync());
        Assert.Equal("Z I", client.Read());
    }

    [Fact]
    public void Flush_sends_what_is_there_without_ending_anything()
    {
        using WireClient client = _server.Connect();
        client.Send(Parse("", "select 1"), Describe('S', ""), Flush());
        Assert.Equal(["1", "t ", NumberText], Enumerable.Range(0, 3).Select(_ => client.Read()));
        client.Send(Bind("", "", []), Execute(), Flush());
        Assert.Equal(["2", "D 1", "C SELECT 1"], Enumerable.Range(0, 3).Select(_ => client.Read()));
        Assert.False(client.Poll(50));
        Assert.Equal(["Z I"], client.Ask(Sync()));
    }

    [Fact]
    public async Task A_row_limit_suspends_the_portal_and_the_next_execute_continues()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "2", "D 1", "D 2", "s", "D 3", "D 4", "s", "D 5", "C SELECT 1", "Z I"],
            client.Ask(Parse("", "series 5"), Bind("p", "", []), Execute("p", 2), Execute("p", 2), Execute("p", 2), Sync()));
        Assert.Equal(
            ["1", "2", "D 1", "D 2", "s", "C SELECT 0", "Z I"],
            client.Ask(Parse("", "series 2"), Bind("p", "", []), Execute("p", 2), Execute("p", 2), Sync()));
        await WireServer.UntilAsync(() => _server.Database.Sessions[client.ProcessId].OpenResults == 0);
    }

    [Fact]
    public void A_suspended_portal_survives_sync_in_a_transaction_and_not_outside()
    {
        using WireClient client = _server.Connect();
        client.Ask(Query("begin"));
        Assert.Equal(["1", "2", "D 0x00000001", "s", "Z T"], client.Ask(Parse("", "series 2"), Bind("p", "", [], 1), Execute("p", 1), Sync()));
        Assert.Equal(["D 0x00000002", "s", "Z T"], client.Ask(Execute("p", 1), Sync()));
        client.Ask(Query("commit"));

        Assert.Equal(["1", "2", "D 1", "s", "Z I"], client.Ask(Parse("", "series 2"), Bind("p", "", []), Execute("p", 1), Sync()));
        Assert.StartsWith("E S=ERROR C=34000", client.Ask(Execute("p", 1), Sync())[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Several_syncs_may_be_in_flight()
    {
        using WireClient client = _server.Connect();
        client.Send(
            Parse("", "select 1"), Bind("", "", []), Execute(), Sync(),
            Parse("", "oops"), Bind("", "", []), Execute(), Sync(),
            Parse("", "insert"), Bind("", "", []), Execute(), Sync(),
            Sync());
        Assert.Equal(["1", "2", "D 1", "C SELECT 1", "Z I"], client.ReadUntilReady());
        Assert.Equal(["E S=ERROR C=42P01 M=relation \"oops\" does not exist D=D. H=H. P=3 t=oops", "Z I"], client.ReadUntilReady());
        Assert.Equal(["1", "2", "C INSERT 0 1", "Z I"], client.ReadUntilReady());
        Assert.Equal(["Z I"], client.ReadUntilReady());
    }

    [Fact]
    public void A_simple_query_may_precede_extended_messages_in_one_packet()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("begin"), Parse("", "insert"), Bind("", "", []), Execute(), Sync());
        Assert.Equal(["C BEGIN", "Z T"], client.ReadUntilReady());
        Assert.Equal(["1", "2", "C INSERT 0 1", "Z T"], client.ReadUntilReady());
    }

    [Fact]
    public void A_simple_query_drops_the_unnamed_statement()
    {
        using WireClient client = _server.Connect();
        client.Ask(Parse("", "insert"), Sync());
        client.Ask(Query("select 1"));
        Assert.StartsWith("E S=ERROR C=26000", client.Ask(Bind("", "", []), Sync())[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_while_rows_are_read_follows_the_rows()
    {
        using WireClient client = _server.Connect();
        Assert.Equal(
            ["1", "2", "D 7", "E S=ERROR C=22012 M=division by zero", "Z I"],
            client.Ask(Parse("", "break midway"), Bind("", "", []), Execute(), Execute(), Sync()));
    }

    [Fact]
    public void A_statement_may_have_the_most_parameters_a_message_can_name()
    {
        using WireClient client = _server.Connect();
        client.Ask(Parse("s", "select $1::int"), Sync());
        Assert.Equal(
            "E S=ERROR C=08P01 M=bind message supplies 65535 parameters, but prepared statement \"s\" requires 1",
            client.Ask(Bind("", "s", new string?[65535]), Sync())[0]);
    }
}
