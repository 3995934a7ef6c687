using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;

namespace StreamDb.State.Log;

/// <summary>
/// What is written before it is visible: records of opaque bytes, each at an epoch, in one dense sequence.
/// </summary>
/// <remarks>
/// 1. Sequence numbers are dense: the record after n is n + 1, across restarts.
/// 2. A record is durable once <see cref="DurableSequence"/> has reached it, and then every later
///    <see cref="Replay"/> returns it unchanged or fails by name (XX001). It is never skipped.
/// 3. A record that was appended but never became durable may or may not survive a crash; if it does, all before it do.
/// 4. After the first I/O error nothing is acknowledged until <see cref="ReopenAsync"/> has succeeded.
/// Any thread may call any member; appends are ordered by the log's own lock. One caller appending, several waiting
/// for durability, is the intended use.
/// </remarks>
public interface IWriteAheadLog : IDisposable
{
    /// <summary>The last appended record; 0 when there is none.</summary>
    long LastSequence { get; }

    /// <summary>Every record up to here survives power loss.</summary>
    long DurableSequence { get; }

    /// <summary>Why the log is read-only (53100 or 58030), or null while it works.</summary>
    SqlException? Failure { get; }

    /// <summary>Appends one record; it is in memory only until the next commit.</summary>
    /// <returns>Its sequence number.</returns>
    /// <exception cref="SqlException">53100 or 58030: the log has failed; nothing was appended.</exception>
    long Append(Epoch epoch, ReadOnlySpan<byte> payload);

    /// <summary>Appends one record whose payload is the concatenation of <paramref name="segments"/>, copied once.</summary>
    long Append(Epoch epoch, IReadOnlyList<ReadOnlyMemory<byte>> segments);

    /// <summary>
    /// Makes everything appended before the call durable, on the calling thread. Callers that arrive while another
    /// one syncs share the next sync.
    /// </summary>
    /// <returns><see cref="DurableSequence"/>, at least the last record appended before the call.</returns>
    /// <exception cref="SqlException">53100 or 58030: nothing beyond <see cref="DurableSequence"/> may be acknowledged.</exception>
    long Commit();

    /// <summary>As <see cref="Commit"/>, on the log's own thread. Completes in sequence order.</summary>
    Task<long> CommitAsync();

    /// <summary>
    /// The durable records from <paramref name="fromSequence"/> on, in order, up to the last one durable at the call.
    /// Lazy: records are read and verified as they are taken. A record's payload is valid until the next one is taken.
    /// </summary>
    /// <exception cref="SqlException">XX001: damage, naming file and offset. 58030: reading failed; try again.</exception>
    IEnumerable<LogRecord> Replay(long fromSequence);

    /// <summary>
    /// After a failure: waits until a probe write works, then drops every record that was not durable and opens the
    /// files anew. Call it from the thread that appends, which then appends again what it still wants: the numbers of
    /// the dropped records are given out a second time. Without a failure it does nothing.
    /// </summary>
    /// <returns><see cref="DurableSequence"/>: the next appended record gets the number after it.</returns>
    Task<long> ReopenAsync(CancellationToken cancellation = default);
}
