using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamDb.SqlLogicTests.Wire;

/// <summary>Builds protocol messages; lengths are filled in when a message is closed.</summary>
internal sealed class MessageBuffer
{
    private readonly List<byte> _bytes = [];
    private int _lengthAt;

    public MessageBuffer Begin(char type)
    {
        _bytes.Add((byte)type);
        return BeginUntyped();
    }

    public MessageBuffer BeginUntyped()
    {
        _lengthAt = _bytes.Count;
        return Int32(0);
    }

    public MessageBuffer End()
    {
        Span<byte> all = CollectionsMarshal.AsSpan(_bytes);
        BinaryPrimitives.WriteInt32BigEndian(all[_lengthAt..], all.Length - _lengthAt);
        return this;
    }

    public MessageBuffer Int32(int value)
    {
        Span<byte> buffer = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(buffer, value);
        return Bytes(buffer);
    }

    public MessageBuffer Int16(short value)
    {
        Span<byte> buffer = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(buffer, value);
        return Bytes(buffer);
    }

    public MessageBuffer Byte(char value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    public MessageBuffer Bytes(ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>Text as UTF-8, closed by a zero byte.</summary>
    public MessageBuffer Text(string value)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(value));
        _bytes.Add(0);
        return this;
    }

    public void SendTo(Stream stream)
    {
        stream.Write(CollectionsMarshal.AsSpan(_bytes));
        stream.Flush();
        _bytes.Clear();
    }
}
