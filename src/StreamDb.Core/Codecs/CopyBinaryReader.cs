using System.Buffers.Binary;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Splits COPY's binary format into rows and fields, from fragments cut anywhere. Not thread-safe.</summary>
/// <remarks>
/// Signature, flags and header extension; then per row a field count and per field a length (-1 for NULL) and its bytes;
/// a count of -1 ends the data. What is being read is kept until the bytes that it needs are there.
/// </remarks>
public sealed class CopyBinaryReader(ICopyRowHandler handler)
{
    private const int CriticalFlags = unchecked((int)0xFFFF0000);
    private const int ExtensionBytesMax = 1 << 20;

    /// <summary>Bytes of the signature, flags and extension length.</summary>
    private const int HeaderBytes = 19;

    private readonly CopyFields _fields = new();
    private readonly byte[] _pending = new byte[HeaderBytes];
    private State _state = State.Header;
    private int _have;
    private int _fieldsLeft;
    private int _bytesLeft;
    private long _row;

    private enum State : byte
    {
        Header,
        Extension,
        FieldCount,
        FieldLength,
        FieldBytes,
        Ended,
    }

    /// <summary>What every binary COPY starts with.</summary>
    public static ReadOnlySpan<byte> Signature =>
        [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>Reads a fragment; complete rows go to the handler.</summary>
    /// <exception cref="SqlException">22P04, or what the handler throws.</exception>
    public void Feed(ReadOnlySpan<byte> fragment)
    {
        while (true)
        {
            switch (_state)
            {
                case State.Header when TryTake(ref fragment, HeaderBytes):
                    ReadHeader();
                    break;
                case State.FieldCount when TryTake(ref fragment, sizeof(short)):
                    ReadFieldCount();
                    break;
                case State.FieldLength when TryTake(ref fragment, sizeof(int)):
                    ReadFieldLength();
                    break;
                case State.Extension or State.FieldBytes:
                    if (!TryTakeBytes(ref fragment))
                    {
                        return;
                    }

                    break;
                case State.Ended when !fragment.IsEmpty:
                    throw new SqlException(SqlState.BadCopyFileFormat, "received copy data after EOF marker");
                default:
                    return;
            }
        }
    }

    /// <summary>Ends the data.</summary>
    /// <exception cref="SqlException">22P04 within the header or a row.</exception>
    public void Complete()
    {
        if (_state == State.Header)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "COPY file signature not recognized");
        }

        // PostgreSQL takes a missing end marker between rows without complaint.
        if (_state is State.Extension or State.FieldLength or State.FieldBytes || _have > 0)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "unexpected EOF in COPY data");
        }

        _state = State.Ended;
    }

    /// <summary>Collects <paramref name="count"/> bytes in the pending buffer; false when more are needed.</summary>
    private bool TryTake(ref ReadOnlySpan<byte> fragment, int count)
    {
        int taken = Math.Min(count - _have, fragment.Length);
        fragment[..taken].CopyTo(_pending.AsSpan(_have));
        _have += taken;
        fragment = fragment[taken..];
        if (_have < count)
        {
            return false;
        }

        _have = 0;
        return true;
    }

    private bool TryTakeBytes(ref ReadOnlySpan<byte> fragment)
    {
        int taken = Math.Min(_bytesLeft, fragment.Length);
        if (_state == State.FieldBytes)
        {
            _fields.Append(fragment[..taken]);
        }

        fragment = fragment[taken..];
        _bytesLeft -= taken;
        if (_bytesLeft > 0)
        {
            return false;
        }

        if (_state == State.Extension)
        {
            _state = State.FieldCount;
        }
        else
        {
            EndField(isNull: false);
        }

        return true;
    }

    private void ReadHeader()
    {
        if (!_pending.AsSpan().StartsWith(Signature))
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "COPY file signature not recognized");
        }

        int flags = BinaryPrimitives.ReadInt32BigEndian(_pending.AsSpan(Signature.Length));
        if ((flags & CriticalFlags) != 0)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "unrecognized critical flags in COPY file header");
        }

        _bytesLeft = BinaryPrimitives.ReadInt32BigEndian(_pending.AsSpan(Signature.Length + sizeof(int)));
        if (_bytesLeft is < 0 or > ExtensionBytesMax)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "invalid COPY file header (wrong length)");
        }

        _state = State.Extension;
    }

    private void ReadFieldCount()
    {
        _fieldsLeft = BinaryPrimitives.ReadInt16BigEndian(_pending);
        if (_fieldsLeft == -1)
        {
            _state = State.Ended;
            return;
        }

        if (_fieldsLeft < 0)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "row field count is negative");
        }

        _row++;
        _fields.Clear();
        _state = State.FieldLength;
        if (_fieldsLeft == 0)
        {
            EndRow();
        }
    }

    private void ReadFieldLength()
    {
        _bytesLeft = BinaryPrimitives.ReadInt32BigEndian(_pending);
        if (_bytesLeft == -1)
        {
            EndField(isNull: true);
            return;
        }

        if (_bytesLeft is < 0 or > CopyFields.RowBytesMax)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "invalid field size");
        }

        _state = State.FieldBytes;
    }

    private void EndField(bool isNull)
    {
        _fields.EndField(isNull);
        _state = State.FieldLength;
        if (--_fieldsLeft == 0)
        {
            EndRow();
        }
    }

    private void EndRow()
    {
        _state = State.FieldCount;
        handler.OnRow(_fields.Row(_row));
    }
}
