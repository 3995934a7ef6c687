using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Connections;

namespace StreamDb.PgWire.Messages;

/// <summary>Collects messages to a client and sends them in one write.</summary>
/// <remarks>
/// One contiguous buffer rather than a pipe's segments: a message's length, and a value's, is known only after it was
/// encoded and is then filled in in place, and whatever a request produced leaves in a single system call.
/// The buffer grows to the longest message and shrinks again when it was sent. Used by one flow at a time.
/// </remarks>
internal sealed class MessageWriter(Stream stream) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Above this, senders of rows flush. Also the buffer size that is kept.</summary>
    public const int FlushBytes = 64 * 1024;

    private const int InitialBytes = 8 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _messageStart = -1;

    /// <summary>Bytes that wait to be sent.</summary>
    public int Length { get; private set; }

    /// <summary>Starts a message; <see cref="End"/> completes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(byte type)
    {
        Reserve(5);
        _messageStart = Length;
        _buffer[Length] = type;
        Length += 5;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_messageStart + 1), Length - _messageStart - 1);
        _messageStart = -1;
    }

    /// <summary>Forgets a message that was begun and not ended, because encoding it failed.</summary>
    public void Abandon()
    {
        if (_messageStart >= 0)
        {
            Length = _messageStart;
            _messageStart = -1;
        }
    }

    /// <summary>A message without a payload.</summary>
    public void WriteEmpty(byte type)
    {
        Begin(type);
        End();
    }

    /// <summary>A byte outside any message: the answer to SSLRequest.</summary>
    public void WriteByte(byte value)
    {
        Reserve(1);
        _buffer[Length++] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt16(short value)
    {
        Reserve(2);
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(Length), value);
        Length += 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt32(int value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(Length), value);
        Length += 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt64(long value)
    {
        Reserve(8);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(Length), value);
        Length += 8;
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_buffer.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>Text with its terminating zero; a zero inside ends it early, as it would for any reader.</summary>
    public void WriteString(string value)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(value.Length) + 1);
        Length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(Length));
        _buffer[Length++] = 0;
    }

    /// <summary>Leaves room for a 32-bit length; pass the result to <see cref="EndValue"/> once the value is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BeginValue()
    {
        Reserve(4);
        Length += 4;
        return Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndValue(int start) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(start - 4), Length - start);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(Length);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(Length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int count)
    {
        Invariant.Check((uint)count <= (uint)(_buffer.Length - Length), "advanced beyond the buffer");
        Length += count;
    }

    /// <summary>Sends what was written. Completes when the client's window has taken it: this is what holds back a slow client's query.</summary>
    public ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        Invariant.Check(_messageStart < 0, "flush inside a message");
        return Length == 0 ? ValueTask.CompletedTask : SendAsync(cancellation);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        int length = Length;
        Length = 0;
        try
        {
            await stream.WriteAsync(_buffer.AsMemory(0, length), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (ClientGoneException.IsNetworkError(error))
        {
            throw new ClientGoneException(error);
        }

        if (_buffer.Length > 4 * FlushBytes)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_buffer.Length - Length < bytes)
        {
            Grow(bytes);
        }
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > Array.MaxLength)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "a message to the client exceeds 2 GB");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
