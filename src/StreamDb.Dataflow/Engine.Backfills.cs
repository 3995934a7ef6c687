using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Backfills;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Recursion;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Sharing;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow;

/// <summary>How dataflows come to life beside others: filled from what their inputs were, caught up, then part of every epoch.</summary>
public sealed partial class Engine
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<RelationId, Backfill> _backfills = new();

    /// <summary>Begins to start a dataflow beside processing. Waits for the epochs in flight; short.</summary>
    /// <param name="asOf">The epoch at which the inputs are now.</param>
    /// <returns>What is to be filled, caught up and finished, or abandoned. Its inputs must not be removed before.</returns>
    public Backfill StartBackfill(DataflowDescription view, Epoch asOf, long nowMicroseconds, IErrorCollector errors)
    {
        Invariant.Check(view.Consumer is null, "what is emitted has no epochs to catch up with");
        _nowMicroseconds = Math.Max(_nowMicroseconds, nowMicroseconds);
        InstalledRelation relation = CreateRelation(view);
        var backfill = new Backfill(view, errors, relation, _workers.Length, _fault, ArrangementOf)
        {
            NowMicroseconds = _nowMicroseconds,
            CutEpoch = asOf,
        };
        backfill.Computed();
        var builder = new BackfillBuilder(this, backfill);
        backfill.Build = builder.Build;
        _backfills[view.Id] = backfill;
        RunOnWorkers(worker => StartShard(worker, backfill));
        backfill.RowsTotal = builder.Leaves.Sum(leaf => backfill.Shards.Sum(shard => shard.RowCount(leaf)));
        return backfill;
    }

    /// <summary>Takes what happened to a backfill's inputs since the last cut, for <see cref="Backfill.CatchUp"/>. Waits for the epochs in flight; short.</summary>
    /// <param name="asOf">The epoch at which the inputs are now.</param>
    public void Cut(Backfill backfill, Epoch asOf)
    {
        backfill.Phase = BackfillPhase.CatchingUp;
        TakeCut(backfill, asOf);
    }

    /// <summary>Makes a filled dataflow part of every epoch from here on: computes what happened since the last cut, then switches. As short as that is little.</summary>
    /// <param name="asOf">The epoch at which the inputs are now, and then the dataflow.</param>
    /// <remarks>Waits for the epochs in flight. When it returns, snapshots show the view. An exception leaves nothing behind.</remarks>
    public void Finish(Backfill backfill, Epoch asOf)
    {
        TakeCut(backfill, asOf);
        long now = backfill.NowMicroseconds;
        RunOnWorkers(worker => backfill.Shards[worker.Index].Compute(asOf, now, ArrangementOf, CancellationToken.None));
        backfill.Computed();
        Finish(backfill);
    }

    /// <summary>Ends a backfill that is not to be finished, and frees what it has. Any thread, while nothing of it runs. Nothing happens to one that is live.</summary>
    public void Abandon(Backfill backfill)
    {
        if (backfill.Phase is BackfillPhase.Abandoned or BackfillPhase.Live)
        {
            return;
        }

        backfill.Phase = BackfillPhase.Abandoned;
        foreach (Worker worker in _workers)
        {
            BackfillShard shard = backfill.Shards[worker.Index];
            if (shard.BufferGroup is { } buffers)
            {
                worker.Post(() => worker.RemoveGroup(buffers));
            }
        }

        foreach (BackfillShard shard in backfill.Shards)
        {
            shard.Abandon();
        }

        backfill.Relation.Arrangement?.Dispose();
        _backfills.TryRemove(backfill.Id, out _);
    }

    /// <summary>The description of a further arrangement of a relation by another key; read with <see cref="Snapshot"/>(index).</summary>
    public DataflowDescription DescribeIndex(RelationId relation, RelationId index, IReadOnlyList<int> key)
    {
        var builder = new DataflowBuilder();
        return builder.Materialize(builder.Relation(relation, Find(relation).Shape), index, key, "index");
    }

    private Arrangement? ArrangementOf(RelationId relation) => Find(relation).Arrangement;

    /// <summary>Notes what a worker's shard of the inputs is, and begins to keep what happens to it.</summary>
    private void StartShard(Worker worker, Backfill backfill)
    {
        BackfillShard shard = backfill.Shards[worker.Index];
        TakeVersions(backfill, shard);
        shard.BufferGroup = new OperatorGroup(backfill.Id);
        var context = new OperatorContext(worker.Index, worker.Count, worker.Clock);
        foreach (RelationId input in backfill.View.Inputs)
        {
            long bytesMax = ArrangementOf(input) is null ? long.MaxValue : Options.BackfillBufferBytesMax / (_workers.Length * backfill.View.Inputs.Count);
            var buffer = new BufferOperator(context, bytesMax) { Group = shard.BufferGroup };
            shard.BufferGroup.Operators.Add(buffer);
            shard.Buffers.Add(input, buffer);
            GraphBuilder.Connect(worker.RelationOperator(input), buffer);
        }

        worker.AddGroup(shard.BufferGroup);
    }

    private void TakeVersions(Backfill backfill, BackfillShard shard)
    {
        foreach (RelationId input in backfill.View.Inputs)
        {
            if (ArrangementOf(input) is { } arrangement)
            {
                shard.Versions[input] = arrangement.Spines[shard.Worker].Version();
            }
        }
    }

    private void TakeCut(Backfill backfill, Epoch asOf)
    {
        RunOnWorkers(worker =>
        {
            BackfillShard shard = backfill.Shards[worker.Index];
            var before = new Dictionary<RelationId, SpineVersion>(shard.Versions);
            TakeVersions(backfill, shard);
            foreach ((RelationId input, BufferOperator buffer) in shard.Buffers)
            {
                bool hasOverflowed = buffer.Buffer.HasOverflowed;
                shard.Cuts.Add(new RelationCut(
                    input, buffer.Buffer.Take(), before.GetValueOrDefault(input), shard.Versions.GetValueOrDefault(input)?.Acquire(), hasOverflowed));
            }
        });

        // The buffers hold deltas where they arrived, the versions rows where they belong: only all shards together are the change.
        foreach (RelationCut cut in backfill.Shards.SelectMany(shard => shard.Cuts))
        {
            cut.ReadsVersions = backfill.Shards.Any(shard => shard.Cuts.Any(other => other.Relation == cut.Relation && other.HasOverflowed));
        }

        backfill.CutRows = backfill.Shards.Sum(shard => shard.Cuts.Sum(cut => cut.RowCount));
        backfill.CutEpoch = asOf;
        backfill.NowMicroseconds = _nowMicroseconds;
    }

    private void Finish(Backfill backfill)
    {
        if (backfill.Failure is not null)
        {
            Abandon(backfill);
            backfill.ThrowIfFailed();
        }

        ForgetFailed();
        InstalledRelation relation = backfill.Relation;
        InstalledIndex[] made = [.. backfill.PrivateIndexes.Where(index => !_indexes.ContainsKey(index.Name))];
        foreach (InstalledIndex index in made)
        {
            _indexes.Add(index.Name, index);
        }

        foreach (InstalledIndex index in backfill.PrivateIndexes.Select(index => _indexes[index.Name]))
        {
            relation.Indexes.Add(index);
            index.Readers.Add(relation);
        }

        List<int> giveWay = InstallSubplans(relation, [.. backfill.Shards.Select(shard => shard.Subplans)], isRestored: false);
        RunOnWorkers(worker => Switch(worker, backfill, made, giveWay));
        _relations[backfill.Id] = relation;
        _backfills.TryRemove(backfill.Id, out _);
        relation.Arrangement?.Publish(_begun);
        backfill.Phase = BackfillPhase.Live;
    }

    /// <summary>Puts a shard's operators into a worker's graph.</summary>
    private void Switch(Worker worker, Backfill backfill, InstalledIndex[] made, List<int> giveWay)
    {
        BackfillShard shard = backfill.Shards[worker.Index];
        if (shard.BufferGroup is { } buffers)
        {
            worker.RemoveGroup(buffers);
        }

        shard.MoveTo(worker.Clock);
        foreach (OperatorGroup group in GiveWay(shard.Subplans, giveWay, worker.Index))
        {
            shard.Drop(group);
        }

        InstalledIndex[] dropped = [.. backfill.PrivateIndexes.Except(made)];
        Array.ForEach(dropped, index => shard.Drop(index.Groups[worker.Index]));
        foreach (InstalledIndex index in dropped)
        {
            // Another dataflow's index came first. Both are the relation at this epoch; the private one is freed later.
            index.Shared.Operators[worker.Index].HandOver(_indexes[index.Name].Shared.Operators[worker.Index], shard.Groups);
        }

        foreach (InstalledIndex index in made)
        {
            index.Shared.Operators[worker.Index].Forget(shard.Groups);
        }

        ConnectLeaves(worker, shard.Leaves.Where(leaf => shard.Groups.Contains(leaf.Tap.Group)));
        worker.SetRelation(backfill.Id, shard.Source);
        worker.AddGroups(shard.Groups);
        worker.UpdateNextTemporalEvent();
    }

    /// <summary>Builds the operators of a backfill, the same on every shard.</summary>
    private sealed class BackfillBuilder
    {
        private readonly Engine _engine;
        private readonly Backfill _backfill;
        private readonly ChannelSet _channels;
        private readonly List<(InstalledIndex Index, IndexInput Input, ChannelSet Channels)> _indexes = [];

        public BackfillBuilder(Engine engine, Backfill backfill)
        {
            _engine = engine;
            _backfill = backfill;
            _channels = new ChannelSet(engine, backfill.Relation, backfill.Fault, FindIndex);
            foreach (IndexInput input in IndexInputs(backfill.View))
            {
                InstalledIndex index = engine.CreateIndex(input);
                backfill.PrivateIndexes.Add(index);
                _indexes.Add((index, input, new ChannelSet(engine, fault: backfill.Fault)));
            }
        }

        /// <summary>The relations that are read, as often as they are.</summary>
        public IEnumerable<RelationId> Leaves =>
            _indexes.Select(index => index.Index.Relation)
                .Concat(_backfill.View.Subplans.Parts.DistinctBy(part => part.Value).Select(part => part.Key)
                    .Append(_backfill.View.Output).Distinct().SelectMany(_backfill.View.Subplans.OwnInputs));

        public void Build(BackfillShard shard)
        {
            foreach ((InstalledIndex index, IndexInput input, ChannelSet channels) in _indexes)
            {
                // Of no relation: when it fails, so do its readers, by name, but not what it is an index of.
                OperatorGroup group = OpenGroup(default);
                shard.AddGroup(group);
                index.Groups[shard.Worker] = group;
                OperatorContext context = shard.CreateContext(group, _backfill.Cancellation);
                var builder = new GraphBuilder(context, group, channels);
                BuildIndex(builder, context, index, input);
                shard.Leaves.AddRange(builder.Leaves);
            }

            BuildView(shard);
            shard.Order();
        }

        private void BuildView(BackfillShard shard)
        {
            InstalledRelation relation = _backfill.Relation;
            relation.Groups[shard.Worker] = OpenGroup(_backfill.Id);
            GraphBuilder builder = _engine.BuildView(
                _backfill.View,
                relation,
                shard.Worker,
                _channels,
                _backfill.Errors,
                _ => OpenGroup(default),
                group => shard.CreateContext(group, _backfill.Cancellation),
                out IReadOnlyList<SubplanShard> parts,
                out Operator source);
            shard.Subplans = parts;
            shard.Source = source;
            shard.Leaves.AddRange(builder.Leaves);
            foreach (SubplanShard part in parts)
            {
                shard.AddGroup(part.Group);
            }

            shard.AddGroup(relation.Groups[shard.Worker]);
        }

        private OperatorGroup OpenGroup(RelationId id) => new(id) { Arena = _engine.Options.Space.CreateArena() };

        private SharedIndex? FindIndex(string name) => _backfill.PrivateIndexes.Find(made => made.Name == name)?.Shared;
    }
}
