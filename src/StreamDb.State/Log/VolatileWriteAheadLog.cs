using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;

namespace StreamDb.State.Log;

/// <summary>The log of a database without a data directory: it counts and keeps nothing, and never fails.</summary>
/// <remarks>Every record is "durable" at once for as long as the process lives, which is what such a database promises.</remarks>
public sealed class VolatileWriteAheadLog : IWriteAheadLog
{
    private long _lastSequence;

    public long LastSequence => Volatile.Read(ref _lastSequence);

    public long DurableSequence => LastSequence;

    public SqlException? Failure => null;

    public long Append(Epoch epoch, ReadOnlySpan<byte> payload) => Interlocked.Increment(ref _lastSequence);

    public long Append(Epoch epoch, IReadOnlyList<ReadOnlyMemory<byte>> segments) => Interlocked.Increment(ref _lastSequence);

    public long Commit() => LastSequence;

    public Task<long> CommitAsync() => Task.FromResult(LastSequence);

    public IEnumerable<LogRecord> Replay(long fromSequence) => [];

    public Task<long> ReopenAsync(CancellationToken cancellation = default) => Task.FromResult(LastSequence);

    public void Dispose()
    {
    }
}
