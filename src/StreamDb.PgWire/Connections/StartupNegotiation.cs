using System.Net.Security;
using System.Security.Authentication;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>The conversation before authentication: encryption requests, then the startup message or a cancel request.</summary>
internal static class StartupNegotiation
{
    /// <summary>How it ended: a startup message over <paramref name="Stream"/>, which is encrypted if asked for; or a cancel request; or neither.</summary>
    public readonly record struct Outcome(Stream Stream, StartupMessage? Startup, bool IsEncrypted);

    /// <exception cref="ProtocolException">No startup packet.</exception>
    /// <exception cref="SqlException">0A000: another protocol version.</exception>
    public static async Task<Outcome> RunAsync(Stream stream, PgServerOptions options, CancellationToken cancellation)
    {
        bool isEncrypted = false;
        bool sslDone = false;
        bool gssDone = false;
        while (true)
        {
            StartupMessage? packet = await StartupMessage.ReadAsync(stream, cancellation).ConfigureAwait(false);
            switch (packet)
            {
                case null:
                    return new Outcome(stream, null, isEncrypted);
                case { Code: StartupMessage.SslRequest } when !sslDone:
                    sslDone = true;
                    if (options.Certificate is null || isEncrypted)
                    {
                        await stream.WriteAsync("N"u8.ToArray(), cancellation).ConfigureAwait(false);
                        break;
                    }

                    // Bytes that came in clear text behind the request end up in the handshake and break it, as they must.
                    await stream.WriteAsync("S"u8.ToArray(), cancellation).ConfigureAwait(false);
                    stream = await EncryptAsync(stream, options, cancellation).ConfigureAwait(false);
                    isEncrypted = true;
                    break;
                case { Code: StartupMessage.GssEncryptionRequest } when !gssDone:
                    gssDone = true;
                    await stream.WriteAsync("N"u8.ToArray(), cancellation).ConfigureAwait(false);
                    break;
                case { Code: StartupMessage.CancelRequest } or { MajorVersion: 3 }:
                    return new Outcome(stream, packet, isEncrypted);
                default:
                    throw new SqlException(
                        SqlState.FeatureNotSupported,
                        $"unsupported frontend protocol {packet.Value.MajorVersion}.{packet.Value.MinorVersion}: server supports 3.0 to 3.0");
            }
        }
    }

    private static async Task<Stream> EncryptAsync(Stream stream, PgServerOptions options, CancellationToken cancellation)
    {
        var encrypted = new SslStream(stream);
        try
        {
            await encrypted.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = options.Certificate,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ApplicationProtocols = [new SslApplicationProtocol("postgresql")],
                },
                cancellation).ConfigureAwait(false);
            return encrypted;
        }
        catch (AuthenticationException error)
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw new ClientGoneException(error);
        }
    }
}
