namespace StreamDb.PgWire.Connections;

/// <summary>Counters of all connections of a server. Any thread.</summary>
internal sealed class ConnectionMetrics
{
    private long _accepted;
    private long _statements;
    private long _errors;

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Statements => Interlocked.Read(ref _statements);

    public long Errors => Interlocked.Read(ref _errors);

    public void CountAccepted() => Interlocked.Increment(ref _accepted);

    public void CountStatement() => Interlocked.Increment(ref _statements);

    public void CountError() => Interlocked.Increment(ref _errors);
}
