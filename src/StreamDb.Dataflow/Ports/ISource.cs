namespace StreamDb.Dataflow.Ports;

/// <summary>An open source: yields batches from its offset on. One reader at a time.</summary>
public interface ISource : IAsyncDisposable
{
    /// <summary>
    /// The next batch: as soon as there is anything, at most what one epoch should hold (about 10,000 rows or 4 MB).
    /// Waits while there is nothing; null when the source has ended for good.
    /// </summary>
    /// <exception cref="IOException">Trouble outside (file gone, broker away): the reader shows it and tries again later.</exception>
    ValueTask<SourceBatch?> ReadAsync(CancellationToken cancellation);
}
