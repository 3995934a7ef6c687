using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Recursion;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Sharing;
using StreamDb.Dataflow.Traces;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

/// <summary>The differential dataflow engine: relations, the dataflows over them, and the workers that keep them up to date.</summary>
/// <remarks>
/// One coordinating thread at a time calls everything here, except <see cref="Snapshot"/>, <see cref="RunOnce"/> and the
/// figures, which any thread may call at any time. Knows no SQL.
/// </remarks>
public sealed partial class Engine : IDisposable
{
    private readonly EngineFault _fault = new();
    private readonly Worker[] _workers;
    private readonly ConcurrentDictionary<RelationId, InstalledRelation> _relations = new();
    private readonly Dictionary<string, InstalledIndex> _indexes = [];
    private readonly ConcurrentQueue<Arrangement> _sealed = new();
    private readonly Dictionary<string, LoadedDataflow> _loaded = [];
    private StoredRelations _storedRelations = StoredRelations.None;
    private Epoch _begun;
    private Epoch _published;
    private long _nowMicroseconds = long.MinValue;

    public Engine(EngineOptions options)
    {
        Invariant.Check(options.WorkerCount > 0);
        Options = options;
        _workers = new Worker[options.WorkerCount];
        Placement[] places = Placement.Create(_workers.Length);
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker(i, _workers.Length, places[i], _fault);
        }
    }

    public EngineOptions Options { get; }

    /// <summary>Lets the rows of all engines of the process lie in a spill file from now on, all but those of small batches.</summary>
    /// <returns>The space that they are in, for a <see cref="MemoryGuard"/>.</returns>
    /// <exception cref="Core.Errors.SqlException">53100, 58030: the file cannot be made.</exception>
    public static StateSpace SpillRows(string directory) => BatchMemory.SpillTo(directory);

    /// <summary>The newest published epoch.</summary>
    public Epoch Published => _published;

    /// <summary>The earliest µs at which a temporal filter changes by itself; null when none will.</summary>
    public long? NextTemporalEvent
    {
        get
        {
            long next = _workers.Min(worker => worker.NextTemporalEvent);
            return next == long.MaxValue ? null : next;
        }
    }

    /// <summary>Sets the epoch of a new engine: that of the checkpoint from which its relations are restored.</summary>
    /// <param name="dataflows">Keyed state of that epoch: what <see cref="Install"/> and shared indexes need not compute. It is loaded now, while
    /// nothing else can have taken its addresses; the space must be where it was.</param>
    /// <param name="relations">The rows of its views.</param>
    /// <exception cref="Core.Errors.SqlException">XX001: the checkpoint contradicts itself. 53100, 53200: there is no room for the state.</exception>
    public void Restore(Epoch epoch, long nowMicroseconds, StoredDataflows? dataflows = null, StoredRelations? relations = null)
    {
        Invariant.Check(_begun == default && _relations.IsEmpty, "only a new engine is restored");
        foreach (StoredDataflow dataflow in dataflows?.All ?? [])
        {
            if (LoadedDataflow.TryLoad(dataflow, Options.Space, _workers.Length) is { } loaded)
            {
                _loaded.Add(dataflow.Name, loaded);
            }
        }

        _storedRelations = relations ?? StoredRelations.None;
        _begun = epoch;
        _published = epoch;
        _nowMicroseconds = nowMicroseconds;
    }

    /// <summary>Frees what was stored and nothing installed has taken over; after the last item of a checkpoint is installed.</summary>
    public void EndRestore()
    {
        foreach (LoadedDataflow dataflow in _loaded.Values)
        {
            dataflow.Dispose();
        }

        _loaded.Clear();
        _storedRelations = StoredRelations.None;
    }

    /// <summary>The tables and sources at the published epoch, held for a checkpoint. Dispose it.</summary>
    /// <param name="withDataflows">And the views and indexes whose state can be stored: then nothing may have begun that is not published.</param>
    public EngineImage Capture(bool withDataflows = false)
    {
        IEnumerable<InstalledRelation> relations = _relations.Values.Where(relation => relation.IsBase);
        IReadOnlyList<DataflowImage> dataflows = [];
        if (withDataflows)
        {
            Invariant.Check(_begun == _published, "keyed state is captured between epochs");
            InstalledRelation[] views = [.. _relations.Values.Where(relation => !relation.IsBase && CanStore(relation))];
            dataflows = CaptureDataflows(views);
            relations = relations.Concat(views);
        }

        return new EngineImage(
            _published, [.. relations.Select(relation => relation.Arrangement).OfType<Arrangement>().OrderBy(a => a.Id.Value)], dataflows);
    }

    /// <summary>A table or source, empty at first.</summary>
    /// <param name="key">Columns it is arranged by; empty: the whole row.</param>
    /// <param name="stored">Its rows in a checkpoint; null: none.</param>
    /// <param name="isStored">Keeps an arrangement, for snapshots and later dataflows. Otherwise only its deltas flow, into dataflows installed before them.</param>
    public void AddRelation(
        RelationId id, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> key, bool isStored = true, StoredRelation? stored = null)
    {
        var relation = new InstalledRelation(id, shape, _workers.Length)
        {
            IsBase = true,
            IsRestored = stored?.IsPartitioned(_workers.Length) == true,
            Arrangement = isStored ? new Arrangement(id, shape, key, _workers.Length) : null,
        };
        var channels = new ChannelSet(this);
        RunOnWorkers(worker =>
        {
            var group = new OperatorGroup(id);
            relation.Groups[worker.Index] = group;
            var context = new OperatorContext(worker.Index, worker.Count, worker.Clock);
            var builder = new GraphBuilder(context, group, channels);
            worker.SetRelation(id, builder.Add(new PassOperator(context)), builder.Add(new PassOperator(context)));
            if (relation.Arrangement is { } arrangement)
            {
                Operator owned = builder.Owned(new DataflowBuilder().Relation(id, shape), arrangement.Key);
                GraphBuilder.Connect(owned, builder.Add(new ArrangeOperator(context, arrangement, _sealed.Enqueue)));
                worker.Connect(id, builder.Leaves[0].Tap);
            }

            worker.AddGroup(group);
            if (stored is not null)
            {
                FillStored(worker, group, builder.Leaves[0].Tap, relation.Arrangement!, stored);
            }
        });
        Invariant.Check(_relations.TryAdd(id, relation), "relation ids are unique");
        ThrowIfFailed(relation);
        relation.Arrangement?.Publish(_begun);
    }

    /// <summary>A further arrangement of a relation by another key, filled from the snapshot; read with <see cref="Snapshot"/>(index).</summary>
    public InstallOutcome AddIndex(RelationId relation, RelationId index, IReadOnlyList<int> key)
    {
        return Install(DescribeIndex(relation, index, key), _published, _nowMicroseconds, SilentErrors.Instance);
    }

    /// <summary>Starts a dataflow: backfills it from the inputs as they are now, at epoch <paramref name="asOf"/>; later epochs keep it up to date.</summary>
    /// <remarks>
    /// Waits for the epochs in flight. When it returns, snapshots show the view. An exception leaves nothing behind. While an
    /// engine is restored, <paramref name="asOf"/> is the checkpoint's epoch, and state of the checkpoint is taken over instead
    /// of computed where it fits: same program, same dataflow, same workers, and what it reads was taken over too.
    /// </remarks>
    public InstallOutcome Install(DataflowDescription view, Epoch asOf, long nowMicroseconds, IErrorCollector errors)
    {
        _nowMicroseconds = Math.Max(_nowMicroseconds, nowMicroseconds);
        InstalledRelation relation = CreateRelation(view);
        var channels = new ChannelSet(this, relation);
        EnsureIndexes(view, channels, asOf, nowMicroseconds);
        if (FailureOf(relation.Indexes.SelectMany(index => index.Groups)) is { } failure)
        {
            ReleaseIndexes(relation);
            ExceptionDispatchInfo.Throw(failure);
        }

        LoadedDataflow? loaded = TakeLoaded(relation, view, out Dictionary<string, LoadedDataflow> loadedParts, out string reason);
        var parts = new IReadOnlyList<SubplanShard>[_workers.Length];
        RunOnWorkers(worker =>
        {
            int index = worker.Index;
            var groups = new List<(OperatorGroup Group, LoadedDataflow? Loaded)>();
            OperatorGroup group = OpenGroup(view.Id, loaded);
            relation.Groups[index] = group;
            Fill(worker, groups, loaded is not null, asOf, nowMicroseconds, contextOf =>
            {
                GraphBuilder builder = BuildView(view, relation, index, channels, errors, name => OpenGroup(default, loadedParts.GetValueOrDefault(name)), contextOf, out parts[index], out Operator source);
                groups.AddRange(parts[index].Select(part => (part.Group, loadedParts.GetValueOrDefault(part.Name))));
                groups.Add((group, loaded));
                worker.SetRelation(view.Id, source);
                return builder;
            });

            OperatorGroup OpenGroup(RelationId id, LoadedDataflow? stored) => new(id) { Arena = stored?.Arenas[index] ?? Options.Space.CreateArena() };
        });

        if (loaded is not null)
        {
            RestoreRows(relation.Arrangement!);
        }

        List<int> giveWay = InstallSubplans(relation, parts, loaded is not null);
        if (giveWay.Count > 0)
        {
            RunOnWorkers(worker => worker.RemoveGroups(GiveWay(parts[worker.Index], giveWay, worker.Index)));
        }

        _relations[view.Id] = relation;
        ThrowIfFailed(relation);
        relation.Arrangement?.Publish(_begun);
        return new InstallOutcome(loaded is not null, reason);
    }

    /// <summary>Ends a view, index, table or emitting dataflow and frees its state. Nothing may read it any more, except snapshots taken before.</summary>
    public void Remove(RelationId id)
    {
        InstalledRelation relation = Find(id);
        Invariant.Check(
            !_relations.Values.Any(other => other.Inputs.Contains(id)) && !_backfills.Values.Any(other => other.View.Inputs.Contains(id)),
            "a relation that a dataflow reads is not removed");
        RunOnWorkers(worker => worker.RemoveGroup(relation.Groups[worker.Index]));
        relation.Arrangement?.Dispose();
        _relations.TryRemove(id, out _);
        ReleaseSubplans(relation);
        ReleaseIndexes(relation);
    }

    /// <summary>Hands an epoch to the workers. Epochs increase; several may be in flight and are computed in order.</summary>
    /// <param name="nowMicroseconds">What now() is in this epoch; never decreases.</param>
    /// <param name="inputs">Deltas, borrowed; a relation may occur several times.</param>
    /// <param name="waits">The caller waits at once, and so does the first worker's part itself: no thread is woken for it.</param>
    public EpochHandle Begin(Epoch epoch, long nowMicroseconds, IReadOnlyList<RelationDelta> inputs, bool waits = false)
    {
        Invariant.Check(epoch > _begun, "epochs increase");
        CheckFault();
        _begun = epoch;
        _nowMicroseconds = Math.Max(_nowMicroseconds, nowMicroseconds);
        long now = _nowMicroseconds;
        RelationDelta[] held = inputs.ToArray();
        foreach (RelationDelta input in held)
        {
            input.Delta.Acquire();
        }

        var handle = new EpochHandle(epoch, _workers.Length, _workers[0]);
        foreach (Worker worker in _workers)
        {
            worker.Post(() => RunEpoch(worker, handle, now, held), wakes: worker.Index > 0 || !waits);
        }

        return handle;
    }

    /// <summary>Moves the read frontier to a completed epoch: snapshots taken from now on show it.</summary>
    public void Publish(Epoch epoch)
    {
        Invariant.Check(epoch >= _published, "the read frontier only advances");
        PublishSealed(epoch);
        _published = epoch;
    }

    /// <summary>A relation, view or index at the published epoch. Dispose it.</summary>
    /// <remarks>Snapshots of several relations are of the same epoch when nothing is published between taking them.</remarks>
    public RelationSnapshot Snapshot(RelationId id)
    {
        Arrangement? arrangement = Find(id).Arrangement;
        Invariant.Check(arrangement is not null, "relation is not stored");
        return new RelationSnapshot(_published, arrangement);
    }

    /// <summary>Runs a query once on this thread, with the operators of live dataflows and private state, and returns its rows; a row of weight n occurs n times.</summary>
    /// <param name="query">Made by <see cref="DataflowBuilder.Collect"/>.</param>
    /// <param name="inputs">Each relation's rows as deltas, in chunks that this call releases: usually <see cref="RelationSnapshot.Scan"/>. Enumerated once per use in the query.</param>
    /// <param name="memoryBytesMax">What it may take, state and result together; more is 53200.</param>
    /// <returns>Batches in no particular order; the receiver releases them.</returns>
    public IReadOnlyList<ColumnBatch> RunOnce(
        DataflowDescription query,
        IReadOnlyDictionary<RelationId, IEnumerable<DeltaBatch>> inputs,
        long nowMicroseconds,
        IErrorSink errors,
        CancellationToken cancellation,
        long memoryBytesMax = long.MaxValue) => OneShot.Run(query, inputs, nowMicroseconds, errors, memoryBytesMax, cancellation);

    /// <summary>What each relation and dataflow holds.</summary>
    public IReadOnlyList<RelationFigures> Figures()
    {
        var figures = new List<RelationFigures>();
        foreach (InstalledRelation relation in _relations.Values)
        {
            long rows = 0;
            long bytes = 0;
            if (relation.Arrangement is { } arrangement)
            {
                foreach (Spine spine in arrangement.Spines)
                {
                    rows += spine.Count;
                    bytes += spine.Bytes;
                }
            }

            long state = relation.Groups.Sum(group => group.StateBytes())
                + relation.Owned.Sum(shared => shared.Groups.Sum(group => group.StateBytes()));
            figures.Add(new RelationFigures(
                relation.Id, rows, bytes, state, relation.Groups[0].Operators.Count, relation.Groups.Any(group => group.Failure is not null)));
        }

        return figures;
    }

    /// <summary>About how many rows a relation has; null when it is not stored. Any thread.</summary>
    public long? RowCount(RelationId id) =>
        _relations.TryGetValue(id, out InstalledRelation? relation) ? relation.Arrangement?.Spines.Sum(static spine => (long)spine.Count) : null;

    public void Dispose()
    {
        foreach (Worker worker in _workers)
        {
            worker.Dispose();
        }

        foreach (InstalledRelation relation in _relations.Values)
        {
            relation.Arrangement?.Dispose();
        }

        EndRestore();
        _relations.Clear();
    }

    private bool CanStore(InstalledRelation relation) =>
        relation.Arrangement is not null
        && (relation.IsBase
            || (relation.Fingerprint is not null
                && relation.Groups.Concat(relation.Subplans.SelectMany(part => part.Groups)).All(group => group.CanStore)
                && relation.Inputs.All(input => CanStore(Find(input)))));

    private IReadOnlyList<DataflowImage> CaptureDataflows(IEnumerable<InstalledRelation> views)
    {
        (string Name, string Fingerprint, OperatorGroup[] Groups)[] dataflows =
        [
            .. views.Select(view => (NameOf(view.Id), view.Fingerprint!, view.Groups)),
            .. _indexes.Values.Where(index => index.Groups.All(group => group.CanStore) && CanStore(Find(index.Relation)))
                .Select(index => (index.Name, index.Fingerprint, index.Groups)),
            .. _subplans.Values.Where(part => part.Groups.All(group => group.CanStore) && part.Inputs.All(input => CanStore(Find(input))))
                .Select(part => (part.Name, DataflowFingerprint.OfSubplan(part.Name, _workers.Length), part.Groups)),
        ];
        WorkerImage[][] shards = [.. dataflows.Select(_ => new WorkerImage[_workers.Length])];
        RunOnWorkers(worker =>
        {
            for (int i = 0; i < shards.Length; i++)
            {
                shards[i][worker.Index] = dataflows[i].Groups[worker.Index].Capture();
            }
        });
        return [.. dataflows.Select((dataflow, i) => new DataflowImage(dataflow.Name, dataflow.Fingerprint, shards[i]))];
    }

    private static string NameOf(RelationId id) => $"view:{id.Value}";

    /// <summary>The state that a new view can take over.</summary>
    private LoadedDataflow? TakeLoaded(
        InstalledRelation relation, DataflowDescription view, out Dictionary<string, LoadedDataflow> parts, out string reason)
    {
        parts = [];
        if (!_loaded.TryGetValue(NameOf(relation.Id), out LoadedDataflow? loaded))
        {
            reason = "the checkpoint does not have its state, or has it for another number of workers or other addresses";
        }
        else if (relation.Fingerprint != loaded.Fingerprint || relation.Arrangement is null)
        {
            reason = "its state in the checkpoint is of another program or plan";
        }
        else if (!relation.Inputs.All(input => Find(input).IsRestored))
        {
            reason = "a relation it reads was computed";
        }
        else if (FindLoaded(view.Subplans) is not { } found)
        {
            reason = "a part of it was computed";
        }
        else
        {
            parts = found;
            foreach (string name in found.Keys)
            {
                _loaded.Remove(name);
            }

            _storedRelations[relation.Id].Check(relation.Arrangement);
            _loaded.Remove(NameOf(relation.Id));
            relation.IsRestored = true;
            reason = "";
            return loaded;
        }

        return null;
    }

    private void RestoreRows(Arrangement arrangement)
    {
        StoredRelation stored = _storedRelations[arrangement.Id];
        RunOnWorkers(worker => RestoreShard(worker, arrangement, stored));
    }

    /// <summary>Takes a shard's batches over as they are.</summary>
    private void RestoreShard(Worker worker, Arrangement arrangement, StoredRelation stored)
    {
        foreach (SortedBatch batch in stored.OpenShard(worker.Index))
        {
            arrangement.Spines[worker.Index].Restore(batch);
        }

        arrangement.Seal(worker.Index, _begun);
    }

    private InstalledRelation Find(RelationId id)
    {
        Invariant.Check(_relations.TryGetValue(id, out InstalledRelation? relation), "unknown relation");
        return relation;
    }

    private void CheckFault()
    {
        if (_fault.Reason is { } reason)
        {
            throw new InvariantException($"the engine has stopped: {reason}");
        }
    }

    private void RunEpoch(Worker worker, EpochHandle handle, long now, RelationDelta[] inputs)
    {
        try
        {
            worker.RunEpoch(handle.Epoch, now, inputs);
        }
        catch (Exception exception)
        {
            _fault.Reason = exception;
            handle.Fault(exception);
            throw;
        }

        if (worker.Scheduler.Failed.Count > 0)
        {
            RecordFailures(worker, handle);
        }

        if (handle.Arrive())
        {
            foreach (RelationDelta input in inputs)
            {
                input.Delta.Release();
            }

            handle.Complete();
        }
    }

    private void RecordFailures(Worker worker, EpochHandle handle)
    {
        foreach (OperatorGroup group in worker.Scheduler.Failed)
        {
            if (_relations.TryGetValue(group.Id, out InstalledRelation? relation))
            {
                relation.Arrangement?.Pause(handle.Epoch);
                handle.AddFailure(new DataflowFailure(group.Id, group.Failure!));
            }
        }

        worker.Scheduler.Failed.Clear();
    }

    private void PublishSealed(Epoch epoch)
    {
        for (int left = _sealed.Count; left > 0 && _sealed.TryDequeue(out Arrangement? arrangement); left--)
        {
            if (arrangement.Publish(epoch))
            {
                _sealed.Enqueue(arrangement);
            }
        }
    }

    /// <summary>Runs a job on every worker, after what is queued, and waits for all.</summary>
    private void RunOnWorkers(Action<Worker> job)
    {
        CheckFault();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = _workers.Length;
        Exception? failure = null;
        foreach (Worker worker in _workers)
        {
            worker.Post(() =>
            {
                try
                {
                    job(worker);
                }
                catch (Exception exception)
                {
                    _fault.Reason = exception;
                    failure = exception;
                }

                if (Interlocked.Decrement(ref left) == 0)
                {
                    done.SetResult();
                }
            });
        }

        done.Task.GetAwaiter().GetResult();
        if (failure is not null)
        {
            throw new InvariantException($"a worker failed: {failure}");
        }
    }

    /// <summary>A dataflow that is to come to life, not among the relations yet.</summary>
    private InstalledRelation CreateRelation(DataflowDescription view)
    {
        Invariant.Check(!_relations.ContainsKey(view.Id) && !_backfills.ContainsKey(view.Id), "relation ids are unique");
        foreach (RelationId input in view.Inputs)
        {
            Find(input);
        }

        return new InstalledRelation(view.Id, view.Output.Shape, _workers.Length)
        {
            Inputs = view.Inputs,
            Fingerprint = DataflowFingerprint.Of(view, _workers.Length),
            Arrangement = view.Consumer is null ? new Arrangement(view.Id, view.Output.Shape, view.Key, _workers.Length) : null,
        };
    }

    /// <summary>Builds the operators of a dataflow: always the same ones in the same order, so that a checkpoint's state fits whoever made them.</summary>
    /// <param name="relation">With its group on this worker.</param>
    /// <param name="open">A group for the part of that name.</param>
    /// <param name="parts">What can be shared, in groups of their own.</param>
    /// <param name="source">What emits its deltas.</param>
    private GraphBuilder BuildView(
        DataflowDescription view,
        InstalledRelation relation,
        int worker,
        ChannelSet channels,
        IErrorCollector errors,
        Func<string, OperatorGroup> open,
        Func<OperatorGroup, OperatorContext> contextOf,
        out IReadOnlyList<SubplanShard> parts,
        out Operator source)
    {
        OperatorGroup group = relation.Groups[worker];
        OperatorContext context = contextOf(group);
        context.Errors = relation.Errors[worker] = errors.CreateSink(context);
        var subplans = new SubplanBuilder(view.Subplans, channels, context.Errors, open, contextOf);
        var builder = new GraphBuilder(context, group, channels, subplans);
        source = builder.Add(new PassOperator(context));
        GraphBuilder.Connect(builder.Build(view.Output), source);
        if (view.Consumer is { } consumer)
        {
            GraphBuilder.Connect(source, builder.Add(new ConsumeOperator(context, consumer)));
        }

        if (relation.Arrangement is { } arrangement)
        {
            Operator exchanged = builder.Exchange(source, arrangement.Shape, arrangement.Key);
            GraphBuilder.Connect(exchanged, builder.Add(new ArrangeOperator(context, arrangement, _sealed.Enqueue)));
        }

        parts = subplans.Built;
        return builder;
    }

    /// <summary>Puts new groups into a worker's graph and brings them up to the present state of their inputs.</summary>
    /// <param name="groups">Those that others read first; complete once they are built.</param>
    /// <param name="isLoaded">Whether their state is there already: of those that have none nobody will read it.</param>
    private void Fill(
        Worker worker,
        IReadOnlyList<(OperatorGroup Group, LoadedDataflow? Loaded)> groups,
        bool isLoaded,
        Epoch asOf,
        long now,
        Func<Func<OperatorGroup, OperatorContext>, GraphBuilder> build)
    {
        Scheduler scheduler = worker.Scheduler;
        worker.Clock.Epoch = asOf;
        worker.Clock.NowMicroseconds = Math.Max(now, _nowMicroseconds);
        GraphBuilder builder = build(group => new OperatorContext(worker.Index, worker.Count, worker.Clock) { Arena = group.Arena! });
        ConnectLeaves(worker, builder.Leaves);
        worker.AddGroups(groups.Select(static each => each.Group));
        if (isLoaded)
        {
            foreach ((OperatorGroup group, LoadedDataflow? loaded) in groups)
            {
                if (loaded is not null)
                {
                    group.ReadRoots(loaded.Roots[worker.Index]);
                }
            }

            worker.UpdateNextTemporalEvent();
            return;
        }

        scheduler.IsBackfill = true;
        foreach ((OperatorGroup group, _) in groups)
        {
            foreach ((Node node, Operator tap) in builder.Leaves.Where(leaf => leaf.Tap.Group == group))
            {
                using RelationSnapshot? rows = node is RelationNode input && ArrangementOf(input.Relation) is { } arrangement
                    ? new RelationSnapshot(arrangement, [arrangement.Spines[worker.Index].Version()])
                    : null;
                FillLeaf(scheduler, worker.Index, node, tap, rows, static _ => { }, CancellationToken.None);
            }

            foreach (Operator member in group.Operators)
            {
                member.Start();
            }

            scheduler.Flush(group);
        }

        scheduler.IsBackfill = false;
        scheduler.Failed.Clear();
        worker.UpdateNextTemporalEvent();
    }

    /// <summary>Lets the relations' deltas flow into a new dataflow.</summary>
    private static void ConnectLeaves(Worker worker, IEnumerable<(Node Node, Operator Tap)> leaves)
    {
        foreach ((Node node, Operator tap) in leaves)
        {
            if (node is RelationNode input)
            {
                worker.Connect(input.Relation, tap);
            }
        }
    }

    /// <summary>Reads a constant, or a worker's shard of a relation, into a dataflow, in chunks.</summary>
    /// <param name="rows">The shard; null where the relation is not stored and starts empty.</param>
    /// <param name="onRows">Called with the number of rows of each chunk.</param>
    internal static void FillLeaf(
        Scheduler scheduler,
        int worker,
        Node node,
        Operator tap,
        RelationSnapshot? rows,
        Action<int> onRows,
        CancellationToken cancellation)
    {
        if (node is ConstantNode constant)
        {
            if (worker == 0)
            {
                DeltaBatch made = DeltaBatch.Create(constant.Rows, 1);
                tap.Enqueue(0, made);
                made.Release();
                scheduler.Run(flushes: false);
            }

            return;
        }

        foreach (DeltaBatch chunk in rows?.Deltas() ?? [])
        {
            cancellation.ThrowIfCancellationRequested();
            onRows(chunk.Count);
            tap.Enqueue(0, chunk);
            chunk.Release();
            scheduler.Run(flushes: false);
        }
    }

    /// <summary>Puts the rows of a checkpoint into a new relation: the batches as they are, or by way of the exchange when there were other shards.</summary>
    private void FillStored(Worker worker, OperatorGroup group, Operator source, Arrangement arrangement, StoredRelation stored)
    {
        worker.Clock.Epoch = _begun;
        stored.Check(arrangement);
        if (stored.IsPartitioned(_workers.Length))
        {
            RestoreShard(worker, arrangement, stored);
            return;
        }

        for (int shard = worker.Index; shard < stored.ShardCount; shard += _workers.Length)
        {
            using var rows = new RelationSnapshot(arrangement, [new SpineVersion([.. stored.OpenShard(shard)], 0)]);
            foreach (DeltaBatch chunk in rows.Deltas())
            {
                source.Enqueue(0, chunk);
                chunk.Release();
                worker.Scheduler.Run(flushes: false);
            }
        }

        worker.Scheduler.Flush(group);
        worker.Scheduler.Failed.Clear();
    }

    /// <summary>Removes what could not be filled and throws the reason.</summary>
    private void ThrowIfFailed(InstalledRelation relation)
    {
        if (FailureOf(relation.Groups) is { } failure)
        {
            Remove(relation.Id);
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static Exception? FailureOf(IEnumerable<OperatorGroup> groups) =>
        groups.Select(group => group.Failure).FirstOrDefault(reason => reason is not null);

    private void ReleaseIndexes(InstalledRelation relation) => Release(_indexes, relation.Indexes, relation);

    /// <summary>Lets go of what a dataflow shared; what nobody uses any more ends.</summary>
    private void Release<T>(Dictionary<string, T> all, IEnumerable<T> used, InstalledRelation reader)
        where T : SharedGroups
    {
        foreach (T shared in used)
        {
            shared.Readers.Remove(reader);
            if (shared.Readers.Count == 0)
            {
                if (all.GetValueOrDefault(shared.Name) == shared)
                {
                    all.Remove(shared.Name);
                }

                RunOnWorkers(worker => worker.RemoveGroup(shared.Groups[worker.Index]));
            }
        }
    }

    /// <summary>Shared indexes and parts that have failed are there for their readers only, which have failed with them.</summary>
    private void ForgetFailed()
    {
        ForgetFailed(_indexes);
        ForgetFailed(_subplans);
    }

    private static void ForgetFailed<T>(Dictionary<string, T> all)
        where T : SharedGroups
    {
        foreach (T shared in all.Values.Where(static shared => FailureOf(shared.Groups) is not null).ToList())
        {
            all.Remove(shared.Name);
        }
    }

    /// <summary>Makes and fills the shared indexes that a dataflow's joins will read.</summary>
    private void EnsureIndexes(DataflowDescription view, ChannelSet channels, Epoch asOf, long now)
    {
        ForgetFailed();
        InstalledRelation owner = channels.Owner!;
        foreach (IndexInput input in IndexInputs(view))
        {
            if (!_indexes.TryGetValue(input.Name, out InstalledIndex? index))
            {
                index = CreateIndex(input);
                FillIndex(index, input, asOf, now);
                _indexes.Add(index.Name, index);
            }

            owner.Indexes.Add(index);
            index.Readers.Add(owner);
        }
    }

    private void FillIndex(InstalledIndex index, IndexInput input, Epoch asOf, long now)
    {
        LoadedDataflow? loaded = Find(index.Relation).IsRestored ? TakeLoaded(index) : null;
        var channels = new ChannelSet(this);
        RunOnWorkers(worker =>
        {
            // Of no relation: when it fails, so do its readers, by name, but not what it is an index of.
            var group = new OperatorGroup(default) { Arena = loaded?.Arenas[worker.Index] ?? Options.Space.CreateArena() };
            index.Groups[worker.Index] = group;
            Fill(worker, [(group, loaded)], loaded is not null, asOf, now, contextOf =>
            {
                OperatorContext context = contextOf(group);
                var builder = new GraphBuilder(context, group, channels);
                BuildIndex(builder, context, index, input);
                return builder;
            });
        });
    }

    /// <summary>The indexes of relations that a dataflow's joins share with others, each once.</summary>
    private static IEnumerable<IndexInput> IndexInputs(DataflowDescription view) =>
        IndexSides(view).Select(static side => side.Input).DistinctBy(static input => input.Name);

    private static IEnumerable<(Node Join, IndexInput Input)> IndexSides(DataflowDescription view) =>
        view.Nodes.SelectMany(static node => IndexSides(node).Select(input => (node, input)));

    private static IEnumerable<IndexInput> IndexSides(Node node)
    {
        switch (node)
        {
            case JoinNode join:
                // A semi or anti join keeps the left side only, an outer join's padding the side that is kept whole.
                (Node Node, IReadOnlyList<int> Keys)[] sides = join.Spec.Kind is JoinKind.Semi or JoinKind.Anti
                    ? [(join.Inputs[0], join.Spec.LeftKeys)]
                    : [(join.Inputs[0], join.Spec.LeftKeys), (join.Inputs[1], join.Spec.RightKeys)];
                return sides.Where(static side => side.Node is RelationNode)
                    .Select(side => new IndexInput((RelationNode)side.Node, side.Keys, join.Spec.NullsMatch));
            case DeltaJoinNode delta:
                return delta.Spec.Paths.SelectMany(static path => path.Steps)
                    .Select(step => new IndexInput((RelationNode)delta.Inputs[step.Relation], step.IndexKeys, [.. step.IndexKeys.Select(static _ => false)]))
                    .DistinctBy(static input => input.Name);
            default:
                return [];
        }
    }

    private InstalledIndex CreateIndex(IndexInput input) => new(
        input.Name, input.Relation.Relation, DataflowFingerprint.OfIndex(input.Name, input.Relation.Shape, _workers.Length), _workers.Length);

    /// <summary>Builds the operators of a shared index: always the same ones, as for <see cref="BuildView"/>.</summary>
    private static void BuildIndex(GraphBuilder builder, OperatorContext context, InstalledIndex index, IndexInput input)
    {
        Operator source = builder.Partitioned(input.Relation, input.Keys, isExact: true);
        var keyed = new KeyedIndex(context.Arena, input.Relation.Shape, input.Keys, input.NullsMatch);
        var apply = new IndexOperator(context, keyed, new KeyEncoder(input.Relation.Shape, input.Keys, input.NullsMatch));
        GraphBuilder.Connect(source, builder.Add(apply));
        index.Shared.Operators[context.Worker] = apply;
    }

    private LoadedDataflow? TakeLoaded(InstalledIndex index)
    {
        if (_loaded.TryGetValue(index.Name, out LoadedDataflow? loaded) && loaded.Fingerprint == index.Fingerprint)
        {
            _loaded.Remove(index.Name);
            return loaded;
        }

        return null;
    }

    private static string IndexName(RelationId relation, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch) =>
        $"{relation}:{string.Join(',', keys)}:{string.Join(',', nullsMatch)}";

    /// <summary>A relation, view or emitting dataflow in the engine.</summary>
    internal sealed class InstalledRelation(RelationId id, IReadOnlyList<ColumnShape> shape, int workers)
    {
        public RelationId Id { get; } = id;

        public IReadOnlyList<ColumnShape> Shape { get; } = shape;

        public bool IsBase { get; init; }

        public IReadOnlyList<RelationId> Inputs { get; init; } = [];

        public Arrangement? Arrangement { get; init; }

        /// <summary>Of a view whose state can be stored: what it depends on.</summary>
        public string? Fingerprint { get; init; }

        /// <summary>Whether its rows and its state are those of a checkpoint, shard by shard.</summary>
        public bool IsRestored { get; set; }

        public OperatorGroup[] Groups { get; } = new OperatorGroup[workers];

        /// <summary>Where its row errors go, on each worker.</summary>
        public IErrorSink[] Errors { get; } = new IErrorSink[workers];

        /// <summary>Shared parts that this dataflow has.</summary>
        public List<InstalledSubplan> Subplans { get; } = [];

        /// <summary>Shared indexes that it reads.</summary>
        public List<InstalledIndex> Indexes { get; } = [];

        /// <summary>The names of both, once it is live. Any thread.</summary>
        public IReadOnlyList<string> SharedNames { get; set; } = [];

        /// <summary>What of them counts as its own: that which no older dataflow reads.</summary>
        public IEnumerable<SharedGroups> Owned => Subplans.Concat<SharedGroups>(Indexes).Where(shared => shared.Readers[0] == this);
    }

    /// <summary>A relation by a key, as joins of several dataflows read it.</summary>
    private sealed record IndexInput(RelationNode Relation, IReadOnlyList<int> Keys, IReadOnlyList<bool> NullsMatch)
    {
        public string Name => IndexName(Relation.Relation, Keys, NullsMatch);
    }

    /// <summary>Operators that several dataflows read, as long as one does.</summary>
    internal abstract class SharedGroups(string name, int workers)
    {
        public string Name { get; } = name;

        public OperatorGroup[] Groups { get; } = new OperatorGroup[workers];

        /// <summary>Dataflows that read it, in the order in which they came.</summary>
        public List<InstalledRelation> Readers { get; } = [];
    }

    internal sealed class InstalledIndex(string name, RelationId relation, string fingerprint, int workers) : SharedGroups(name, workers)
    {
        /// <summary>What it is an index of.</summary>
        public RelationId Relation { get; } = relation;

        public string Fingerprint { get; } = fingerprint;

        public SharedIndex Shared { get; } = new(new IndexOperator[workers]);
    }

    /// <summary>The engine as graphs under construction see it, all workers' graphs of one dataflow the same.</summary>
    private sealed class ChannelSet(
        Engine engine, InstalledRelation? owner = null, EngineFault? fault = null, Func<string, SharedIndex?>? findIndex = null) : IGraphHost
    {
        private readonly Dictionary<int, ExchangeChannel> _channels = [];
        private readonly Dictionary<int, Agreement> _agreements = [];
        private readonly Dictionary<string, ChannelSet> _parts = [];

        public InstalledRelation? Owner { get; } = owner;

        public IGraphHost HostOf(string subplan)
        {
            lock (_parts)
            {
                if (!_parts.TryGetValue(subplan, out ChannelSet? part))
                {
                    part = new ChannelSet(engine, Owner, fault, findIndex);
                    _parts.Add(subplan, part);
                }

                return part;
            }
        }

        public bool IsBase(RelationId relation) => engine.Find(relation).IsBase;

        public SharedIndex? FindIndex(RelationId relation, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch) =>
            findIndex is not null ? findIndex(IndexName(relation, keys, nullsMatch))
            : engine._indexes.TryGetValue(IndexName(relation, keys, nullsMatch), out InstalledIndex? index) ? index.Shared
            : null;

        public ExchangeChannel Channel(int ordinal) => At(_channels, ordinal, static (workers, fault) => new ExchangeChannel(workers, fault));

        public Agreement Agreement(int ordinal) => At(_agreements, ordinal, static (workers, fault) => new Agreement(workers, fault));

        private T At<T>(Dictionary<int, T> made, int ordinal, Func<int, EngineFault, T> make)
        {
            lock (made)
            {
                if (!made.TryGetValue(ordinal, out T? found))
                {
                    found = make(engine._workers.Length, fault ?? engine._fault);
                    made.Add(ordinal, found);
                }

                return found;
            }
        }
    }
}
