using System.Runtime.ExceptionServices;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Backfills;

/// <summary>A dataflow that is being filled beside the live ones, until it becomes one of them.</summary>
/// <remarks>
/// <para>
/// Life: <see cref="Engine.StartBackfill"/> notes what the inputs are and begins to keep their later deltas; <see cref="Fill"/>
/// reads the inputs as they were; any number of times <see cref="Engine.Cut"/> takes the deltas kept and <see cref="CatchUp"/>
/// computes them; <see cref="Engine.Finish"/> computes the rest and switches; or <see cref="Engine.Abandon"/> ends it anywhere.
/// </para>
/// <para>Invariants:</para>
/// <para>1. The operators stand at one epoch, that of the last cut that was computed: the dataflow's output is its query over the
/// inputs at that epoch.</para>
/// <para>2. Deltas after it are in the buffers, or are the difference between versions that are held. Memory for them is bounded:
/// a buffer that becomes too large is forgotten, and the difference is read instead.</para>
/// <para>3. Until the switch the operators are used by this backfill's threads only, one per shard.</para>
/// <para>One thread at a time calls it; the progress any thread may read.</para>
/// </remarks>
public sealed class Backfill : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly EngineFault _fault;
    private long _rowsDone;
    private int _phase;
    private ulong _epoch;

    internal Backfill(
        DataflowDescription view, IErrorCollector errors, Engine.InstalledRelation relation, int workerCount,
        EngineFault engineFault, Func<RelationId, Arrangement?> arrangementOf)
    {
        ArrangementOf = arrangementOf;
        View = view;
        Errors = errors;
        Relation = relation;
        _fault = new EngineFault(engineFault);
        Shards = [.. Placement.Create(workerCount).Select((place, worker) => new BackfillShard(worker, workerCount, place))];
    }

    public RelationId Id => View.Id;

    public BackfillPhase Phase
    {
        get => (BackfillPhase)Volatile.Read(ref _phase);
        internal set => Volatile.Write(ref _phase, (int)value);
    }

    /// <summary>Rows of the inputs read so far; an input that is read in several places counts several times.</summary>
    public long RowsDone => Interlocked.Read(ref _rowsDone);

    /// <summary>Rows of the inputs that <see cref="Fill"/> reads.</summary>
    public long RowsTotal { get; internal set; }

    /// <summary>The epoch at which the operators stand, or will once the inputs are read.</summary>
    public Epoch Epoch => new(Volatile.Read(ref _epoch));

    /// <summary>Deltas that the last cut took.</summary>
    public long CutRows { get; internal set; }

    /// <summary>Deltas that wait for the next cut, more or less; very many where they were too many to keep. Any thread.</summary>
    public long WaitingRows => Shards.Sum(shard => shard.Buffers.Values.Sum(buffer => buffer.Buffer.HasOverflowed ? int.MaxValue : buffer.Buffer.Rows));

    internal DataflowDescription View { get; }

    internal IErrorCollector Errors { get; }

    internal Engine.InstalledRelation Relation { get; }

    internal BackfillShard[] Shards { get; }

    /// <summary>What the shards' threads stop at: one of them, or a live worker, has stopped.</summary>
    internal EngineFault Fault => _fault;

    /// <summary>Stops whatever runs.</summary>
    internal CancellationToken Cancellation => _cancel.Token;

    /// <summary>Builds a shard's operators; on that shard's thread.</summary>
    internal Action<BackfillShard> Build { get; set; } = null!;

    internal Func<RelationId, Arrangement?> ArrangementOf { get; }

    /// <summary>Time of the last cut.</summary>
    internal long NowMicroseconds { get; set; }

    /// <summary>Why it cannot be finished; null when it can.</summary>
    internal Exception? Failure => Shards.Select(shard => shard.Failure).FirstOrDefault(reason => reason is not null);

    /// <summary>Indexes made for it alone, to be shared from the switch on.</summary>
    internal List<Engine.InstalledIndex> PrivateIndexes { get; } = [];

    /// <summary>Reads the inputs as they were when it started; takes as long as it takes.</summary>
    /// <param name="yields">Whether to run in what time others leave; otherwise like everyone else.</param>
    /// <exception cref="OperationCanceledException">It was cancelled. After any exception it can only be abandoned.</exception>
    public void Fill(bool yields, CancellationToken cancellation) => RunOnThreads(
        shard =>
        {
            shard.Clock.Epoch = Epoch;
            shard.Clock.NowMicroseconds = NowMicroseconds;
            Build(shard);
            shard.Fill(ArrangementOf, rows => Interlocked.Add(ref _rowsDone, rows), Cancellation);
        },
        yields,
        cancellation);

    /// <summary>Computes what the last cut took.</summary>
    /// <param name="yields">Whether to run in what time others leave; otherwise like everyone else.</param>
    /// <exception cref="OperationCanceledException">It was cancelled. After any exception it can only be abandoned.</exception>
    public void CatchUp(bool yields, CancellationToken cancellation)
    {
        RunOnThreads(shard => shard.Compute(CutEpoch, NowMicroseconds, ArrangementOf, Cancellation), yields, cancellation);
        Computed();
    }

    /// <summary>Frees what the switch left over, once it is live: it may be much. Any thread.</summary>
    public void Dispose()
    {
        foreach (BackfillShard shard in Shards)
        {
            shard.FreeDropped();
        }
    }

    /// <summary>The epoch of the last cut.</summary>
    internal Epoch CutEpoch { get; set; }

    /// <summary>The operators stand at the last cut.</summary>
    internal void Computed() => Volatile.Write(ref _epoch, CutEpoch.Value);

    internal void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void RunOnThreads(Action<BackfillShard> job, bool yields, CancellationToken cancellation)
    {
        Invariant.Check(Phase is BackfillPhase.Filling or BackfillPhase.CatchingUp, "a backfill that has ended does not go on");
        using CancellationTokenRegistration registration = cancellation.Register(_cancel.Cancel);
        Thread[] threads = [.. Shards.Select(shard => new Thread(() => Run(shard, job, yields)) { IsBackground = true, Name = $"backfill-{Id.Value}-{shard.Worker}" })];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        cancellation.ThrowIfCancellationRequested();
        if (_fault.Reason is { } reason)
        {
            ExceptionDispatchInfo.Throw(reason);
        }

        ThrowIfFailed();
    }

    private void Run(BackfillShard shard, Action<BackfillShard> job, bool yields)
    {
        try
        {
            if (yields)
            {
                ThreadRank.Lower();
            }

            shard.Place.Enter();
            job(shard);
        }
        catch (Exception exception)
        {
            // The first reason is the one that counts: shards that wait for this one then stop, too.
            _fault.Reason = exception;
        }
    }
}
