using System.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>One thread that owns a shard of every arrangement and keyed state, and computes its part of every epoch in order.</summary>
/// <remarks>
/// Jobs (epochs, and changes to the graph between them) run one at a time in the order in which they were queued, the same
/// order on every worker. Whoever waits for an epoch may run the first worker's queue itself instead of waiting for the
/// thread to wake up; the gate keeps that exclusive.
/// </remarks>
internal sealed class Worker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _jobs = new();
    private readonly Patience _patience = new();
    private readonly Thread _thread;
    private readonly EngineFault _fault;
    private readonly Dictionary<RelationId, RelationSource> _relations = [];
    private readonly List<Operator> _operators = [];
    private List<TemporalFilterOperator> _temporal = [];
    private List<Operator> _temporalCollectives = [];
    private volatile bool _isWoken;
    private bool _isStopping;
    private long _wokenAt;
    private long _nextTemporalEvent = long.MaxValue;

    public Worker(int index, int count, Placement place, EngineFault fault)
    {
        Index = index;
        Count = count;
        Place = place;
        _fault = fault;
        _thread = new Thread(Loop) { IsBackground = true, Name = $"streamdb-worker-{index}" };
        _thread.Start();
    }

    public int Index { get; }

    public int Count { get; }

    /// <summary>Of the thread that computes its shard.</summary>
    public Placement Place { get; }

    public EpochClock Clock { get; } = new();

    public Scheduler Scheduler { get; } = new();

    /// <summary>When the earliest temporal change of this worker's shard is due; long.MaxValue: never.</summary>
    public long NextTemporalEvent => Interlocked.Read(ref _nextTemporalEvent);

    /// <summary>Queues a job.</summary>
    /// <param name="wakes">Whether the worker's thread is to see to it; otherwise the caller runs the queue at once.</param>
    public void Post(Action job, bool wakes = true)
    {
        lock (_jobs)
        {
            _jobs.Enqueue(job);
            if (wakes)
            {
                _wokenAt = _isWoken ? _wokenAt : Stopwatch.GetTimestamp();
                _isWoken = true;
                Place.Wake();
                Monitor.Pulse(_jobs);
            }
        }
    }

    /// <summary>Runs what is queued on the calling thread.</summary>
    public void RunQueued()
    {
        lock (_gate)
        {
            Place.Enter();
            while (true)
            {
                Action? job;
                lock (_jobs)
                {
                    if (!_jobs.TryDequeue(out job))
                    {
                        return;
                    }
                }

                job();
            }
        }
    }

    /// <summary>Adds operators to the graph. Only in a job.</summary>
    public void AddGroup(OperatorGroup group) => AddGroups([group]);

    /// <summary>Adds operators to the graph. Only in a job.</summary>
    public void AddGroups(IEnumerable<OperatorGroup> groups)
    {
        _operators.AddRange(groups.SelectMany(static group => group.Operators));
        Reorder();
    }

    /// <summary>Takes a group out of the graph and frees its state. Only in a job.</summary>
    public void RemoveGroup(OperatorGroup group) => RemoveGroups([group]);

    /// <summary>Takes groups out of the graph and frees their state. Only in a job.</summary>
    public void RemoveGroups(IReadOnlyCollection<OperatorGroup> groups)
    {
        _operators.RemoveAll(member => groups.Contains(member.Group));
        foreach (Operator member in _operators)
        {
            member.Targets.RemoveAll(target => groups.Contains(target.Operator.Group));
            member.RunsAfter.RemoveAll(before => groups.Contains(before.Group));
            (member as IndexOperator)?.Readers.RemoveAll(reader => groups.Contains(reader.Group));
        }

        foreach (OperatorGroup group in groups)
        {
            if (_relations.TryGetValue(group.Id, out RelationSource? source) && source.Operator.Group == group)
            {
                _relations.Remove(group.Id);
            }
        }

        Reorder();
        foreach (OperatorGroup group in groups)
        {
            group.Dispose();
        }
    }

    /// <summary>Names the operator that emits a relation's deltas.</summary>
    /// <param name="whole">Of a base relation: the operator that emits all of its deltas, on every worker; the other emits this worker's share.</param>
    public void SetRelation(RelationId id, Operator source, Operator? whole = null) => _relations[id] = new RelationSource(source, whole);

    /// <summary>Lets a relation's deltas flow to a tap. Before the tap's group is added.</summary>
    public void Connect(RelationId relation, Operator tap)
    {
        RelationSource source = _relations[relation];
        if (tap is not OwnTapOperator own)
        {
            GraphBuilder.Connect(source.Operator, tap);
            return;
        }

        OwnRowsOperator rows = OwnRows(source, own);
        foreach ((Operator target, int port) in own.Exchange.Targets)
        {
            GraphBuilder.Connect(rows, target, port);
        }
    }

    public Operator RelationOperator(RelationId id) => _relations[id].Operator;

    /// <summary>Computes this worker's part of an epoch.</summary>
    public void RunEpoch(Epoch epoch, long nowMicroseconds, IReadOnlyList<RelationDelta> inputs)
    {
        Clock.Epoch = epoch;
        Clock.NowMicroseconds = nowMicroseconds;
        foreach (RelationDelta input in inputs)
        {
            if (!_relations.TryGetValue(input.Relation, out RelationSource? source))
            {
                continue;
            }

            if (Count == 1)
            {
                source.Operator.Enqueue(0, input.Delta);
                continue;
            }

            source.Whole!.Enqueue(0, input.Delta);
            if (source.Operator.Targets.Count > 0)
            {
                EnqueueShare(source.Operator, input.Delta, epoch);
            }

            MarkReady(source.Collectives);
        }

        MarkReady(_temporalCollectives);
        if (Interlocked.Read(ref _nextTemporalEvent) <= nowMicroseconds)
        {
            foreach (TemporalFilterOperator temporal in _temporal)
            {
                if (temporal.NextEvent <= nowMicroseconds)
                {
                    Scheduler.MarkReady(temporal);
                }
            }
        }

        Scheduler.Run(flushes: true);
        UpdateNextTemporalEvent();
    }

    public void UpdateNextTemporalEvent()
    {
        if (_temporal.Count > 0 || _nextTemporalEvent != long.MaxValue)
        {
            long next = long.MaxValue;
            foreach (TemporalFilterOperator temporal in _temporal)
            {
                next = temporal.Group.Failure is null ? Math.Min(next, temporal.NextEvent ?? long.MaxValue) : next;
            }

            Interlocked.Exchange(ref _nextTemporalEvent, next);
        }
    }

    public void Dispose()
    {
        lock (_jobs)
        {
            _isStopping = true;
            Monitor.Pulse(_jobs);
        }

        _thread.Join();
        foreach (Operator member in _operators)
        {
            member.Dispose();
        }

        foreach (OperatorGroup group in _operators.Select(member => member.Group).Distinct())
        {
            group.Arena?.Dispose();
        }

        _operators.Clear();
    }

    private void Loop()
    {
        while (WaitForJob())
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                RunQueued();
            }
            catch (Exception exception)
            {
                _fault.Reason = exception;
                return;
            }

            _patience.Worked(Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>Waits until there is a job; false when stopping and all jobs are done.</summary>
    /// <remarks>A single worker does not spin: between the epochs of single rows it would take more processor time than the epochs.</remarks>
    private bool WaitForJob()
    {
        if (Count > 1)
        {
            _ = _patience.Wait(Place, this, static worker => worker._isWoken);
        }

        lock (_jobs)
        {
            if (!_isWoken && !_isStopping)
            {
                long start = Stopwatch.GetTimestamp();
                Place.Sleep();
                while (!_isWoken && !_isStopping)
                {
                    Monitor.Wait(_jobs);
                }

                _patience.Slept(_wokenAt - start);
            }

            _isWoken = false;
            return _jobs.Count > 0 || !_isStopping;
        }
    }

    private void EnqueueShare(Operator source, DeltaBatch delta, Epoch epoch)
    {
        const int SplitRowsMin = 256;
        if (delta.Count < SplitRowsMin)
        {
            if ((int)(epoch.Value % (ulong)Count) == Index)
            {
                source.Enqueue(0, delta);
            }

            return;
        }

        // From a multiple of 64 on a slice shares the memory of the whole.
        int start = (int)((long)delta.Count * Index / Count) & ~63;
        int end = Index == Count - 1 ? delta.Count : (int)((long)delta.Count * (Index + 1) / Count) & ~63;
        DeltaBatch share = delta.Slice(start, end - start);
        source.Enqueue(0, share);
        share.Release();
    }

    /// <summary>The operator that gives out the rows this worker owns, made when it is first asked for.</summary>
    private OwnRowsOperator OwnRows(RelationSource source, OwnTapOperator tap)
    {
        Operator whole = source.Whole!;
        foreach ((Operator target, _) in whole.Targets)
        {
            if (target is OwnRowsOperator known && known.Columns.SequenceEqual(tap.Columns))
            {
                return known;
            }
        }

        var made = new OwnRowsOperator(whole.Context, tap.Shape, tap.Columns) { Group = whole.Group };
        whole.Group.Operators.Add(made);
        if (_operators.Contains(whole))
        {
            _operators.Add(made);
        }

        GraphBuilder.Connect(whole, made);
        return made;
    }

    private void MarkReady(List<Operator> collectives)
    {
        foreach (Operator collective in collectives)
        {
            Scheduler.MarkReady(collective);
        }
    }

    public void Reorder()
    {
        Scheduler.SetOperators(_operators);
        _temporal = _operators.OfType<TemporalFilterOperator>().ToList();
        if (Count == 1)
        {
            return;
        }

        _temporalCollectives = Reachable(_temporal);
        foreach (RelationSource source in _relations.Values)
        {
            source.Collectives = Reachable(source.Whole is null ? [source.Operator] : [source.Operator, source.Whole]);
        }
    }

    /// <summary>The collective operators that deltas of these operators may reach: all workers must take part in them.</summary>
    private static List<Operator> Reachable(IEnumerable<Operator> starts)
    {
        var seen = new HashSet<Operator>(starts);
        var open = new Stack<Operator>(seen);
        while (open.TryPop(out Operator? current))
        {
            foreach ((Operator target, _) in current.Targets)
            {
                if (seen.Add(target))
                {
                    open.Push(target);
                }
            }
        }

        return seen.Where(static member => member.IsCollective).ToList();
    }

    private sealed class RelationSource(Operator source, Operator? whole)
    {
        public Operator Operator { get; } = source;

        public Operator? Whole { get; } = whole;

        public List<Operator> Collectives { get; set; } = [];
    }
}
