namespace StreamDb.State.Log;

/// <summary>What the manifest knows of the write-ahead log.</summary>
/// <param name="Created">False until the log's files have been made durable once; only then may they be absent.</param>
/// <param name="BeginAddress">Where the first record after the manifest's state begins. Older records may still be there, for an older manifest.</param>
/// <param name="BeginSequence">Its sequence number, whether or not it has been written.</param>
/// <param name="EndSequence">The log was durable at least up to here; <c>BeginSequence - 1</c> when it was empty.</param>
public readonly record struct LogRange(bool Created, long BeginAddress, long BeginSequence, long EndSequence)
{
    /// <summary>FASTER keeps the first 64 bytes of an address space for itself.</summary>
    public const long FirstAddress = 64;

    /// <summary>A log that does not exist yet.</summary>
    public static LogRange None { get; } = new(Created: false, FirstAddress, BeginSequence: 1, EndSequence: 0);
}
