using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Ports;

/// <summary>What an operator of one dataflow sees of its surroundings, on one worker.</summary>
/// <remarks>The epoch and the time are those of the epoch being computed; only the worker's thread may read them.</remarks>
public sealed class OperatorContext
{
    internal OperatorContext(int worker, int workerCount)
    {
        Worker = worker;
        WorkerCount = workerCount;
    }

    /// <summary>0-based.</summary>
    public int Worker { get; }

    public int WorkerCount { get; }

    /// <summary>Where row errors of this dataflow go.</summary>
    public IErrorSink Errors { get; internal set; } = ThrowingErrorSink.Instance;

    /// <summary>The epoch being computed.</summary>
    public Epoch Epoch { get; internal set; }

    /// <summary>What now() is in this epoch: µs since 2000-01-01 UTC.</summary>
    public long NowMicroseconds { get; internal set; }

    /// <summary>Cancels a one-shot run; never set in a live dataflow.</summary>
    public CancellationToken Cancellation { get; internal set; }
}
