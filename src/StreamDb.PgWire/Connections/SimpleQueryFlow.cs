using StreamDb.Coordinator.Sessions;
using StreamDb.PgWire.Codec;
using StreamDb.PgWire.Messages;
using StreamDb.Sql.Parsing;

namespace StreamDb.PgWire.Connections;

/// <summary>The Query message: any number of statements, one implicit transaction, one ReadyForQuery.</summary>
internal sealed class SimpleQueryFlow(ClientChannel channel, ResultSender sender)
{
    /// <summary>Runs the statements up to the first error.</summary>
    public async ValueTask RunAsync(string sql)
    {
        ISession session = channel.Session;
        int offset = 0;
        try
        {
            session.CloseStatement("");
            IReadOnlyList<ParsedStatement> statements = session.Parse(sql);
            if (statements.Count == 0)
            {
                await session.EndImplicitTransactionAsync(channel.Cancellation).ConfigureAwait(false);
                CommandCompleteMessage.Write(channel.Output, "");
            }

            for (int i = 0; i < statements.Count; i++)
            {
                offset = statements[i].Start;
                channel.Metrics.CountStatement();
                await RunAsync(statements[i], isOnly: statements.Count == 1, isLast: i == statements.Count - 1).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (!StatementErrors.EndsConnection(error))
        {
            channel.Fail(error, sql, offset);
        }

        await channel.ReadyAsync().ConfigureAwait(false);
    }

    private async ValueTask RunAsync(ParsedStatement statement, bool isOnly, bool isLast)
    {
        string? tag;
        StatementResult result = await channel.Session.ExecuteAsync(statement, isOnly, channel.Cancellation).ConfigureAwait(false);
        try
        {
            tag = await sender.SendAsync(result, FormatCodes.Text, rowsMax: 0, isDescribed: true).ConfigureAwait(false);
        }
        finally
        {
            await result.DisposeAsync().ConfigureAwait(false);
        }

        if (isLast)
        {
            // The last statement is complete only once the implicit transaction is: commit may still fail.
            await channel.Session.EndImplicitTransactionAsync(channel.Cancellation).ConfigureAwait(false);
        }

        channel.WriteNotices();
        CommandCompleteMessage.Write(channel.Output, tag!);
    }
}
