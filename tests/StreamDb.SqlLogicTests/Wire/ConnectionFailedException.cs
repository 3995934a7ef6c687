namespace StreamDb.SqlLogicTests.Wire;

/// <summary>The connection is of no more use: closed by the server, refused, timed out, or out of protocol.</summary>
public sealed class ConnectionFailedException : Exception
{
    public ConnectionFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Set when the server answered the startup message with an error.</summary>
    public ServerError? Error { get; init; }

    public bool IsTimeout { get; init; }
}
