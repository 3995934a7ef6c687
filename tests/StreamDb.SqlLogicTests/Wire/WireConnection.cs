using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace StreamDb.SqlLogicTests.Wire;

/// <summary>Where a server listens and who connects to which database.</summary>
public sealed record ConnectionTarget(string Host, int Port, string User, string Database);

/// <summary>
/// A minimal blocking client of protocol version 3. Results keep the server's own text, which is what
/// sqllogictest compares; a driver would parse and print them again. One thread at a time.
/// </summary>
public sealed class WireConnection : IDisposable
{
    private const int ProtocolVersion3 = 3 << 16;
    private const int CancelRequestCode = 80877102;
    private const int MessageBytesMax = 1 << 30;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly ConnectionTarget _target;
    private readonly MessageBuffer _out = new();
    private readonly byte[] _header = new byte[5];
    private int _processId;
    private byte[] _secretKey = [];
    private DateTime _deadline = DateTime.MaxValue;

    private WireConnection(ConnectionTarget target, Socket socket)
    {
        _target = target;
        _socket = socket;
        _stream = new BufferedStream(new NetworkStream(socket, ownsSocket: true), 1 << 16);
    }

    /// <summary>'I' outside a transaction, 'T' inside one, 'E' inside a failed one.</summary>
    public char TransactionStatus { get; private set; } = 'I';

    public bool IsBroken { get; private set; }

