using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Connections;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Authentication;

/// <summary>Makes a client prove who it is, before anything else is done for it.</summary>
internal sealed class Authenticator(IRoleStore? roles, X509Certificate2? certificate)
{
    // Unknown roles get a salt too, one that stays the same as long as the server runs.
    private readonly byte[] _mockSecret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Returns when the client may enter; AuthenticationOk is then in the output.</summary>
    /// <exception cref="SqlException">28P01: wrong password; 08P01: no SASL message.</exception>
    public async ValueTask AuthenticateAsync(string user, bool isEncrypted, MessageInput input, MessageWriter output, CancellationToken cancellation)
    {
        if (roles is not null)
        {
            byte[]? binding = isEncrypted && certificate is not null ? ChannelBinding.Of(certificate) : null;
            ScramVerifier verifier = roles.VerifierOf(user) ?? ScramVerifier.Unsatisfiable(user, _mockSecret);
            await ExchangeAsync(user, new ScramExchange(verifier, binding), binding is not null, input, output, cancellation).ConfigureAwait(false);
        }

        AuthenticationMessage.WriteOk(output);
    }

    private static async ValueTask ExchangeAsync(
        string user, ScramExchange exchange, bool offersBinding, MessageInput input, MessageWriter output, CancellationToken cancellation)
    {
        AuthenticationMessage.WriteSasl(output, offersBinding ? [ScramExchange.Plus, ScramExchange.Plain] : [ScramExchange.Plain]);
        await output.FlushAsync(cancellation).ConfigureAwait(false);

        (string mechanism, string clientFirst) = ReadInitialResponse(await ReadResponseAsync(input, cancellation).ConfigureAwait(false));
        AuthenticationMessage.WriteSaslContinue(output, System.Text.Encoding.UTF8.GetBytes(exchange.Start(mechanism, clientFirst)));
        await output.FlushAsync(cancellation).ConfigureAwait(false);

        string clientFinal = MessageReader.Decode(await ReadResponseAsync(input, cancellation).ConfigureAwait(false));
        string serverFinal = exchange.Finish(clientFinal)
            ?? throw new SqlException(SqlState.InvalidPassword, $"password authentication failed for user \"{user}\"");
        AuthenticationMessage.WriteSaslFinal(output, System.Text.Encoding.UTF8.GetBytes(serverFinal));
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadResponseAsync(MessageInput input, CancellationToken cancellation)
    {
        MessageFrame message = await input.ReadAsync().ConfigureAwait(false);
        switch (message.Type)
        {
            case FrontendMessage.Password:
                return message.Payload;
            case FrontendMessage.None or FrontendMessage.Terminate:
                cancellation.ThrowIfCancellationRequested();
                throw new ClientGoneException();
            default:
                throw new ProtocolException($"expected SASL response, got message type {message.Type}");
        }
    }

    private static (string Mechanism, string Response) ReadInitialResponse(in ReadOnlySequence<byte> payload)
    {
        var reader = new MessageReader(payload);
        string mechanism = reader.ReadString();
        int length = reader.ReadInt32();
        string response = length < 0 ? "" : MessageReader.Decode(reader.ReadBytes(length));
        reader.End();
        return (mechanism, response);
    }
}
