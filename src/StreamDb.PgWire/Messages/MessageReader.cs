using System.Buffers;
using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Messages;

/// <summary>Reads the fields of one message's payload in order.</summary>
/// <remarks>A field that is not there is a <see cref="ProtocolException"/>: the client and we disagree on the protocol.</remarks>
internal ref struct MessageReader(in ReadOnlySequence<byte> payload)
{
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SequenceReader<byte> _reader = new(payload);

    public byte ReadByte() => _reader.TryRead(out byte value) ? value : throw Short();

    public short ReadInt16() => _reader.TryReadBigEndian(out short value) ? value : throw Short();

    public int ReadInt32() => _reader.TryReadBigEndian(out int value) ? value : throw Short();

    /// <summary>A count of items to follow, at least <paramref name="itemBytes"/> each: never negative, never more than fit.</summary>
    public int ReadCount(int itemBytes)
    {
        // Counts are unsigned 16-bit numbers: a statement may have 65535 parameters.
        int count = (ushort)ReadInt16();
        if ((long)count * itemBytes > _reader.Remaining)
        {
            throw Short();
        }

        return count;
    }

    /// <summary>A zero-terminated string.</summary>
    /// <exception cref="SqlException">22021: not UTF-8.</exception>
    public string ReadString()
    {
        if (!_reader.TryReadTo(out ReadOnlySequence<byte> bytes, 0))
        {
            throw new ProtocolException("invalid string in message");
        }

        return Decode(bytes);
    }

    public ReadOnlySequence<byte> ReadBytes(int count)
    {
        if (count < 0 || !_reader.TryReadExact(count, out ReadOnlySequence<byte> bytes))
        {
            throw Short();
        }

        return bytes;
    }

    /// <summary>Everything that is left.</summary>
    public ReadOnlySequence<byte> ReadRest()
    {
        ReadOnlySequence<byte> rest = _reader.UnreadSequence;
        _reader.AdvanceToEnd();
        return rest;
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (!_reader.End)
        {
            throw new ProtocolException("invalid message format");
        }
    }

    /// <exception cref="SqlException">22021: not UTF-8.</exception>
    public static string Decode(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        try
        {
            return _strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            string unknown = string.Join(' ', (error.BytesUnknown ?? []).Select(b => $"0x{b:x2}"));
            throw new SqlException(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"UTF8\": {unknown}");
        }
    }

    private static ProtocolException Short() => new("insufficient data left in message");
}
