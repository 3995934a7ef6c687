using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow;

/// <summary>An epoch being computed.</summary>
public sealed class EpochHandle
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<DataflowFailure> _failures = [];
    private readonly Worker _helped;
    private int _left;

    /// <param name="workers">How many parts there are.</param>
    /// <param name="helped">The worker whose queue a waiting thread may run.</param>
    internal EpochHandle(Epoch epoch, int workers, Worker helped)
    {
        Epoch = epoch;
        _left = workers;
        _helped = helped;
    }

    public Epoch Epoch { get; }

    /// <summary>Ends when every worker has computed the epoch. Faulted only by a broken invariant.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The dataflows paused in this epoch; complete once <see cref="Completion"/> has ended.</summary>
    public IReadOnlyList<DataflowFailure> Failures => _failures;

    /// <summary>Blocks until <see cref="Completion"/> has ended.</summary>
    public void Wait()
    {
        if (!Completion.IsCompleted)
        {
            _helped.RunQueued();
        }

        // The other workers have about as much to do as the one whose part is done now.
        if (!Completion.IsCompleted)
        {
            Patience.Spin(_helped.Place, Completion, static completion => completion.IsCompleted, Patience.WithinEpoch);
        }

        Completion.GetAwaiter().GetResult();
    }

    internal void AddFailure(DataflowFailure failure)
    {
        lock (_failures)
        {
            if (!_failures.Exists(known => known.Id == failure.Id))
            {
                _failures.Add(failure);
            }
        }
    }

    /// <summary>One worker is done; true for the last.</summary>
    internal bool Arrive() => Interlocked.Decrement(ref _left) == 0;

    internal void Complete() => _completion.TrySetResult();

    internal void Fault(Exception reason) => _completion.TrySetException(reason);
}
