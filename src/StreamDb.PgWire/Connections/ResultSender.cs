using System.Globalization;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.PgWire.Codec;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>Sends the results of statements; small ones stay in the output buffer, so that they leave together with what follows.</summary>
/// <remarks>
/// Rows are flushed when the buffer is full and whenever the next rows are not there yet: a change feed's rows are at the
/// client before we wait for more. A slow client holds back its own query, because flushing waits for it.
/// </remarks>
internal sealed class ResultSender(ClientChannel channel)
{
    private readonly CopyReceiver _copyReceiver = new(channel);
    private RowEncoder? _encoder;

    /// <summary>Sends all of a result but its CommandComplete.</summary>
    /// <param name="rowsMax">Rows after which to stop; 0: none.</param>
    /// <param name="isDescribed">Send a RowDescription first, as the simple protocol does.</param>
    /// <returns>The command tag, or null when <paramref name="rowsMax"/> rows were sent and there may be more.</returns>
    public ValueTask<string?> SendAsync(StatementResult result, FormatCodes formats, int rowsMax, bool isDescribed) => result switch
    {
        CommandResult command => new ValueTask<string?>(command.Tag),
        RowsResult rows => SendRowsAsync(rows, formats, rowsMax, isDescribed),
        CopyInResult copy => _copyReceiver.ReceiveAsync(copy),
        CopyOutResult copy => SendCopyAsync(copy),
        _ => throw new InvariantException($"result of type {result.GetType()}"),
    };

    private async ValueTask<string?> SendRowsAsync(RowsResult rows, FormatCodes formats, int rowsMax, bool isDescribed)
    {
        RowEncoder encoder = EncoderFor(rows.Columns, formats);
        if (isDescribed)
        {
            RowDescriptionMessage.Write(channel.Output, rows.Columns, formats);
        }

        long sent = 0;
        while (true)
        {
            int left = rowsMax == 0 ? 0 : (int)(rowsMax - sent);
            ValueTask<ColumnBatch?> read = rows.ReadAsync(left, channel.Cancellation);
            ColumnBatch? batch = read.IsCompleted
                ? await read.ConfigureAwait(false)
                : await FlushWhileReadingAsync(read.AsTask()).ConfigureAwait(false);
            if (batch is null)
            {
                return rows.Tag.Replace("{n}", sent.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            }

            try
            {
                Invariant.Check(left == 0 || batch.Count <= left, "a read returns at most the rows asked for");
                await SendBatchAsync(batch, encoder).ConfigureAwait(false);
                sent += batch.Count;
            }
            finally
            {
                batch.Release();
            }

            if (rowsMax != 0 && sent == rowsMax)
            {
                return null;
            }
        }
    }

    private async ValueTask SendBatchAsync(ColumnBatch batch, RowEncoder encoder)
    {
        int row = 0;
        while (row < batch.Count)
        {
            row = encoder.Write(batch, row, channel.Output);
            if (channel.Output.Length >= MessageWriter.FlushBytes)
            {
                await channel.Output.FlushAsync(channel.Cancellation).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<string?> SendCopyAsync(CopyOutResult copy)
    {
        CopyResponseMessage.Write(channel.Output, BackendMessage.CopyOutResponse, copy.ColumnCount, copy.IsBinary);
        while (true)
        {
            ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> read = copy.ReadAsync(channel.Cancellation);
            IReadOnlyList<ReadOnlyMemory<byte>>? blocks = read.IsCompleted
                ? await read.ConfigureAwait(false)
                : await FlushWhileReadingAsync(read.AsTask()).ConfigureAwait(false);
            if (blocks is null)
            {
                channel.Output.WriteEmpty(BackendMessage.CopyDone);
                return copy.Tag;
            }

            for (int i = 0; i < blocks.Count; i++)
            {
                channel.Output.Begin(BackendMessage.CopyData);
                channel.Output.WriteBytes(blocks[i].Span);
                channel.Output.End();
                if (channel.Output.Length >= MessageWriter.FlushBytes)
                {
                    await channel.Output.FlushAsync(channel.Cancellation).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Sends what waits while the statement works on its next rows.</summary>
    private async Task<T> FlushWhileReadingAsync<T>(Task<T> read)
    {
        try
        {
            await channel.Output.FlushAsync(channel.Cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (StatementErrors.EndsConnection(error) || error is OperationCanceledException)
        {
            // The result must not be disposed while it is being read.
            channel.Abandon();
            await read.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        return await read.ConfigureAwait(false);
    }

    private RowEncoder EncoderFor(IReadOnlyList<ResultColumn> columns, FormatCodes formats)
    {
        if (_encoder is null || !_encoder.Fits(columns, formats, channel.Session.TextFormat))
        {
            _encoder = new RowEncoder(columns, formats, channel.Session.TextFormat);
        }

        return _encoder;
    }
}
