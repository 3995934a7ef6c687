using System.Runtime.ExceptionServices;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Operators;

/// <summary>One vertex of the running graph on one worker: takes deltas at its ports, emits deltas to its targets.</summary>
/// <remarks>
/// Life of an epoch: deltas are enqueued; when its turn comes by <see cref="Order"/>, <see cref="Process"/> sees each batch
/// and then <see cref="Flush"/> is called once. An operator without input is not touched. What a stateful operator emits in
/// total is consolidated. One thread.
/// </remarks>
internal abstract class Operator(OperatorContext context) : IDisposable
{
    /// <summary>Deltas waiting at one operator beyond which its predecessor lets it work at once, to bound memory.</summary>
    private const int PendingRowsMax = 1 << 16;

    private readonly List<(int Port, DeltaBatch Batch)> _pending = [];
    private int _pendingRows;

    public OperatorContext Context { get; } = context;

    /// <summary>Whose operator this is: fails and is removed with it.</summary>
    public OperatorGroup Group { get; set; } = null!;

    public Scheduler Scheduler { get; set; } = null!;

    /// <summary>Position in the scheduler's order: after everything it reads from.</summary>
    public int Order { get; set; }

    public List<(Operator Operator, int Port)> Targets { get; } = [];

    /// <summary>Operators that must have had their turn in an epoch before this one, though no deltas flow between them.</summary>
    public List<Operator> RunsAfter { get; } = [];

    /// <summary>Only in a one-shot run: inputs that may still bring deltas.</summary>
    public int OpenInputs { get; set; }

    /// <summary>Only in a one-shot run: it has had its last turn.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether all workers must give it its turn in an epoch in which any of them does.</summary>
    public virtual bool IsCollective => false;

    /// <summary>Native memory of its state.</summary>
    public virtual long StateBytes => 0;

    /// <summary>Whether a checkpoint can have its state: all it keeps from one epoch to the next is in the arena and in its roots.</summary>
    public virtual bool CanStore => false;

    /// <summary>Inside a recursive scope: the iteration of the batch being processed, and so of what is emitted meanwhile. 0 elsewhere.</summary>
    protected int Iteration { get; set; }

    public void Enqueue(int port, DeltaBatch batch)
    {
        if (Group.Failure is not null || batch.Count == 0)
        {
            return;
        }

        _pending.Add((port, batch.Acquire()));
        _pendingRows += batch.Count;
        Scheduler.MarkReady(this);
        if (_pendingRows > PendingRowsMax && CanRunEarly())
        {
            Scheduler.DrainEarly(this);
        }
    }

    /// <summary>Processes what is waiting.</summary>
    public void Drain()
    {
        for (int i = 0; i < _pending.Count; i++)
        {
            (int port, DeltaBatch batch) = _pending[i];
            _pending[i] = default;
            _pendingRows -= batch.Count;
            Iteration = batch.Iteration;
            try
            {
                Process(port, batch);
            }
            finally
            {
                batch.Release();
            }
        }

        _pending.Clear();
    }

    /// <summary>Forgets what is waiting.</summary>
    public virtual void Discard()
    {
        foreach ((_, DeltaBatch? batch) in _pending)
        {
            batch?.Release();
        }

        _pending.Clear();
        _pendingRows = 0;
    }

    /// <summary>Ends the epoch: emits what could not be emitted batch by batch.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Of a collective operator whose dataflow has failed on this worker: takes its part, so that the others need not wait.</summary>
    public virtual void FlushFailed()
    {
    }

    /// <summary>Called once before the first deltas: what is true of no input at all is emitted in the first epoch.</summary>
    public virtual void Start()
    {
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process. Between two epochs.</summary>
    public virtual void WriteRoots(BinaryWriter output)
    {
    }

    /// <summary>Takes over what <see cref="WriteRoots"/> of the same operator wrote. Instead of <see cref="Start"/>, before the first deltas.</summary>
    public virtual void ReadRoots(BinaryReader input)
    {
    }

    public virtual void Dispose()
    {
        Discard();
    }

    /// <summary>Takes in one batch, borrowed.</summary>
    protected abstract void Process(int port, DeltaBatch batch);

    /// <summary>Hands a batch to every target and lets go of it.</summary>
    protected void Emit(DeltaBatch batch)
    {
        if (batch.Iteration != Iteration)
        {
            batch.Iteration = Iteration;
        }

        foreach ((Operator target, int port) in Targets)
        {
            target.Enqueue(port, batch);
        }

        batch.Release();
        if (Context.IsOneShot && Group.Failure is { } failure)
        {
            // A query whose result nobody will get: the rest of what this operator would emit is not worth making.
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private bool CanRunEarly()
    {
        foreach (Operator before in RunsAfter)
        {
            // What another scheduler runs does not run meanwhile.
            if (before.Scheduler == Scheduler && before.Order >= Scheduler.CurrentOrder)
            {
                return false;
            }
        }

        return true;
    }
}
