using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamDb.Benchmarks.Service;

/// <summary>The least client that can drive a server: blocking socket, requests built in place, answers read in place.</summary>
/// <remarks>
/// Drives StreamDb and PostgreSQL alike, so that a difference between them is theirs. Nothing is allocated per request
/// on the measured paths. One thread at a time.
/// </remarks>
internal sealed class PgClient : IDisposable
{
    private readonly Socket _socket;
    private readonly List<long> _answers = [];
    private byte[] _input = new byte[64 * 1024];
    private int _start;
    private int _end;

    public PgClient(int port, string user, string database)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            Request.Startup(user, database);
            SendAndWait();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>What the next send sends.</summary>
    public RequestBuffer Request { get; } = new();

    /// <summary>First column of every row of the last answer, where it is an integer.</summary>
    public IReadOnlyList<long> Answers => _answers;

    public void Execute(string sql)
    {
        Request.Query(sql);
        SendAndWait();
    }

    public void Prepare(string name, string sql)
    {
        Request.Parse(name, sql);
        Request.Sync();
        SendAndWait();
    }

    /// <summary>Rows as text; NULL is null.</summary>
    public List<string?[]> Query(string sql)
    {
        var rows = new List<string?[]>();
        Request.Query(sql);
        Send();
        WaitUntil((byte)'Z', rows);
        return rows;
    }

    /// <summary>COPY from blocks that already are CopyData messages.</summary>
    public void CopyIn(string sql, IReadOnlyList<byte[]> blocks)
    {
        Request.Query(sql);
        Send();
        WaitUntil((byte)'G', null);
        foreach (byte[] block in blocks)
        {
            SendAll(block);
        }

        Request.CopyDone();
        SendAndWait();
    }

    /// <summary>Sends what was written and reads until the server is ready for the next request.</summary>
    /// <exception cref="PgException">The server answered with an error.</exception>
    public void SendAndWait()
    {
        Send();
        WaitUntil((byte)'Z', null);
    }

    public void Dispose()
    {
        try
        {
            Request.Clear();
            Request.Terminate();
            Send();
        }
        catch (SocketException)
        {
            // The server is gone already.
        }

        _socket.Dispose();
    }

    private void Send()
    {
        SendAll(Request.Written);
        Request.Clear();
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void WaitUntil(byte last, List<string?[]>? rows)
    {
        _answers.Clear();
        PgException? error = null;
        while (true)
        {
            byte type = Read(out ReadOnlySpan<byte> body);
            switch (type)
            {
                case (byte)'D' when rows is not null:
                    rows.Add(ReadRow(body));
                    break;
                case (byte)'D':
                    if (Utf8Parser.TryParse(FirstColumn(body), out long answer, out _))
                    {
                        _answers.Add(answer);
                    }

                    break;
                case (byte)'E':
                    error ??= PgException.Read(body);
                    break;
            }

            if (type == last || type == (byte)'Z')
            {
                break;
            }
        }

        if (error is not null)
        {
            throw error;
        }
    }

    private static ReadOnlySpan<byte> FirstColumn(ReadOnlySpan<byte> row)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(row[2..]);
        return length <= 0 ? [] : row.Slice(6, length);
    }

    private static string?[] ReadRow(ReadOnlySpan<byte> row)
    {
        var values = new string?[BinaryPrimitives.ReadInt16BigEndian(row)];
        row = row[2..];
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(row);
            row = row[4..];
            if (length >= 0)
            {
                values[i] = Encoding.UTF8.GetString(row[..length]);
                row = row[length..];
            }
        }

        return values;
    }

    /// <param name="body">Valid until the next read.</param>
    private byte Read(out ReadOnlySpan<byte> body)
    {
        Fill(5);
        int length = BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(_start + 1)) + 1;
        Fill(length);
        byte type = _input[_start];
        body = _input.AsSpan(_start + 5, length - 5);
        _start += length;
        return type;
    }

    private void Fill(int count)
    {
        if (_end - _start >= count)
        {
            return;
        }

        _input.AsSpan(_start, _end - _start).CopyTo(_input);
        _end -= _start;
        _start = 0;
        if (count > _input.Length)
        {
            Array.Resize(ref _input, count * 2);
        }

        while (_end < count)
        {
            int received = _socket.Receive(_input.AsSpan(_end));
            if (received == 0)
            {
                throw new IOException("the server closed the connection");
            }

            _end += received;
        }
    }
}
