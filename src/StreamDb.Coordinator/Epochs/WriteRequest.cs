namespace StreamDb.Coordinator.Epochs;

/// <summary>Something that changes the database: one statement, transaction, source batch or DDL. Belongs to exactly one epoch.</summary>
internal abstract class WriteRequest
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the request is durable and visible, or has failed without a trace.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Reads what earlier requests wrote: every one of them is published before <see cref="Prepare"/> runs.</summary>
    public virtual bool ReadsLatest => false;

    /// <summary>A request that was cancelled before its turn is dropped.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Adds the request's effects to the epoch being built. On the sequencer's thread, in commit order.</summary>
    /// <exception cref="Core.Errors.SqlException">The request is refused; what it added is undone, others go on.</exception>
    public abstract void Prepare(EpochBuilder epoch);

    public void Complete() => _completion.TrySetResult();

    public void Fail(Exception reason) => _completion.TrySetException(reason);
}
