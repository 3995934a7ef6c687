using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace StreamDb.Benchmarks.Service;

/// <summary>Requests of the PostgreSQL protocol, written one behind the other into one array that grows and is never given back.</summary>
internal sealed class RequestBuffer
{
    private byte[] _bytes = new byte[64 * 1024];
    private int _length;
    private int _messageStart;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>The first message of a connection, which has no type byte.</summary>
    public void Startup(string user, string database)
    {
        _messageStart = _length;
        Int32(0);
        Int32(196608);
        Text("user");
        Text(user);
        Text("database");
        Text(database);
        Byte(0);
        End();
    }

    public void Query(string sql)
    {
        Begin((byte)'Q');
        Text(sql);
        End();
    }

    public void Parse(string name, string sql)
    {
        Begin((byte)'P');
        Text(name);
        Text(sql);
        Int16(0);
        End();
    }

    /// <summary>Bind, Describe, Execute, as libpq's PQsendQueryPrepared (and so pgbench) sends them: text parameters, text results.</summary>
    public void Execute(ReadOnlySpan<byte> statement, params ReadOnlySpan<long> parameters)
    {
        Begin((byte)'B');
        Byte(0);
        Raw(statement);
        Byte(0);
        Int16(0);
        Int16((short)parameters.Length);
        foreach (long parameter in parameters)
        {
            int lengthAt = _length;
            Int32(0);
            Number(parameter);
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(lengthAt), _length - lengthAt - 4);
        }

        Int16(1);
        Int16(0);
        End();
        Begin((byte)'D');
        Byte((byte)'P');
        Byte(0);
        End();
        Begin((byte)'E');
        Byte(0);
        Int32(0);
        End();
    }

    public void Sync()
    {
        Begin((byte)'S');
        End();
    }

    public void CopyDone()
    {
        Begin((byte)'c');
        End();
    }

    public void Terminate()
    {
        Begin((byte)'X');
        End();
    }

    public void Begin(byte type)
    {
        Byte(type);
        _messageStart = _length;
        Int32(0);
    }

    public void End() => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_messageStart), _length - _messageStart);

    public void Byte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    /// <summary>A number as decimal digits.</summary>
    public void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_length), out int written);
        _length += written;
    }

    private void Text(string value)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(value.Length) + 1);
        _length += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(_length));
        _bytes[_length++] = 0;
    }

    private void Int16(short value)
    {
        Reserve(2);
        BinaryPrimitives.WriteInt16BigEndian(_bytes.AsSpan(_length), value);
        _length += 2;
    }

    private void Int32(int value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_length), value);
        _length += 4;
    }

    private void Reserve(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }
    }
}
