using StreamDb.Core.Errors;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>Serves an authenticated client, message by message, until it says goodbye or is gone.</summary>
internal sealed class MessageLoop(ClientChannel channel)
{
    private readonly SimpleQueryFlow _simple = new(channel, new ResultSender(channel));
    private readonly ExtendedQueryFlow _extended = new(channel, new ResultSender(channel));

    public async Task RunAsync()
    {
        while (true)
        {
            MessageFrame message = await channel.Input.ReadAsync().ConfigureAwait(false);
            if (message.Type is FrontendMessage.None or FrontendMessage.Terminate)
            {
                channel.Cancellation.ThrowIfCancellationRequested();
                return;
            }

            if (_extended.IsSkipping && message.Type != FrontendMessage.Sync)
            {
                continue;
            }

            channel.IsBusy = true;
            await HandleAsync(message).ConfigureAwait(false);
            channel.IsBusy = false;
        }
    }

    private ValueTask HandleAsync(in MessageFrame message)
    {
        switch (message.Type)
        {
            case FrontendMessage.Query:
                return QueryAsync(message);
            case FrontendMessage.Sync:
                EmptyMessage.Read(message.Payload);
                return _extended.SyncAsync();
            case FrontendMessage.Flush:
                EmptyMessage.Read(message.Payload);
                return channel.Output.FlushAsync(channel.Cancellation);
            case FrontendMessage.CopyData or FrontendMessage.CopyDone or FrontendMessage.CopyFail:
                // The rest of a COPY that failed.
                return ValueTask.CompletedTask;
            case FrontendMessage.FunctionCall:
                channel.Fail(new SqlException(SqlState.FeatureNotSupported, "function calls by protocol message are not supported"));
                return channel.ReadyAsync();
            case FrontendMessage.Password:
                throw new ProtocolException($"invalid frontend message type {message.Type}");
            default:
                return _extended.HandleAsync(message);
        }
    }

    private ValueTask QueryAsync(in MessageFrame message)
    {
        string sql;
        try
        {
            sql = TextMessage.Read(message.Payload);
        }
        catch (SqlException error)
        {
            channel.Fail(error);
            return channel.ReadyAsync();
        }

        return _simple.RunAsync(sql);
    }
}
