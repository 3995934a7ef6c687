using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Scheduling;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Ports;

/// <summary>What an operator of one dataflow sees of its surroundings, on one worker.</summary>
/// <remarks>The epoch and the time are those of the epoch being computed; only the worker's thread may read them.</remarks>
public sealed class OperatorContext
{
    private StateArena? _arena;

    internal OperatorContext(int worker, int workerCount, EpochClock clock)
    {
        Worker = worker;
        WorkerCount = workerCount;
        Clock = clock;
    }

    /// <summary>0-based.</summary>
    public int Worker { get; }

    public int WorkerCount { get; }

    /// <summary>Where row errors of this dataflow go.</summary>
    public IErrorSink Errors { get; internal set; } = ThrowingErrorSink.Instance;

    /// <summary>The epoch being computed.</summary>
    public Epoch Epoch => Clock.Epoch;

    /// <summary>What now() is in this epoch: µs since 2000-01-01 UTC.</summary>
    public long NowMicroseconds => Clock.NowMicroseconds;

    /// <summary>The memory of the dataflow's keyed state on this worker. Where none is given: one of the process's, which operators leave empty.</summary>
    internal StateArena Arena
    {
        get => _arena ??= StateSpace.Private.CreateArena();
        init => _arena = value;
    }

    /// <summary>Whether this is a one-shot run: state that nobody will read need not be kept.</summary>
    internal bool IsOneShot { get; init; }

    /// <summary>Bytes that a one-shot run may take, state and result together.</summary>
    internal long MemoryBytesMax { get; init; } = long.MaxValue;

    /// <summary>Cancels a one-shot run or a backfill; never set in a live dataflow.</summary>
    public CancellationToken Cancellation { get; internal set; }

    /// <summary>Of whoever runs the operators now.</summary>
    internal EpochClock Clock { get; set; }
}
