using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Codec;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Connections;

/// <summary>What the flows of one authenticated connection share. Used by one flow at a time.</summary>
/// <param name="lifetime">Cancelled when the client is gone or the server stops: then the connection ends.</param>
internal sealed class ClientChannel(
    MessageInput input,
    MessageWriter output,
    ISession session,
    ConnectionMetrics metrics,
    StatementErrors errors,
    CancellationTokenSource lifetime)
{
    private readonly CancellationToken _cancellation = lifetime.Token;
    private volatile bool _isBusy;

    public MessageInput Input => input;

    public MessageWriter Output => output;

    public ISession Session => session;

    public ConnectionMetrics Metrics => metrics;

    public CancellationToken Cancellation => _cancellation;

    /// <summary>A message is being handled, so nothing would notice that the client goes away. Read by any thread.</summary>
    public bool IsBusy
    {
        get => _isBusy;
        set => _isBusy = value;
    }

    /// <summary>Cancels whatever the connection is doing: there is nobody left to do it for.</summary>
    public void Abandon() => lifetime.Cancel();

    /// <summary>Reports a statement's error to the client and to the session.</summary>
    /// <param name="text">The query string that positions point into, or null.</param>
    /// <param name="offset">Where in it the failed statement starts.</param>
    /// <exception cref="SqlException">The session itself is to end: to be sent as FATAL.</exception>
    public void Fail(Exception error, string? text = null, int offset = 0)
    {
        _cancellation.ThrowIfCancellationRequested();
        SqlException statementError = errors.From(error);
        output.Abandon();
        WriteNotices();
        if (StatementErrors.EndsSession(statementError))
        {
            throw statementError;
        }

        int position = statementError.Position <= 0 ? 0 : statementError.Position + offset;
        ErrorMessage.Write(output, statementError, isFatal: false, text is null ? position : TextPositions.ToCharacters(text, position));
        metrics.CountError();
        session.Fail();
    }

    public void WriteNotices()
    {
        foreach (Notice notice in session.TakeNotices())
        {
            ErrorMessage.Write(output, notice);
        }
    }

    /// <summary>Tells changed settings and that the next statement may come, and sends all that waits.</summary>
    public ValueTask ReadyAsync()
    {
        WriteNotices();
        foreach ((string name, string value) in session.TakeChangedSettings())
        {
            SessionMessages.WriteParameterStatus(output, name, value);
        }

        SessionMessages.WriteReadyForQuery(output, session.Status);
        return output.FlushAsync(_cancellation);
    }
}
