using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>COPY FROM STDIN: passes the client's data on to the statement until CopyDone or CopyFail.</summary>
/// <remarks>
/// Sync and Flush are ignored meanwhile: clients of the extended protocol send Sync together with Execute, before they
/// know that the statement is a COPY. After an error the client may go on sending data for a while; the message loop
/// ignores it.
/// </remarks>
internal sealed class CopyReceiver(ClientChannel channel)
{
    /// <returns>The command tag.</returns>
    /// <exception cref="SqlException">57014: the client gave up; 08P01: another message in between; whatever the statement throws.</exception>
    public async ValueTask<string?> ReceiveAsync(CopyInResult copy)
    {
        CopyResponseMessage.Write(channel.Output, BackendMessage.CopyInResponse, copy.ColumnCount, copy.IsBinary);
        await channel.Output.FlushAsync(channel.Cancellation).ConfigureAwait(false);
        while (true)
        {
            MessageFrame message = await channel.Input.ReadAsync().ConfigureAwait(false);
            switch (message.Type)
            {
                case FrontendMessage.CopyData:
                    foreach (ReadOnlyMemory<byte> part in message.Payload)
                    {
                        await copy.WriteAsync(part, channel.Cancellation).ConfigureAwait(false);
                    }

                    break;
                case FrontendMessage.CopyDone:
                    EmptyMessage.Read(message.Payload);
                    return await copy.CompleteAsync(channel.Cancellation).ConfigureAwait(false);
                case FrontendMessage.CopyFail:
                    throw new SqlException(SqlState.QueryCanceled, $"COPY from stdin failed: {TextMessage.Read(message.Payload)}");
                case FrontendMessage.Flush or FrontendMessage.Sync:
                    break;
                case FrontendMessage.None or FrontendMessage.Terminate:
                    channel.Cancellation.ThrowIfCancellationRequested();
                    throw new ClientGoneException();
                default:
                    throw new SqlException(
                        SqlState.ProtocolViolation, $"unexpected message type 0x{message.Type:X2} during COPY from stdin");
            }
        }
    }
}
