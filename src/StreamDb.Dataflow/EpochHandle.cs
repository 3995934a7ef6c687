using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow;

/// <summary>An epoch being computed.</summary>
public sealed class EpochHandle
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EpochHandle(Epoch epoch)
    {
        Epoch = epoch;
    }

    public Epoch Epoch { get; }

    /// <summary>Ends when every worker has computed the epoch. Faulted only by a broken invariant.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The dataflows paused in this epoch; complete once <see cref="Completion"/> has ended.</summary>
    public IReadOnlyList<DataflowFailure> Failures { get; internal set; } = [];

    /// <summary>Blocks until <see cref="Completion"/> has ended.</summary>
    public void Wait() => Completion.GetAwaiter().GetResult();
}
