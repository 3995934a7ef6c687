using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow;

/// <summary>Joins that several dataflows share.</summary>
/// <remarks>
/// The inner join of two base relations by the same keys is computed once per epoch, whatever is then made of it: two probes of
/// the relations' shared indexes in a group of their own, whose output flows into every dataflow that has such a join. It keeps
/// nothing, so a later dataflow is filled through probes of its own, and only its live deltas come from here. It lives as
/// long as one of its readers does, in whatever order they go; the indexes it reads belong to the same readers.
/// </remarks>
public sealed partial class Engine
{
    private readonly Dictionary<string, InstalledJoin> _joins = [];

    /// <summary>Lets the joins of a dataflow that has been filled take their deltas from the shared ones, made where they are missing.</summary>
    /// <param name="leaves">Of each worker.</param>
    private void ShareJoins(InstalledRelation relation, IReadOnlyList<JoinLeaf>[] leaves)
    {
        if (leaves[0].Count == 0)
        {
            return;
        }

        foreach (JoinLeaf leaf in leaves[0])
        {
            string name = leaf.Node.ShareName;
            if (!_joins.TryGetValue(name, out InstalledJoin? join))
            {
                join = new InstalledJoin(name, _workers.Length);
                _joins.Add(name, join);
                var channels = new ChannelSet(this);
                RunOnWorkers(worker => MakeJoin(worker, join, leaf.Node, channels));
            }

            if (!relation.Joins.Contains(join))
            {
                relation.Joins.Add(join);
                join.Users++;
            }
        }

        RunOnWorkers(worker =>
        {
            foreach (JoinLeaf leaf in leaves[worker.Index])
            {
                GraphBuilder.Connect(_joins[leaf.Node.ShareName].Outputs[worker.Index], leaf.Output);
            }

            worker.Reorder();
        });
    }

    private static void MakeJoin(Worker worker, InstalledJoin join, JoinNode node, ChannelSet channels)
    {
        // Of no relation: when it fails, so do its readers, by name.
        var group = new OperatorGroup(default);
        var builder = new GraphBuilder(new OperatorContext(worker.Index, worker.Count, worker.Clock), group, channels);
        join.Groups[worker.Index] = group;
        join.Outputs[worker.Index] = builder.Build(node);
        ConnectLeaves(worker, builder.Leaves, builder.Joins);
        worker.AddGroup(group);
    }

    private void ReleaseJoins(InstalledRelation relation) => Release(_joins, relation.Joins);

    internal sealed class InstalledJoin(string name, int workers) : SharedGroups(name, workers)
    {
        public Operator[] Outputs { get; } = new Operator[workers];
    }
}
