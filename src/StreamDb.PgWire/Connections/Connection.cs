using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Authentication;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>One client connection from accept to close.</summary>
/// <remarks>
/// <code>
/// accepted → negotiating (TLS, startup packet) → authenticating → serving → closed
///                │ cancel request                                   │ Terminate, end of stream, FATAL, shutdown
///                └──────────────────────────────────────────────────┴→ closed
/// </code>
/// Whatever goes wrong ends this connection and no other. A client that can still be told is told why, by a FATAL error.
/// </remarks>
internal sealed class Connection(Socket socket, IDatabase database, PgServerOptions options, Authenticator authenticator, ConnectionMetrics metrics, ILogger logger)
    : IDisposable
{
    private const int ReadBufferBytes = 16 * 1024;

    private static readonly TimeSpan _lingerMax = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _lifetime = new();
    private readonly EndPoint? _client = socket.RemoteEndPoint;
    private volatile MessageInput? _input;
    private volatile ClientChannel? _channel;
    private volatile bool _isStopping;

    /// <summary>Serves the client to the end. Never throws.</summary>
    /// <param name="isOneTooMany">Tell the client so instead of serving it.</param>
    public async Task RunAsync(bool isOneTooMany)
    {
        logger.ConnectionAccepted(_client);
        var stream = new NetworkStream(socket, ownsSocket: false);
        try
        {
            socket.NoDelay = true;
            KeepAlive(socket);
            await ServeAsync(stream, isOneTooMany).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (error is not ClientGoneException and not OperationCanceledException && !ClientGoneException.IsNetworkError(error))
            {
                logger.ConnectionFailed(error, _client);
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            Dispose();
            logger.ConnectionClosed(_client);
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _lifetime.Dispose();
    }

    /// <summary>Ends the connection soon: what it executes is cancelled, and the client is told that the server stops. Any thread.</summary>
    public void Stop()
    {
        _isStopping = true;
        Cancel();
    }

    /// <summary>Closes the socket under the connection. Any thread.</summary>
    public void Abort() => socket.Dispose();

    /// <summary>Cancels what is being executed when the client is no longer there. Any thread.</summary>
    public void CheckClient()
    {
        if (_channel is { IsBusy: true } && PeerProbe.IsGone(socket))
        {
            logger.ClientGone(_client);
            Cancel();
        }
    }

    private void Cancel()
    {
        try
        {
            _lifetime.Cancel();
            _input?.CancelPendingRead();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    private async Task ServeAsync(Stream plain, bool isOneTooMany)
    {
        using var startup = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token);
        startup.CancelAfter(options.StartupTimeout);
        Stream stream = plain;
        var output = new MessageWriter(stream);
        try
        {
            StartupNegotiation.Outcome outcome = await StartupNegotiation.RunAsync(plain, options, startup.Token).ConfigureAwait(false);
            stream = outcome.Stream;
            if (outcome.Startup is not { } packet)
            {
                return;
            }

            if (packet.Code == StartupMessage.CancelRequest)
            {
                (int processId, int secretKey) = packet.ReadCancelKey();
                database.Cancel(processId, secretKey);
                return;
            }

            output.Dispose();
            output = new MessageWriter(stream);
            if (isOneTooMany)
            {
                throw new SqlException(SqlState.TooManyConnections, "sorry, too many clients already");
            }

            await ServeAsync(stream, packet, outcome.IsEncrypted, output, startup).ConfigureAwait(false);
        }
        catch (ProtocolException error)
        {
            logger.ConnectionRefused(_client, error.Message);
            await EndAsync(output, new SqlException(SqlState.ProtocolViolation, error.Message)).ConfigureAwait(false);
        }
        catch (SqlException error)
        {
            logger.ConnectionRefused(_client, error.Message);
            await EndAsync(output, error).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_isStopping)
        {
            await EndAsync(output, new SqlException(SqlState.AdminShutdown, "terminating connection due to administrator command")).ConfigureAwait(false);
        }
        finally
        {
            output.Dispose();
            if (stream != plain)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Stream stream, StartupMessage packet, bool isEncrypted, MessageWriter output, CancellationTokenSource startup)
    {
        PipeReader pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
        try
        {
            var input = new MessageInput(pipe, options.MessageBytesMax);
            _input = input;
            StartupSettings settings = StartupSettings.From(packet.ReadParameters());
            if (packet.MinorVersion > 0 || settings.UnknownProtocolOptions.Count > 0)
            {
                SessionMessages.WriteNegotiateProtocolVersion(output, settings.UnknownProtocolOptions);
            }

            await database.WhenReadyAsync(startup.Token).ConfigureAwait(false);
            using (startup.Token.Register(input.CancelPendingRead))
            {
                await authenticator.AuthenticateAsync(settings.User, isEncrypted, input, output, startup.Token).ConfigureAwait(false);
            }

            await using ISession session = database.Connect(settings.User, settings.Database, settings.Settings, _client);
            Greet(output, session);
            startup.CancelAfter(Timeout.InfiniteTimeSpan);
            var channel = new ClientChannel(input, output, session, metrics, new StatementErrors(logger), _lifetime);
            await channel.ReadyAsync().ConfigureAwait(false);
            _channel = channel;
            await new MessageLoop(channel).RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _channel = null;
            _input = null;
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static void Greet(MessageWriter output, ISession session)
    {
        foreach ((string name, string value) in session.ReportedSettings)
        {
            SessionMessages.WriteParameterStatus(output, name, value);
        }

        _ = session.TakeChangedSettings();
        SessionMessages.WriteBackendKeyData(output, session.ProcessId, session.SecretKey);
    }

    /// <summary>Sends a FATAL error and closes our side; then reads for a moment, since closing on unread bytes would destroy what was sent.</summary>
    private async Task EndAsync(MessageWriter output, SqlException error)
    {
        using var limit = new CancellationTokenSource(_lingerMax);
        output.Abandon();
        ErrorMessage.Write(output, error, isFatal: true, position: 0);
        metrics.CountError();
        await output.FlushAsync(limit.Token).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
        byte[] ignored = new byte[4096];
        while (await socket.ReceiveAsync(ignored, limit.Token).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Finds clients whose machine vanished without a word: after about two minutes of silence the connection is closed.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 6);
    }
}
