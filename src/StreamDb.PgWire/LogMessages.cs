using System.Net;
using Microsoft.Extensions.Logging;

namespace StreamDb.PgWire;

/// <summary>What the protocol server logs. Event ids 7000–7099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(7000, LogLevel.Information, "listening on {EndPoint}")]
    public static partial void Listening(this ILogger logger, EndPoint endPoint);

    [LoggerMessage(7001, LogLevel.Debug, "connection from {Client} accepted")]
    public static partial void ConnectionAccepted(this ILogger logger, EndPoint? client);

    [LoggerMessage(7002, LogLevel.Debug, "connection from {Client} closed")]
    public static partial void ConnectionClosed(this ILogger logger, EndPoint? client);

    [LoggerMessage(7003, LogLevel.Warning, "connection from {Client} ended: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, EndPoint? client, string reason);

    [LoggerMessage(7004, LogLevel.Error, "connection from {Client} failed")]
    public static partial void ConnectionFailed(this ILogger logger, Exception error, EndPoint? client);

    [LoggerMessage(7005, LogLevel.Error, "statement failed by an internal error")]
    public static partial void StatementFailed(this ILogger logger, Exception error);

    [LoggerMessage(7006, LogLevel.Warning, "could not accept a connection")]
    public static partial void AcceptFailed(this ILogger logger, Exception error);

    [LoggerMessage(7007, LogLevel.Information, "client {Client} is gone, cancelling its statement")]
    public static partial void ClientGone(this ILogger logger, EndPoint? client);

    [LoggerMessage(7008, LogLevel.Warning, "{ConnectionCount} connections did not end in time and were closed")]
    public static partial void ConnectionsAborted(this ILogger logger, int connectionCount);
}
