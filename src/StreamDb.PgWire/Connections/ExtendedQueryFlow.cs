using System.Buffers;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.PgWire.Codec;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>The extended query protocol: Parse, Bind, Describe, Execute, Close, Sync.</summary>
/// <remarks>
/// After an error <see cref="IsSkipping"/> is set and all messages up to the next Sync are ignored. Answers stay in the
/// output buffer until Sync or Flush, except errors: a client that used Flush waits for them.
/// The session owns statements and portals; here lives only what it does not know, the result formats of each portal.
/// </remarks>
internal sealed class ExtendedQueryFlow(ClientChannel channel, ResultSender sender)
{
    private readonly Dictionary<string, FormatCodes> _namedPortalFormats = [];
    private FormatCodes _unnamedPortalFormats;

    /// <summary>An error was reported and Sync has not come yet.</summary>
    public bool IsSkipping { get; private set; }

    public ValueTask HandleAsync(in MessageFrame message)
    {
        string? sql = null;
        try
        {
            switch (message.Type)
            {
                case FrontendMessage.Parse:
                    Parse(ParseMessage.Read(message.Payload), out sql);
                    return ValueTask.CompletedTask;
                case FrontendMessage.Bind:
                    Bind(message.Payload);
                    return ValueTask.CompletedTask;
                case FrontendMessage.Describe:
                    Describe(TargetMessage.Read(message.Payload, "DESCRIBE"));
                    return ValueTask.CompletedTask;
                case FrontendMessage.Close:
                    Close(TargetMessage.Read(message.Payload, "CLOSE"));
                    return ValueTask.CompletedTask;
                default:
                    return ExecuteAsync(ExecuteMessage.Read(message.Payload));
            }
        }
        catch (Exception error) when (!StatementErrors.EndsConnection(error))
        {
            return FailAsync(error, sql);
        }
    }

    public async ValueTask SyncAsync()
    {
        if (!IsSkipping)
        {
            try
            {
                await channel.Session.EndImplicitTransactionAsync(channel.Cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (!StatementErrors.EndsConnection(error))
            {
                channel.Fail(error);
            }
        }

        IsSkipping = false;
        if (channel.Session.Status == TransactionStatus.Idle)
        {
            _namedPortalFormats.Clear();
        }

        await channel.ReadyAsync().ConfigureAwait(false);
    }

    private void Parse(in ParseMessage message, out string sql)
    {
        sql = message.Sql;
        var types = new SqlType?[message.ParameterOids.Length];
        for (int i = 0; i < types.Length; i++)
        {
            uint oid = message.ParameterOids[i];
            types[i] = oid == 0
                ? null
                : TypeOids.TypeOf(oid) ?? throw new SqlException(SqlState.UndefinedObject, $"type with OID {oid} does not exist");
            if (types[i] == SqlType.Unknown)
            {
                types[i] = null;
            }
        }

        channel.Session.Prepare(message.Statement, sql, types);
        channel.WriteNotices();
        channel.Output.WriteEmpty(BackendMessage.ParseComplete);
    }

    private void Bind(in ReadOnlySequence<byte> payload)
    {
        ISession session = channel.Session;
        BindMessage message = BindMessage.Read(payload);
        StatementDescription statement = session.DescribeStatement(message.Statement);
        IReadOnlyList<Datum> values = ParameterDecoder.Decode(message, statement.Parameters, session.TextFormat);
        int columnCount = statement.Columns?.Count ?? 0;
        if (message.ResultFormats.Count > 1 && statement.Columns is not null && message.ResultFormats.Count != columnCount)
        {
            throw new SqlException(
                SqlState.ProtocolViolation,
                $"bind message has {message.ResultFormats.Count} result formats but query has {columnCount} columns");
        }

        session.Bind(message.Portal, message.Statement, values);
        if (message.Portal.Length == 0)
        {
            _unnamedPortalFormats = message.ResultFormats;
        }
        else
        {
            _namedPortalFormats[message.Portal] = message.ResultFormats;
        }

        channel.Output.WriteEmpty(BackendMessage.BindComplete);
    }

    private void Describe(in TargetMessage target)
    {
        if (target.IsPortal)
        {
            RowDescriptionMessage.WriteOrNoData(channel.Output, channel.Session.DescribePortal(target.Name), FormatsOf(target.Name));
            return;
        }

        StatementDescription statement = channel.Session.DescribeStatement(target.Name);
        ParameterDescriptionMessage.Write(channel.Output, statement.Parameters);
        RowDescriptionMessage.WriteOrNoData(channel.Output, statement.Columns, FormatCodes.Text);
    }

    private void Close(in TargetMessage target)
    {
        if (target.IsPortal)
        {
            channel.Session.ClosePortal(target.Name);
            _namedPortalFormats.Remove(target.Name);
        }
        else
        {
            channel.Session.CloseStatement(target.Name);
        }

        channel.Output.WriteEmpty(BackendMessage.CloseComplete);
    }

    private async ValueTask ExecuteAsync(ExecuteMessage message)
    {
        try
        {
            channel.Metrics.CountStatement();
            StatementResult result = await channel.Session.ExecutePortalAsync(message.Portal, channel.Cancellation).ConfigureAwait(false);
            bool isSuspended = false;
            try
            {
                string? tag = await sender.SendAsync(result, FormatsOf(message.Portal), message.RowsMax, isDescribed: false).ConfigureAwait(false);
                isSuspended = tag is null;
                channel.WriteNotices();
                if (isSuspended)
                {
                    channel.Output.WriteEmpty(BackendMessage.PortalSuspended);
                }
                else
                {
                    CommandCompleteMessage.Write(channel.Output, tag!);
                }
            }
            finally
            {
                // A suspended result stays with its portal, which will continue or close it.
                if (!isSuspended)
                {
                    await result.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (!StatementErrors.EndsConnection(error))
        {
            await FailAsync(error, sql: null).ConfigureAwait(false);
        }
    }

    private ValueTask FailAsync(Exception error, string? sql)
    {
        IsSkipping = true;
        channel.Fail(error, sql);
        return channel.Output.FlushAsync(channel.Cancellation);
    }

    /// <summary>A cursor declared in SQL has no formats of its own: text.</summary>
    private FormatCodes FormatsOf(string portal) => portal.Length == 0
        ? _unnamedPortalFormats
        : _namedPortalFormats.GetValueOrDefault(portal, FormatCodes.Text);
}