    /// <exception cref="ConnectionFailedException">No server, or it refused the startup.</exception>
    public static WireConnection Open(ConnectionTarget target, TimeSpan timeout)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(target.Host, target.Port);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ConnectionFailedException($"cannot connect to {target.Host}:{target.Port}: {e.Message}", e);
        }

        WireConnection connection = new(target, socket);
        try
        {
            connection.Guarded(timeout, connection.StartUp);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends one simple Query message; one result per statement in it, the last one may be an error.</summary>
    public IReadOnlyList<StatementResult> SimpleQuery(string sql, TimeSpan timeout, Stream? copyData = null)
    {
        List<StatementResult> results = [];
        Guarded(timeout, () =>
        {
            _out.Begin('Q').Text(sql).End().SendTo(_stream);
            ReadResults(results, copyData);
        });
        return results;
    }

    /// <summary>Runs one statement through Parse, Bind, Describe and Execute, results in text format.</summary>
    public IReadOnlyList<StatementResult> ExtendedQuery(string sql, TimeSpan timeout)
    {
        List<StatementResult> results = [];
        Guarded(timeout, () =>
        {
            _out.Begin('P').Text("").Text(sql).Int16(0).End();
            _out.Begin('B').Text("").Text("").Int16(0).Int16(0).Int16(0).End();
            _out.Begin('D').Byte('P').Text("").End();
            _out.Begin('E').Text("").Int32(0).End();
            _out.Begin('S').End().SendTo(_stream);
            ReadResults(results, null);
        });
        return results;
    }

    public void Dispose()
    {
        try
        {
            if (!IsBroken)
            {
                _out.Begin('X').End().SendTo(_stream);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The server is gone already; there is nobody to say goodbye to.
        }

        IsBroken = true;
        _stream.Dispose();
    }

    private void StartUp()
    {
        _out.BeginUntyped().Int32(ProtocolVersion3)
            .Text("user").Text(_target.User)
            .Text("database").Text(_target.Database)
            .Text("client_encoding").Text("UTF8")
            .Text("application_name").Text("streamdb-slt")
            .Text("").End().SendTo(_stream);
        while (true)
        {
            (char type, byte[] body) = ReadMessage();
            switch (type)
            {
                case 'R' when BinaryPrimitives.ReadInt32BigEndian(body) != 0:
                    throw new ConnectionFailedException("the server asks for a password; sqllogictest runs under trust");
                case 'E':
                    ServerError error = ReadError(body);
                    throw new ConnectionFailedException($"{error.SqlState} {error.Message}") { Error = error };
                case 'K':
                    _processId = BinaryPrimitives.ReadInt32BigEndian(body);
                    _secretKey = body[4..];
                    break;
                case 'Z':
                    return;
                default:
                    break;
            }
        }
    }

    private void ReadResults(List<StatementResult> results, Stream? copyData)
    {
        StatementResult current = new();
        while (true)
        {
            (char type, byte[] body) = ReadMessage();
            switch (type)
            {
                case 'T':
                    current.Columns = ReadColumns(body);
                    break;
                case 'D':
                    current.Rows.Add(ReadRow(body));
                    break;
                case 'C':
                    current.Tag = ReadText(body, 0, out _);
                    results.Add(current);
                    current = new();
                    break;
                case 'I':
                    results.Add(current);
                    current = new();
                    break;
                case 's':
                    results.Add(current);
                    current = new();
                    break;
                case 'E':
                    current.Error = ReadError(body);
                    results.Add(current);
                    current = new();
                    break;
                case 'G':
                    SendCopyData(copyData);
                    break;
                case 'Z':
                    TransactionStatus = (char)body[0];
                    return;
                default:
                    break;
            }
        }
    }

    private void SendCopyData(Stream? data)
    {
        if (data is null)
        {
            _out.Begin('f').Text("no data for COPY").End().SendTo(_stream);
            return;
        }

        byte[] buffer = new byte[1 << 16];
        for (int count; (count = data.Read(buffer)) > 0;)
        {
            _out.Begin('d').Bytes(buffer.AsSpan(0, count)).End().SendTo(_stream);
        }

        _out.Begin('c').End().SendTo(_stream);
    }

    private static ResultColumn[] ReadColumns(byte[] body)
    {
        ResultColumn[] columns = new ResultColumn[BinaryPrimitives.ReadInt16BigEndian(body)];
        int at = 2;
        for (int i = 0; i < columns.Length; i++)
        {
            string name = ReadText(body, at, out at);
            columns[i] = new(name, BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 6)));
            at += 18;
        }

        return columns;
    }

    private static string?[] ReadRow(byte[] body)
    {
        string?[] values = new string?[BinaryPrimitives.ReadInt16BigEndian(body)];
        int at = 2;
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at));
            at += 4;
            if (length >= 0)
            {
                values[i] = Encoding.UTF8.GetString(body, at, length);
                at += length;
            }
        }

        return values;
    }

    private static ServerError ReadError(byte[] body)
    {
        Dictionary<char, string> fields = [];
        for (int at = 0; at < body.Length && body[at] != 0;)
        {
            char field = (char)body[at];
            fields[field] = ReadText(body, at + 1, out at);
        }

        int position = int.TryParse(fields.GetValueOrDefault('P'), CultureInfo.InvariantCulture, out int parsed) ? parsed : 0;
        return new(
            fields.GetValueOrDefault('C', "?????"), fields.GetValueOrDefault('M', ""), fields.GetValueOrDefault('D'),
            fields.GetValueOrDefault('H'), position);
    }

    private static string ReadText(byte[] body, int start, out int next)
    {
        int end = Array.IndexOf(body, (byte)0, start);
        end = end < 0 ? body.Length : end;
        next = end + 1;
        return Encoding.UTF8.GetString(body, start, end - start);
    }

    private (char Type, byte[] Body) ReadMessage()
    {
        Fill(_header);
        int length = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(1)) - 4;
        if (length is < 0 or > MessageBytesMax)
        {
            throw new ConnectionFailedException($"message of type '{(char)_header[0]}' claims {length} bytes");
        }

        byte[] body = new byte[length];
        Fill(body);
        return ((char)_header[0], body);
    }

    private void Fill(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            TimeSpan left = _deadline - DateTime.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException();
            }

            _socket.ReceiveTimeout = (int)Math.Clamp(left.TotalMilliseconds, 1, int.MaxValue);
            int count = _stream.Read(buffer);
            if (count == 0)
            {
                throw new ConnectionFailedException("the server closed the connection");
            }

            buffer = buffer[count..];
        }
    }

    private void Guarded(TimeSpan timeout, Action exchange)
    {
        _deadline = DateTime.UtcNow + timeout;
        try
        {
            exchange();
        }
        catch (ConnectionFailedException)
        {
            IsBroken = true;
            throw;
        }
        catch (Exception e) when (e is TimeoutException || e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
        {
            IsBroken = true;
            Cancel();
            throw new ConnectionFailedException($"no answer within {timeout.TotalSeconds:0} s", e) { IsTimeout = true };
        }
        catch (IOException e)
        {
            IsBroken = true;
            throw new ConnectionFailedException($"the connection broke: {e.Message}", e);
        }
    }

    /// <summary>Asks the server to give up the running statement, so that it does not hold back the next file.</summary>
    private void Cancel()
    {
        if (_secretKey.Length == 0)
        {
            return;
        }

        try
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(_target.Host, _target.Port);
            using NetworkStream stream = new(socket);
            new MessageBuffer().BeginUntyped().Int32(CancelRequestCode).Int32(_processId).Bytes(_secretKey).End().SendTo(stream);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // A server that no longer listens has nothing to cancel.
        }
    }
}
