using System.Buffers;
using System.Buffers.Binary;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Messages;

/// <summary>The first packet of a connection: a startup message, or a request for encryption or cancellation.</summary>
/// <param name="Code">Protocol version, or one of the request codes.</param>
internal readonly record struct StartupMessage(int Code, byte[] Body)
{
    public const int Version3 = 3 << 16;
    public const int CancelRequest = (1234 << 16) | 5678;
    public const int SslRequest = (1234 << 16) | 5679;
    public const int GssEncryptionRequest = (1234 << 16) | 5680;

    private const int BytesMax = 10_000;

    public int MajorVersion => Code >> 16;

    public int MinorVersion => Code & 0xFFFF;

    /// <summary>Reads one packet and not a byte more, so that a TLS handshake can follow it on the same stream.</summary>
    /// <returns>Null when the client closed the connection before sending anything.</returns>
    /// <exception cref="ProtocolException">No startup packet.</exception>
    public static async ValueTask<StartupMessage?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] header = new byte[8];
        int count = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (count == 0)
        {
            return null;
        }

        int length = count < 4 ? 0 : BinaryPrimitives.ReadInt32BigEndian(header);
        if (count < header.Length || length < header.Length || length > BytesMax)
        {
            throw new ProtocolException("invalid length of startup packet");
        }

        byte[] body = new byte[length - header.Length];
        await stream.ReadExactlyAsync(body, cancellation).ConfigureAwait(false);
        return new StartupMessage(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)), body);
    }

    /// <summary>Process id and secret key of a CancelRequest.</summary>
    public (int ProcessId, int SecretKey) ReadCancelKey() => Body.Length == 8
        ? (BinaryPrimitives.ReadInt32BigEndian(Body), BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(4)))
        : throw new ProtocolException("invalid length of startup packet");

    /// <summary>The parameters in order: pairs of strings and a final zero.</summary>
    /// <exception cref="ProtocolException">Not that layout.</exception>
    /// <exception cref="SqlException">22021: not UTF-8.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> ReadParameters()
    {
        var parameters = new List<KeyValuePair<string, string>>();
        var reader = new MessageReader(new ReadOnlySequence<byte>(Body));
        if (Body.Length == 0 || Body[^1] != 0)
        {
            throw new ProtocolException("invalid startup packet layout: expected terminator as last byte");
        }

        while (true)
        {
            string name = reader.ReadString();
            if (name.Length == 0)
            {
                reader.End();
                return parameters;
            }

            parameters.Add(new(name, reader.ReadString()));
        }
    }
}
