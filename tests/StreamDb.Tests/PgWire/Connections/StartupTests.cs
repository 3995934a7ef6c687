using System.Net;
using System.Net.Sockets;
using StreamDb.PgWire.Connections;
using Xunit;
using static StreamDb.Tests.PgWire.WireClient;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class StartupTests : IAsyncDisposable
{
    private readonly WireServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void A_client_is_greeted_with_settings_and_its_key()
    {
        using WireClient client = _server.Open();
        client.Send(Startup(("user", "root"), ("database", "dev"), ("application_name", "tests")));
        List<string> answer = client.ReadUntilReady();
        Assert.Equal("R 0", answer[0]);
        Assert.Contains("S server_version=15.4 (StreamDb 0.1)", answer);
        Assert.Contains("S application_name=tests", answer);
        Assert.Contains("S client_encoding=UTF8", answer);
        Assert.StartsWith("K ", answer[^2], StringComparison.Ordinal);
        Assert.Equal("Z I", answer[^1]);
    }

    [Fact]
    public void Encryption_is_refused_with_one_byte_and_the_connection_goes_on()
    {
        using WireClient client = _server.Open();
        client.Send([.. Int32(8), .. Int32((1234 << 16) | 5680)]);
        Assert.Equal((byte)'N', client.Stream.ReadByte());
        client.Send([.. Int32(8), .. Int32((1234 << 16) | 5679)]);
        Assert.Equal((byte)'N', client.Stream.ReadByte());
        client.Send(Startup(("user", "root")));
        Assert.Equal("Z I", client.ReadUntilReady()[^1]);
    }

    [Fact]
    public void Options_and_parameters_become_settings()
    {
        using WireClient client = _server.Open();
        client.Send(Startup(
            ("user", "root"),
            ("options", "-c geqo=off --search-path=a\\ b -cstatement_timeout=5 -c TimeZone=UTC"),
            ("TimeZone", "Europe/Berlin"),
            ("client_encoding", "'utf-8'")));
        client.ReadUntilReady();
        IReadOnlyDictionary<string, string> settings = _server.Database.LastSettings;
        Assert.Equal("off", settings["geqo"]);
        Assert.Equal("a b", settings["search_path"]);
        Assert.Equal("5", settings["statement_timeout"]);
        Assert.Equal("Europe/Berlin", settings["timezone"]);
        Assert.Equal("UTF8", settings["client_encoding"]);
    }

    [Fact]
    public void A_newer_minor_version_and_unknown_protocol_options_are_negotiated()
    {
        using WireClient client = _server.Open();
        client.Send(Startup((3 << 16) | 2, ("user", "root"), ("_pq_.compress", "on")));
        List<string> answer = client.ReadUntilReady();
        Assert.Equal("v 3 _pq_.compress", answer[0]);
        Assert.Equal("Z I", answer[^1]);
    }

    [Theory]
    [InlineData("FATAL C=28000 M=no PostgreSQL user name specified in startup packet", "database", "dev")]
    [InlineData("FATAL C=3D000 M=database \"missing\" does not exist", "user", "missing")]
    [InlineData("FATAL C=22023 M=invalid value for parameter \"client_encoding\": \"klingon\"", "client_encoding", "klingon")]
    [InlineData("FATAL C=42601 M=invalid command-line argument for server process: -x", "options", "-x")]
    [InlineData("FATAL C=0A000 M=replication connections are not supported", "replication", "database")]
    public void A_bad_startup_is_refused_with_its_reason(string reason, string name, string value)
    {
        using WireClient client = _server.Open();
        client.Send(name is "database" or "user" ? Startup((name, value)) : Startup(("user", "root"), (name, value)));
        Assert.Equal([$"E S={reason}", "end"], client.ReadToEnd().Where(m => m != "R 0"));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(10_001)]
    [InlineData(-1)]
    public void A_startup_packet_of_impossible_length_is_a_violation(int length)
    {
        using WireClient client = _server.Open();
        client.Send([.. Int32(length), .. Int32(3 << 16)]);
        Assert.Equal(["E S=FATAL C=08P01 M=invalid length of startup packet", "end"], client.ReadToEnd());
    }

    [Fact]
    public void Other_protocol_versions_are_refused()
    {
        using WireClient client = _server.Open();
        client.Send(Startup(2 << 16, ("user", "root")));
        Assert.Equal(["E S=FATAL C=0A000 M=unsupported frontend protocol 2.0: server supports 3.0 to 3.0", "end"], client.ReadToEnd());
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_told_so()
    {
        await using var server = new WireServer(new PgServerOptions { ConnectionCountMax = 2 });
        using WireClient first = server.Connect();
        using WireClient second = server.Connect();
        using WireClient third = server.Open();
        third.Send(Startup(("user", "root")));
        Assert.Equal(["E S=FATAL C=53300 M=sorry, too many clients already", "end"], third.ReadToEnd());
        first.Dispose();
        await WireServer.UntilAsync(() => server.Server.ConnectionCount == 1);
        using WireClient fourth = server.Connect();
        Assert.Equal(["C INSERT 0 1", "Z I"], fourth.Ask(Query("insert")));
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_closed_after_a_while()
    {
        await using var server = new WireServer(new PgServerOptions { StartupTimeout = TimeSpan.FromMilliseconds(200) });
        using WireClient client = server.Open();
        Assert.Equal("end", client.Read());
    }

    [Fact]
    public async Task Both_address_families_can_be_listened_on()
    {
        await using PgServer server = PgServer.Start(
            _server.Database, new PgServerOptions { EndPoints = [new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.IPv6Loopback, 0)] });
        foreach (IPEndPoint endPoint in server.EndPoints)
        {
            using WireClient client = WireClient.Connect(endPoint);
            Assert.Equal(["C INSERT 0 1", "Z I"], client.Ask(Query("insert")));
        }
    }

    [Fact]
    public async Task A_port_belongs_to_one_server_and_can_be_had_again_after_it()
    {
        IPEndPoint endPoint;
        await using (var first = new WireServer())
        {
            endPoint = first.EndPoint;
            using WireClient client = first.Connect();
            SocketException refused = Assert.Throws<SocketException>(
                () => PgServer.Start(_server.Database, new PgServerOptions { EndPoints = [endPoint] }));
            Assert.Equal(SocketError.AddressAlreadyInUse, refused.SocketErrorCode);
        }

        await using PgServer second = PgServer.Start(_server.Database, new PgServerOptions { EndPoints = [endPoint] });
        using WireClient again = WireClient.Connect(endPoint);
        Assert.Equal(["C INSERT 0 1", "Z I"], again.Ask(Query("insert")));
    }
}
