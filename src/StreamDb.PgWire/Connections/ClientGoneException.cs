namespace StreamDb.PgWire.Connections;

/// <summary>The client closed its connection, or the network did. Nobody is left to be told.</summary>
internal sealed class ClientGoneException : Exception
{
    public ClientGoneException()
        : base("client connection lost")
    {
    }

    public ClientGoneException(Exception inner)
        : base("client connection lost", inner)
    {
    }

    /// <summary>Whether an error of a stream means that the other side is gone.</summary>
    public static bool IsNetworkError(Exception error) =>
        error is IOException or System.Net.Sockets.SocketException or ObjectDisposedException;
}
