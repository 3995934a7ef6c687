using System.Runtime.ExceptionServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow;

/// <summary>Runs a description once, on the calling thread, with the operators of live dataflows and private state.</summary>
/// <remarks>
/// Inputs are fed one after the other, chunk by chunk, the sides that joins keep first. An operator ends its only epoch when
/// all its inputs have; state whose readers have all ended is not kept.
/// </remarks>
internal static class OneShot
{
    public static IReadOnlyList<ColumnBatch> Run(
        DataflowDescription query,
        IReadOnlyDictionary<RelationId, IEnumerable<DeltaBatch>> inputs,
        long nowMicroseconds,
        IErrorSink errors,
        long memoryBytesMax,
        CancellationToken cancellation)
    {
        var clock = new EpochClock { NowMicroseconds = nowMicroseconds };
        var context = new OperatorContext(0, 1, clock)
        {
            IsOneShot = true,
            Errors = errors,
            MemoryBytesMax = memoryBytesMax,
            Cancellation = cancellation,
        };
        var group = new OperatorGroup(default);
        try
        {
            var builder = new GraphBuilder(context, group, PrivateHost.Instance);
            var collect = new CollectOperator(context, query.Output.Shape);
            Operator output = builder.Build(query.Output);
            GraphBuilder.Connect(output, builder.Add(collect));
            Feed(builder, group, inputs, collect);
            return collect.Take();
        }
        finally
        {
            foreach (Operator member in group.Operators)
            {
                member.Dispose();
            }
        }
    }

    private static void Feed(
        GraphBuilder builder,
        OperatorGroup group,
        IReadOnlyDictionary<RelationId, IEnumerable<DeltaBatch>> inputs,
        CollectOperator collect)
    {
        var scheduler = new Scheduler();
        scheduler.SetOperators(group.Operators);
        foreach (Operator member in group.Operators)
        {
            foreach ((Operator target, _) in member.Targets)
            {
                target.OpenInputs++;
            }
        }

        foreach ((_, Operator tap) in builder.Leaves)
        {
            tap.OpenInputs++;
        }

        foreach (Operator member in group.Operators)
        {
            member.Start();
        }

        foreach ((Node node, Operator tap) in builder.Leaves)
        {
            foreach (DeltaBatch chunk in Chunks(node, inputs))
            {
                collect.Context.Cancellation.ThrowIfCancellationRequested();
                tap.Enqueue(0, chunk);
                chunk.Release();
                scheduler.Run(flushes: false);
                ThrowIfFailed(group);
                collect.CheckMemory(group.StateBytes());
            }

            tap.OpenInputs--;
            scheduler.Close();
            ThrowIfFailed(group);
        }

        // A recursion of nothing but its own tables has no input to end.
        if (builder.Leaves.Count == 0)
        {
            scheduler.Close();
            ThrowIfFailed(group);
        }
    }

    private static IEnumerable<DeltaBatch> Chunks(Node node, IReadOnlyDictionary<RelationId, IEnumerable<DeltaBatch>> inputs) =>
        node is ConstantNode constant ? [DeltaBatch.Create(constant.Rows, 1)] : inputs[((RelationNode)node).Relation];

    private static void ThrowIfFailed(OperatorGroup group)
    {
        if (group.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private sealed class PrivateHost : IGraphHost
    {
        public static PrivateHost Instance { get; } = new();

        public IGraphHost HostOf(string subplan) => throw new Core.Diagnostics.InvariantException("a query shares nothing");

        public bool IsBase(RelationId relation) => true;

        public SharedIndex? FindIndex(RelationId relation, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch) => null;

        public ExchangeChannel Channel(int ordinal) => throw new Core.Diagnostics.InvariantException("one worker exchanges nothing");

        public Recursion.Agreement Agreement(int ordinal) => throw new Core.Diagnostics.InvariantException("one worker agrees with itself");
    }
}
