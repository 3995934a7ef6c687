using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Sharing;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Backfills;

/// <summary>One worker's part of a dataflow that is being filled: its operators, with a scheduler and a clock of their own.</summary>
/// <remarks>
/// One thread at a time: the one that builds and fills it, at last its live worker, which takes the operators over. Until then
/// no operator of a live dataflow is among them or reads from them.
/// </remarks>
internal sealed class BackfillShard(int worker, int workerCount, Placement place)
{
    private readonly List<OperatorContext> _contexts = [];
    private readonly List<OperatorGroup> _groups = [];
    private readonly List<OperatorGroup> _dropped = [];

    public int Worker { get; } = worker;

    /// <summary>Of the thread that fills it.</summary>
    public Placement Place { get; } = place;

    public Scheduler Scheduler { get; } = new();

    public EpochClock Clock { get; } = new();

    /// <summary>Private indexes first, then parts that can be shared, the dataflow itself last: the order in which they are filled.</summary>
    public IReadOnlyList<OperatorGroup> Groups => _groups;

    /// <summary>Where deltas come in: what they are, and the operator that takes them.</summary>
    public List<(Node Node, Operator Tap)> Leaves { get; } = [];

    /// <summary>In the live graph: what keeps the deltas since the last cut, by relation.</summary>
    public Dictionary<RelationId, BufferOperator> Buffers { get; } = [];

    /// <summary>The group of <see cref="Buffers"/>; null before it starts.</summary>
    public OperatorGroup? BufferGroup { get; set; }

    /// <summary>The shard of each stored relation at the last cut.</summary>
    public Dictionary<RelationId, SpineVersion> Versions { get; } = [];

    /// <summary>What happened between the cut before and the last; not computed yet.</summary>
    public List<RelationCut> Cuts { get; } = [];

    /// <summary>Parts that may give way to live ones at the switch.</summary>
    public IReadOnlyList<SubplanShard> Subplans { get; set; } = [];

    /// <summary>The operator that emits the dataflow's deltas.</summary>
    public Operator Source { get; set; } = null!;

    /// <summary>Why it cannot go on; null while it can. An input that was paused is a reason, too.</summary>
    public Exception? Failure =>
        _groups.Select(group => group.Failure).FirstOrDefault(reason => reason is not null) ?? BufferGroup?.Failure;

    /// <summary>Rows of a relation's shard at the last cut, before cancellation between batches; 0 when it is not stored.</summary>
    public long RowCount(RelationId relation) =>
        Versions.TryGetValue(relation, out SpineVersion? version) ? version.Batches.Sum(batch => (long)batch.Count) : 0;

    public void AddGroup(OperatorGroup group) => _groups.Add(group);

    public OperatorContext CreateContext(OperatorGroup group, CancellationToken cancellation)
    {
        var context = new OperatorContext(Worker, workerCount, Clock) { Arena = group.Arena!, Cancellation = cancellation };
        _contexts.Add(context);
        return context;
    }

    /// <summary>Once everything is built.</summary>
    public void Order() => Scheduler.SetOperators([.. _groups.SelectMany(group => group.Operators)]);

    /// <summary>Reads every input as it was at the first cut, in chunks, and ends the first epoch.</summary>
    /// <param name="arrangementOf">A relation's arrangement; null: it is not stored and starts empty.</param>
    /// <param name="onRows">Called with the rows of each chunk that was read.</param>
    public void Fill(Func<RelationId, Arrangement?> arrangementOf, Action<int> onRows, CancellationToken cancellation)
    {
        Scheduler.IsBackfill = true;
        foreach (OperatorGroup group in _groups)
        {
            foreach ((Node node, Operator tap) in Leaves.Where(leaf => leaf.Tap.Group == group))
            {
                using RelationSnapshot? rows = node is RelationNode input && arrangementOf(input.Relation) is { } arrangement
                    ? new RelationSnapshot(arrangement, [Versions[input.Relation].Acquire()])
                    : null;
                Engine.FillLeaf(Scheduler, Worker, node, tap, rows, onRows, cancellation);
            }

            group.Operators.ForEach(static member => member.Start());
            Scheduler.Flush(group);
            cancellation.ThrowIfCancellationRequested();
        }

        Scheduler.IsBackfill = false;
        Scheduler.Failed.Clear();
    }

    /// <summary>Computes what happened up to the last cut as one epoch, together with the other shards.</summary>
    public void Compute(Epoch epoch, long nowMicroseconds, Func<RelationId, Arrangement?> arrangementOf, CancellationToken cancellation)
    {
        Clock.Epoch = epoch;
        Clock.NowMicroseconds = nowMicroseconds;
        foreach (RelationCut cut in Cuts)
        {
            Operator[] taps = [.. Leaves.Where(leaf => leaf.Node is RelationNode node && node.Relation == cut.Relation).Select(leaf => leaf.Tap)];
            if (!cut.ReadsVersions)
            {
                foreach (DeltaBatch batch in cut.Batches)
                {
                    Array.ForEach(taps, tap => tap.Enqueue(0, batch));
                }

                continue;
            }

            foreach (DeltaBatch chunk in cut.Difference(arrangementOf(cut.Relation)!))
            {
                cancellation.ThrowIfCancellationRequested();
                Array.ForEach(taps, tap => tap.Enqueue(0, chunk));
                chunk.Release();
            }
        }

        foreach (Operator member in Scheduler.Operators)
        {
            if (member.IsCollective || member is TemporalFilterOperator { NextEvent: { } next } && next <= nowMicroseconds)
            {
                Scheduler.MarkReady(member);
            }
        }

        Scheduler.Run(flushes: true);
        Scheduler.Failed.Clear();
        ForgetCuts();
    }

    /// <summary>Whatever reaches the operators from now on belongs to a live worker's epochs.</summary>
    public void MoveTo(EpochClock clock)
    {
        foreach (OperatorContext context in _contexts)
        {
            context.Clock = clock;
            context.Cancellation = CancellationToken.None;
        }

        ForgetCuts();
        ForgetVersions();
    }

    /// <summary>A group that is not taken over, since an equal index is there already.</summary>
    public void Drop(OperatorGroup group)
    {
        _groups.Remove(group);
        _dropped.Add(group);
    }

    public void FreeDropped()
    {
        _dropped.ForEach(static group => group.Dispose());
        _dropped.Clear();
    }

    /// <summary>Frees everything, when no live worker is to take it over.</summary>
    public void Abandon()
    {
        _groups.ToList().ForEach(Drop);
        FreeDropped();
        ForgetCuts();
        ForgetVersions();
    }

    private void ForgetCuts()
    {
        Cuts.ForEach(static cut => cut.Dispose());
        Cuts.Clear();
    }

    private void ForgetVersions()
    {
        foreach (SpineVersion version in Versions.Values)
        {
            version.Release();
        }

        Versions.Clear();
    }
}
