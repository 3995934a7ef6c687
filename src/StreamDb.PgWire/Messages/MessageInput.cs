using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using StreamDb.PgWire.Connections;

namespace StreamDb.PgWire.Messages;

/// <summary>Cuts a client's bytes into messages.</summary>
/// <remarks>
/// A message is handed out only when it is complete; its payload is not copied. Everything that one read brought is used
/// up before the next read, so a request costs one read however many messages it consists of. Used by one flow at a time.
/// </remarks>
internal sealed class MessageInput(PipeReader reader, int messageBytesMax)
{
    private const int HeaderBytes = 5;

    private ReadOnlySequence<byte> _unread;
    private bool _isHeld;

    /// <summary>The next message, or one of type <see cref="FrontendMessage.None"/> when the client is gone or the wait was cancelled.</summary>
    /// <exception cref="ProtocolException">The bytes are no message, or it is too long.</exception>
    public ValueTask<MessageFrame> ReadAsync() =>
        TryTake(out MessageFrame frame) ? new ValueTask<MessageFrame>(frame) : WaitAsync();

    /// <summary>Makes a pending <see cref="ReadAsync"/>, or else the next one that has to wait, return at once. Any thread.</summary>
    public void CancelPendingRead() => reader.CancelPendingRead();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MessageFrame> WaitAsync()
    {
        while (true)
        {
            if (_isHeld)
            {
                reader.AdvanceTo(_unread.Start, _unread.End);
                _isHeld = false;
                _unread = default;
            }

            ReadResult result;
            try
            {
                result = await reader.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (ClientGoneException.IsNetworkError(error))
            {
                throw new ClientGoneException(error);
            }

            _unread = result.Buffer;
            _isHeld = true;
            if (result.IsCanceled)
            {
                return default;
            }

            if (TryTake(out MessageFrame frame))
            {
                return frame;
            }

            if (result.IsCompleted)
            {
                return default;
            }
        }
    }

    private bool TryTake(out MessageFrame frame)
    {
        if (!TryPeek(out frame))
        {
            return false;
        }

        _unread = _unread.Slice(frame.Payload.End);
        return true;
    }

    private bool TryPeek(out MessageFrame frame)
    {
        frame = default;
        if (_unread.IsEmpty)
        {
            return false;
        }

        byte type = _unread.FirstSpan[0];
        int bytesMax = FrontendMessage.BytesMax(type, messageBytesMax);
        if (bytesMax < 0)
        {
            throw new ProtocolException($"invalid frontend message type {type}");
        }

        if (_unread.Length < HeaderBytes)
        {
            return false;
        }

        int length = ReadLength(_unread);
        if (length < 4)
        {
            throw new ProtocolException("invalid message length");
        }

        if (length - 4 > bytesMax)
        {
            throw new ProtocolException($"message of {length} bytes exceeds the limit of {bytesMax} bytes");
        }

        if (_unread.Length < 1L + length)
        {
            return false;
        }

        frame = new MessageFrame(type, _unread.Slice(HeaderBytes, length - 4));
        return true;
    }

    private static int ReadLength(in ReadOnlySequence<byte> message)
    {
        if (message.FirstSpan.Length >= HeaderBytes)
        {
            return BinaryPrimitives.ReadInt32BigEndian(message.FirstSpan[1..]);
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        message.Slice(0, HeaderBytes).CopyTo(header);
        return BinaryPrimitives.ReadInt32BigEndian(header[1..]);
    }
}
