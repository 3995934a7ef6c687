using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using StreamDb.Testing.Servers;
using Xunit;

namespace StreamDb.IntegrationTests.Protocol;

/// <summary>Clients that send garbage, stop in the middle or vanish, while another connection keeps working.</summary>
public sealed class HostileClientTests
{
    private const int Attacks = 120;

    [Fact]
    public async Task Broken_clients_disturb_no_other_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using var witness = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Server Compatibility Mode=NoTypeLoading");
        await witness.OpenAsync();
        await RunAsync(witness, "CREATE TABLE t (number int)");
        await RunAsync(witness, "CREATE MATERIALIZED VIEW v AS SELECT count(*) AS count FROM t");
        var random = new Random(20261120);
        for (int number = 1; number <= Attacks; number++)
        {
            Task[] attacks = [AttackAsync(server, random, number), AttackAsync(server, random, number + 1)];
            await RunAsync(witness, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t VALUES ({number})"));
            Assert.Equal((long)number, await ReadAsync(witness));
            await Task.WhenAll(attacks);
        }

        Assert.False(server.HasExited);
    }

    [Fact]
    public async Task A_malformed_message_ends_its_connection_with_08P01()
    {
        await using TestServer server = await TestServer.StartAsync();
        using TcpClient client = await LoggedInAsync(server);
        byte[] unknown = [(byte)'y', 0, 0, 0, 4];
        await client.GetStream().WriteAsync(unknown);

        string answer = Encoding.ASCII.GetString(await ReadToEndAsync(client));

        Assert.Contains("08P01", answer, StringComparison.Ordinal);
    }

    private static async Task AttackAsync(TestServer server, Random random, int kind)
    {
        byte[] garbage = new byte[random.Next(1, 3000)];
        random.NextBytes(garbage);
        try
        {
            using TcpClient client = kind % 6 < 2 ? await ConnectedAsync(server) : await LoggedInAsync(server);
            NetworkStream stream = client.GetStream();
            switch (kind % 6)
            {
                case 0:
                    await stream.WriteAsync(garbage);
                    break;
                case 1:
                    await stream.WriteAsync(Startup().AsMemory(0, random.Next(1, 20)));
                    break;
                case 2:
                    // Half a query, then silence and a reset.
                    byte[] half = Query("SELECT count(*) FROM t");
                    await stream.WriteAsync(half.AsMemory(0, random.Next(1, half.Length)));
                    break;
                case 3:
                    await stream.WriteAsync(garbage);
                    break;
                case 4:
                    // A length that no message has.
                    byte[] huge = [(byte)'Q', 0x7f, 0xff, 0xff, 0xff, .. garbage];
                    await stream.WriteAsync(huge);
                    break;
                default:
                    // A result that nobody reads, and a transaction that nobody ends.
                    await stream.WriteAsync(Query("BEGIN"));
                    await stream.WriteAsync(Query("INSERT INTO t VALUES (-1)"));
                    await stream.WriteAsync(Query("SELECT * FROM generate_series(1, 100000)"));
                    break;
            }

            client.LingerState = new LingerOption(random.Next(2) == 0, 0);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server closed first, as it should.
        }
    }

    private static async Task<TcpClient> ConnectedAsync(TestServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        return client;
    }

    private static async Task<TcpClient> LoggedInAsync(TestServer server)
    {
        TcpClient client = await ConnectedAsync(server);
        await client.GetStream().WriteAsync(Startup());
        byte[] answer = new byte[4096];
        int length = 0;
        while (length == 0 || answer[length - 6] != (byte)'Z')
        {
            int read = await client.GetStream().ReadAsync(answer.AsMemory(length));
            Assert.True(read > 0, "the server closed during startup");
            length += read;
        }

        return client;
    }

    private static byte[] Startup()
    {
        byte[] settings = Encoding.ASCII.GetBytes("user\0root\0database\0dev\0\0");
        byte[] message = new byte[settings.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), 196608);
        settings.CopyTo(message, 8);
        return message;
    }

    private static byte[] Query(string sql)
    {
        byte[] text = Encoding.ASCII.GetBytes(sql + "\0");
        byte[] message = new byte[text.Length + 5];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), text.Length + 4);
        text.CopyTo(message, 5);
        return message;
    }

    private static async Task<byte[]> ReadToEndAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var all = new MemoryStream();
        await client.GetStream().CopyToAsync(all, limit.Token);
        return all.ToArray();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT count FROM v", connection);
        return await command.ExecuteScalarAsync();
    }
}
