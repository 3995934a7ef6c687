using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamDb.Tests.PgWire;

/// <summary>Speaks the protocol byte by byte: builds messages, sends them as told, and reads answers as short texts.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private WireClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true) { ReadTimeout = 20_000 };
    }

    public int ProcessId { get; private set; }

    public int SecretKey { get; private set; }

    public Stream Stream => _stream;

    /// <summary>Connects the socket and sends nothing.</summary>
    public static WireClient Open(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(endPoint);
        return new WireClient(socket);
    }

    /// <summary>Connects and goes through startup to the first ReadyForQuery.</summary>
    public static WireClient Connect(IPEndPoint endPoint)
    {
        WireClient client = Open(endPoint);
        client.Send(Startup(("user", "root"), ("database", "dev")));
        List<string> answer = client.ReadUntilReady();
        string key = answer.Single(m => m.StartsWith("K ", StringComparison.Ordinal));
        string[] parts = key.Split(' ');
        client.ProcessId = int.Parse(parts[1], CultureInfo.InvariantCulture);
        client.SecretKey = int.Parse(parts[2], CultureInfo.InvariantCulture);
        return client;
    }

    public static byte[] Startup(params (string Name, string Value)[] parameters) => Startup(3 << 16, parameters);

    public static byte[] Startup(int version, params (string Name, string Value)[] parameters)
    {
        byte[] body = [.. parameters.SelectMany(p => (byte[])[.. Text(p.Name), .. Text(p.Value)]), 0];
        return [.. Int32(body.Length + 8), .. Int32(version), .. body];
    }

    public static byte[] Message(char type, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(part => part)];
        return [(byte)type, .. Int32(body.Length + 4), .. body];
    }

    public static byte[] Query(string sql) => Message('Q', Text(sql));

    public static byte[] Parse(string name, string sql, params int[] oids) =>
        Message('P', Text(name), Text(sql), Int16(oids.Length), [.. oids.SelectMany(Int32)]);

    /// <summary>All parameters as text; null is NULL.</summary>
    public static byte[] Bind(string portal, string statement, string?[] values, params int[] resultFormats) =>
        Bind(portal, statement, [], [.. values.Select(v => v is null ? null : Encoding.UTF8.GetBytes(v))], resultFormats);

    public static byte[] Bind(string portal, string statement, int[] formats, byte[]?[] values, int[] resultFormats) => Message(
        'B',
        Text(portal),
        Text(statement),
        Int16(formats.Length),
        [.. formats.SelectMany(Int16)],
        Int16(values.Length),
        [.. values.SelectMany(v => v is null ? Int32(-1) : [.. Int32(v.Length), .. v])],
        Int16(resultFormats.Length),
        [.. resultFormats.SelectMany(Int16)]);

    public static byte[] Describe(char kind, string name) => Message('D', [(byte)kind], Text(name));

    public static byte[] Close(char kind, string name) => Message('C', [(byte)kind], Text(name));

    public static byte[] Execute(string portal = "", int rowsMax = 0) => Message('E', Text(portal), Int32(rowsMax));

    public static byte[] Sync() => Message('S');

    public static byte[] Flush() => Message('H');

    public static byte[] CopyData(string text) => Message('d', Encoding.UTF8.GetBytes(text));

    public static byte[] Text(string value) => [.. Encoding.UTF8.GetBytes(value), 0];

    public static byte[] Int16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
        return bytes;
    }

    public static byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public void Send(params byte[][] messages) => _stream.Write([.. messages.SelectMany(m => m)]);

    /// <summary>Closes our side; what the server sends can still be read.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Sends, and reads up to ReadyForQuery.</summary>
    public List<string> Ask(params byte[][] messages)
    {
        Send(messages);
        return ReadUntilReady();
    }

    public List<string> ReadUntilReady()
    {
        var answer = new List<string>();
        do
        {
            answer.Add(Read());
        }
        while (answer[^1] != "end" && !answer[^1].StartsWith("Z ", StringComparison.Ordinal));
        return answer;
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public List<string> ReadToEnd()
    {
        var answer = new List<string>();
        do
        {
            answer.Add(Read());
        }
        while (answer[^1] != "end");
        return answer;
    }

    /// <summary>Whether something can be read within the time.</summary>
    public bool Poll(int milliseconds) => _socket.Poll(milliseconds * 1000, SelectMode.SelectRead);

    /// <summary>One message as text: its letter and its fields; <c>end</c> at the end of the connection.</summary>
    public string Read()
    {
        byte[] header = new byte[5];
        int count = _stream.ReadAtLeast(header, 5, throwOnEndOfStream: false);
        if (count < 5)
        {
            return "end";
        }

        byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
        _stream.ReadExactly(body);
        return new WireAnswer(body).Describe((char)header[0]);
    }

    public void Dispose() => _stream.Dispose();
}
