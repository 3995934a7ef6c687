using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Sharing;

namespace StreamDb.Dataflow;

/// <summary>Parts of dataflows that several of them share: joins, groups, top-n, distinct rows and windows over equal inputs.</summary>
/// <remarks>
/// A dataflow is built whole and filled from its inputs, each part in a group of its own (<see cref="Subplans"/>). When it is
/// full, both a part of it and an equal part that is there already are that collection at that epoch: the new one ends, and
/// what read it reads the other from then on. Parts that are new stay, for those who come later. A part lives as long as one
/// of its readers does, in whatever order they go; the parts and indexes that it reads belong to the same readers.
/// </remarks>
public sealed partial class Engine
{
    private readonly Dictionary<string, InstalledSubplan> _subplans = [];

    /// <summary>Which live dataflows have the parts of this one that others can share, and the indexes that its joins read. Any thread.</summary>
    public IReadOnlyList<SharedPart> SharedParts(DataflowDescription view)
    {
        InstalledRelation[] others = [.. _relations.Values.Where(relation => relation.Id != view.Id).OrderBy(relation => relation.Id.Value)];
        return
        [
            .. view.Subplans.Parts.Select(part => new SharedPart(part.Key, IsIndex: false, [], UsersOf(part.Value))),
            .. IndexSides(view).Select(side => new SharedPart(side.Join, IsIndex: true, side.Input.Keys, UsersOf(side.Input.Name)) { Side = side.Input.Relation }),
        ];

        RelationId[] UsersOf(string name) => [.. others.Where(relation => relation.SharedNames.Contains(name)).Select(relation => relation.Id)];
    }

    /// <summary>Shares the parts of a dataflow that has been filled or restored.</summary>
    /// <param name="shards">Its parts, on each worker.</param>
    /// <param name="isRestored">Whether their state is that of a checkpoint.</param>
    /// <returns>Which of them give way to parts that are there already.</returns>
    private List<int> InstallSubplans(InstalledRelation relation, IReadOnlyList<SubplanShard>[] shards, bool isRestored)
    {
        List<int> giveWay = [];
        for (int i = 0; i < shards[0].Count; i++)
        {
            SubplanShard first = shards[0][i];
            if (_subplans.TryGetValue(first.Name, out InstalledSubplan? known))
            {
                giveWay.Add(i);
            }
            else
            {
                known = new InstalledSubplan(first.Name, Subplans.InputsOf(first.Node), _workers.Length) { IsRestored = isRestored };
                foreach (int worker in Enumerable.Range(0, _workers.Length))
                {
                    known.Shards[worker] = shards[worker][i];
                    known.Groups[worker] = shards[worker][i].Group;
                }

                _subplans.Add(known.Name, known);
            }

            known.Readers.Add(relation);
            relation.Subplans.Add(known);
        }

        relation.SharedNames = [.. relation.Subplans.Select(part => part.Name), .. relation.Indexes.Select(index => index.Name)];
        return giveWay;
    }

    /// <summary>On a worker: what reads parts that give way reads those that stay. Its graph must be ordered anew.</summary>
    /// <returns>The groups that nobody reads any more.</returns>
    private HashSet<OperatorGroup> GiveWay(IReadOnlyList<SubplanShard> shards, List<int> giveWay, int worker)
    {
        HashSet<OperatorGroup> dropped = [.. giveWay.Select(i => shards[i].Group)];
        foreach (SubplanShard shard in giveWay.Select(i => shards[i]))
        {
            shard.GiveWay(_subplans[shard.Name].Shards[worker], dropped);
        }

        return dropped;
    }

    /// <summary>Takes a dataflow that has ended from the parts that it shared.</summary>
    private void ReleaseSubplans(InstalledRelation relation)
    {
        if (relation.Subplans.Count == 0)
        {
            return;
        }

        RunOnWorkers(worker =>
        {
            foreach (InstalledSubplan part in relation.Subplans)
            {
                part.Shards[worker.Index].Errors.Remove(relation.Errors[worker.Index]);
            }
        });
        Release(_subplans, relation.Subplans, relation);
    }

    /// <summary>The stored state of a dataflow's parts; null when one lacks it that is not there already.</summary>
    private Dictionary<string, LoadedDataflow>? FindLoaded(Subplans subplans)
    {
        var found = new Dictionary<string, LoadedDataflow>();
        foreach (string name in subplans.Parts.Values.Distinct())
        {
            if (_subplans.TryGetValue(name, out InstalledSubplan? known))
            {
                if (!known.IsRestored)
                {
                    return null;
                }
            }
            else if (_loaded.TryGetValue(name, out LoadedDataflow? loaded) && loaded.Fingerprint == DataflowFingerprint.OfSubplan(name, _workers.Length))
            {
                found.Add(name, loaded);
            }
            else
            {
                return null;
            }
        }

        return found;
    }

    internal sealed class InstalledSubplan(string name, IReadOnlyList<RelationId> inputs, int workers) : SharedGroups(name, workers)
    {
        public IReadOnlyList<RelationId> Inputs { get; } = inputs;

        public SubplanShard[] Shards { get; } = new SubplanShard[workers];

        public bool IsRestored { get; init; }
    }
}
