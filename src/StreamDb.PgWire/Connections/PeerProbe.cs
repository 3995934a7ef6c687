using System.Net.Sockets;

namespace StreamDb.PgWire.Connections;

/// <summary>Asks the kernel whether the other side of a TCP connection has closed it, without reading from it.</summary>
/// <remarks>
/// Peeking would not do: unread pipelined messages hide the end of the stream behind them, and with TLS the bytes belong
/// to somebody else. Where the question cannot be asked, the answer is "still there".
/// </remarks>
internal static class PeerProbe
{
    private const int TcpProtocol = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    public static bool IsGone(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            Span<byte> info = stackalloc byte[1];
            return socket.GetRawSocketOption(TcpProtocol, TcpInfo, info) == 1 && info[0] != Established;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
