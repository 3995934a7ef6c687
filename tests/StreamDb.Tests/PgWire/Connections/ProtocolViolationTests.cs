using StreamDb.PgWire.Connections;
using Xunit;
using static StreamDb.Tests.PgWire.WireClient;

namespace StreamDb.Tests.PgWire.Connections;

public sealed class ProtocolViolationTests : IAsyncDisposable
{
    private readonly WireServer _server = new(new PgServerOptions { MessageBytesMax = 100_000 });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string, byte[]> Violations => new()
    {
        { "invalid frontend message type 33", "!"u8.ToArray() },
        { "invalid message length", [(byte)'Q', 0, 0, 0, 3] },
        { "invalid message length", [(byte)'Q', 0xFF, 0xFF, 0xFF, 0xFF] },
        { "message of 100005 bytes exceeds the limit of 100000 bytes", [(byte)'Q', .. Int32(100_005)] },
        { "message of 10005 bytes exceeds the limit of 10000 bytes", [(byte)'D', .. Int32(10_005)] },
        { "invalid string in message", Message('Q', "no end"u8.ToArray()) },
        { "invalid message format", Message('Q', Text("select 1"), [1]) },
        { "invalid message format", Message('S', [1]) },
        { "insufficient data left in message", Message('P', Text(""), Text("select 1")) },
        { "insufficient data left in message", Message('P', Text(""), Text("select 1"), Int16(2), Int32(23)) },
        { "insufficient data left in message", Message('B', Text(""), Text(""), Int16(0), Int16(1), Int32(5), [1]) },
        { "insufficient data left in message", Message('B', Text(""), Text(""), Int16(0), Int16(1), Int32(-2), Int16(0)) },
        { "insufficient data left in message", Message('E', Text("")) },
        { "invalid DESCRIBE message subtype 88", Message('D', "X"u8.ToArray(), Text("")) },
        { "invalid CLOSE message subtype 88", Message('C', "X"u8.ToArray(), Text("")) },
        { "invalid frontend message type 112", Message('p', Text("secret")) },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public void A_violation_ends_its_connection_and_no_other(string message, byte[] bytes)
    {
        using WireClient other = _server.Connect();
        using WireClient client = _server.Connect();
        client.Send(bytes);
        Assert.Equal([$"E S=FATAL C=08P01 M={message}", "end"], client.ReadToEnd());
        Assert.Equal(["C INSERT 0 1", "Z I"], other.Ask(Query("insert")));
    }

    [Fact]
    public void What_came_before_the_violation_is_answered()
    {
        using WireClient client = _server.Connect();
        client.Send(Query("select 1"), Parse("", "insert"), "!"u8.ToArray());
        Assert.Equal(
            ["T n 0/0 23/4/-1 0", "D 1", "C SELECT 1", "Z I", "1", "E S=FATAL C=08P01 M=invalid frontend message type 33", "end"],
            client.ReadToEnd());
    }

    [Fact]
    public void A_message_at_the_limit_is_served()
    {
        using WireClient client = _server.Connect();
        string text = new('x', 99_000);
        Assert.Equal(["1", "2", $"D {text}", "C SELECT 1", "Z I"], client.Ask(Parse("", "select $1::text"), Bind("", "", [text]), Execute(), Sync()));
    }

    [Fact]
    public void A_conversation_may_be_cut_at_every_byte()
    {
        byte[] conversation = [.. Parse("", "select $1::int"), .. Bind("", "", ["5"]), .. Describe('P', ""), .. Execute(), .. Sync(), .. Query("insert")];
        for (int cut = 1; cut < conversation.Length; cut++)
        {
            using WireClient client = _server.Connect();
            client.Send(conversation[..cut]);
            if (cut % 3 == 0)
            {
                Thread.Sleep(1);
            }

            client.Send(conversation[cut..]);
            Assert.Equal(["1", "2", "T n 0/0 23/4/-1 0", "D 5", "C SELECT 1", "Z I"], client.ReadUntilReady());
            Assert.Equal(["C INSERT 0 1", "Z I"], client.ReadUntilReady());
        }
    }

    [Fact]
    public void A_conversation_may_come_one_byte_at_a_time()
    {
        using WireClient client = _server.Open();
        byte[] conversation =
        [
            .. Startup(("user", "root"), ("database", "dev")), .. Parse("", "select $1::int"), .. Bind("", "", ["5"]), .. Execute(), .. Sync(),
        ];
        foreach (byte value in conversation)
        {
            client.Send([value]);
        }

        client.ReadUntilReady();
        Assert.Equal(["1", "2", "D 5", "C SELECT 1", "Z I"], client.ReadUntilReady());
    }

    [Fact]
    public void Every_pair_of_messages_in_any_order_is_survived()
    {
        byte[][] messages =
        [
            Query("select 1"), Query("copy t from stdin"), Parse("", "select 1"), Bind("", "", []), Describe('S', ""), Describe('P', ""),
            Execute(), Execute("", 1), Close('S', ""), Close('P', ""), Flush(), Sync(), CopyData("1\ta\n"), Message('c'), Message('f', Text("no")),
            Message('F', Int32(1), Int16(0), Int16(0), Int16(0)),
        ];
        foreach (byte[] first in messages)
        {
            foreach (byte[] second in messages)
            {
                using WireClient client = _server.Connect();

                // CopyDone ends a COPY that may be open; a bare Sync ends everything else.
                client.Send(first, second, Message('c'), Sync(), Parse("last", "insert"), Bind("last", "last", []), Execute("last"), Sync());
                List<string> answer = client.ReadUntilReady();
                while (!answer.Contains("C INSERT 0 1"))
                {
                    Assert.NotEqual("end", answer[^1]);
                    answer = client.ReadUntilReady();
                }

                Assert.Equal(["1", "2", "C INSERT 0 1", "Z I"], answer);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Garbage_harms_nobody_else(int seed)
    {
        // Random bytes, random messages with random payloads, and good messages with some bytes changed.
        var random = new Random(seed);
        using WireClient witness = _server.Connect();
        byte[] good = [.. Parse("s", "select $1::int"), .. Bind("p", "s", ["5"], 1), .. Describe('P', "p"), .. Execute("p", 3), .. Sync(), .. Query("insert; select 1")];
        byte[] types = "QPBDECHSFXdcfp"u8.ToArray();
        for (int round = 0; round < 150; round++)
        {
            using WireClient client = round % 5 == 0 ? _server.Open() : _server.Connect();
            byte[] bytes = (round % 3) switch
            {
                0 => RandomBytes(random, random.Next(1, 200)),
                1 => Message((char)types[random.Next(types.Length)], RandomBytes(random, random.Next(0, 60))),
                _ => Mutated(random, good),
            };
            try
            {
                client.Send(bytes);
                client.CloseSending();
                client.ReadToEnd();
            }
            catch (IOException)
            {
                // The server closed first.
            }

            Assert.Equal(["C INSERT 0 1", "Z I"], witness.Ask(Query("insert")));
        }

        await WireServer.UntilAsync(() => _server.Server.ConnectionCount == 1);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Mutated(Random random, byte[] good)
    {
        byte[] bytes = [.. good];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
