using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Operators.Windows;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Recursion;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow;

/// <summary>Turns a description into operators, on one worker.</summary>
internal sealed class GraphBuilder(OperatorContext context, OperatorGroup group, IGraphHost host)
{
    private readonly Dictionary<Node, Operator> _built = [];
    private readonly Dictionary<RecursiveScope, Operator[]> _scopes = new(ReferenceEqualityComparer.Instance);
    private int _ordinals;

    /// <summary>Where deltas of relations and constants come in, in the order in which a one-shot run best feeds them.</summary>
    public List<(Node Node, Operator Tap)> Leaves { get; } = [];

    /// <summary>The operator that emits a node's collection.</summary>
    public Operator Build(Node node)
    {
        if (!_built.TryGetValue(node, out Operator? built))
        {
            built = Create(node);
            _built.Add(node, built);
        }

        return built;
    }

    /// <summary>Deltas of <paramref name="source"/> moved to the workers that own their keys.</summary>
    public Operator Exchange(Operator source, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys)
    {
        if (context.WorkerCount == 1)
        {
            return source;
        }

        Operator exchange = Add(new ExchangeOperator(context, host.Channel(NextOrdinal()), shape, keys));
        Connect(source, exchange);
        return exchange;
    }

    /// <summary>The next number by which the workers' graphs of this dataflow find what they share.</summary>
    public int NextOrdinal() => _ordinals++;

    public TOperator Add<TOperator>(TOperator added)
        where TOperator : Operator
    {
        added.Group = group;
        group.Operators.Add(added);
        return added;
    }

    public static void Connect(Operator source, Operator target, int port = 0) => source.Targets.Add((target, port));

    private Operator Create(Node node)
    {
        switch (node)
        {
            case RelationNode or ConstantNode:
                Operator tap = Add(new PassOperator(context));
                Leaves.Add((node, tap));
                return tap;
            case MapNode map:
                return Connected(new MapOperator(context, map.Transform.Create(context)), Build(map.Inputs[0]));
            case JoinNode join:
                return CreateJoin(join);
            case ReduceNode reduce:
                Operator grouped = Exchange(Build(reduce.Inputs[0]), reduce.Inputs[0].Shape, reduce.Spec.Keys);
                return Connected(new ReduceOperator(context, reduce.Inputs[0].Shape, reduce.Spec), grouped);
            case TopNNode topN:
                return CreateTopN(topN.Inputs[0], topN.Spec, assertsSingle: false);
            case WindowNode window:
                Operator partitioned = Exchange(Build(window.Inputs[0]), window.Inputs[0].Shape, window.Spec.PartitionBy);
                return Connected(new WindowOperator(context, window.Inputs[0].Shape, window.Spec, flushesOnce: context.IsOneShot), partitioned);
            case AssertSingleNode single:
                var first = new TopNSpec { PartitionBy = single.Keys, OrderBy = [], Limit = 1 };
                return CreateTopN(single.Inputs[0], first, assertsSingle: true);
            case UnionNode:
                return Connected(new PassOperator(context), node.Inputs.Select(Build).ToArray());
            case NegateNode:
                return Connected(new NegateOperator(context), Build(node.Inputs[0]));
            case ThresholdNode threshold:
                int[] columns = Enumerable.Range(0, node.Shape.Count).ToArray();
                Operator[] inputs = node.Inputs.Select(input => Exchange(Build(input), input.Shape, columns)).ToArray();
                return Connected(new ThresholdOperator(context, threshold.Kind, node.Shape), inputs, distinctPorts: true);
            case TemporalFilterNode temporal:
                return Connected(new TemporalFilterOperator(context, temporal), Build(node.Inputs[0]));
            case RecursiveNode recursive:
                if (!_scopes.TryGetValue(recursive.Scope, out Operator[]? outputs))
                {
                    outputs = new ScopeBuilder(this, context, host, group, recursive.Scope).Build();
                    _scopes.Add(recursive.Scope, outputs);
                }

                return outputs[recursive.Binding];
            default:
                throw new InvariantException($"unknown node {node.GetType()}");
        }
    }

    private Operator CreateTopN(Node input, TopNSpec spec, bool assertsSingle) => Connected(
        new TopNOperator(context, input.Shape, spec, assertsSingle), Exchange(Build(input), input.Shape, spec.PartitionBy));

    private Operator Connected(Operator added, params Operator[] inputs) => Connected(added, inputs, distinctPorts: false);

    private Operator Connected(Operator added, Operator[] inputs, bool distinctPorts)
    {
        Add(added);
        for (int i = 0; i < inputs.Length; i++)
        {
            Connect(inputs[i], added, distinctPorts ? i : 0);
        }

        return added;
    }

    private Operator CreateJoin(JoinNode node)
    {
        // The right side is built first: a one-shot run then feeds it first and streams the left side past it.
        Node rightNode = node.Inputs[1];
        Node leftNode = node.Inputs[0];
        var right = new JoinSide(rightNode, node.Spec.RightKeys, node.Spec.NullsMatch, Exchange(Build(rightNode), rightNode.Shape, node.Spec.RightKeys));
        var left = new JoinSide(leftNode, node.Spec.LeftKeys, node.Spec.NullsMatch, Exchange(Build(leftNode), leftNode.Shape, node.Spec.LeftKeys));
        Operator output = Add(new PassOperator(context));
        switch (node.Spec.Kind)
        {
            case JoinKind.Semi:
            case JoinKind.Anti:
                AddSemiJoin(left, right, node.Spec.Kind == JoinKind.Anti, output);
                return output;
            default:
                AddInnerJoin(left, right, node.Spec.Transform, output);
                break;
        }

        if (node.Spec.Kind is JoinKind.Left or JoinKind.Full)
        {
            Operator pad = Add(new PadOperator(context, rightNode.Shape, padsLeft: false));
            AddSemiJoin(left, right, isAnti: true, pad);
            Connect(pad, output);
        }

        if (node.Spec.Kind is JoinKind.Right or JoinKind.Full)
        {
            Operator pad = Add(new PadOperator(context, leftNode.Shape, padsLeft: true));
            AddSemiJoin(right, left, isAnti: true, pad);
            Connect(pad, output);
        }

        return output;
    }

    /// <summary>Two probes, one reading its index before it changes in an epoch and one after.</summary>
    /// <remarks>
    /// A probe that reads a shared index before it changes must come before everything that reads that index after: no cycle
    /// can arise as long as its deltas are those of a base relation (or the very relation the index is of), since these are
    /// there from the start. Where that cannot be had, one index is made private.
    /// </remarks>
    private void AddInnerJoin(JoinSide left, JoinSide right, ITransformFactory? transform, Operator output)
    {
        EnsureIndex(left);
        EnsureIndex(right);
        bool leftReadsBefore = true;
        if (right.IsShared)
        {
            leftReadsBefore = left.IsShared && (IsBase(left) || left.Relation == right.Relation);
            if (left.IsShared && !leftReadsBefore && !IsBase(right))
            {
                right.Index = null;
                right.Apply = null;
                right.IsShared = false;
                EnsureIndex(right, isPrivate: true);
                leftReadsBefore = true;
            }
        }

        ProbeOperator leftProbe = CreateProbe(left, right, deltaIsLeft: true, skipsBackfill: left.IsShared && !right.IsShared, transform);
        ProbeOperator rightProbe = CreateProbe(right, left, deltaIsLeft: false, skipsBackfill: right.IsShared, transform);
        (leftReadsBefore ? right.Apply! : left.Apply!).RunsAfter.Add(leftReadsBefore ? leftProbe : rightProbe);
        (leftReadsBefore ? rightProbe : leftProbe).RunsAfter.Add(leftReadsBefore ? left.Apply! : right.Apply!);
        Connect(leftProbe, output);
        Connect(rightProbe, output);
    }

    private ProbeOperator CreateProbe(JoinSide delta, JoinSide indexed, bool deltaIsLeft, bool skipsBackfill, ITransformFactory? transform)
    {
        bool sharesEncoder = delta.Encoder is not null;
        var probe = new ProbeOperator(
            context,
            delta.Encoder ?? new KeyEncoder(delta.Node.Shape, delta.Keys, delta.NullsMatch),
            !sharesEncoder,
            indexed.Index!,
            delta.Node.Shape.Count,
            delta.Keys,
            deltaIsLeft,
            transform?.Create(context))
        {
            SkipsBackfill = skipsBackfill,
        };

        // Before the operator that keeps this side, so that its packed keys are used twice.
        int position = sharesEncoder ? group.Operators.IndexOf(delta.Apply!) : group.Operators.Count;
        probe.Group = group;
        group.Operators.Insert(position, probe);
        Connect(delta.Stream, probe);
        indexed.Apply!.Readers.Add(probe);
        return probe;
    }

    private void AddSemiJoin(JoinSide left, JoinSide right, bool isAnti, Operator output)
    {
        EnsureIndex(left);
        var presence = new KeyPresence(context.Arena, KeyEncoder.Stride(left.Node.Shape, left.Keys, left.NullsMatch));
        var probe = new SemiProbeOperator(
            context, new KeyEncoder(left.Node.Shape, left.Keys, left.NullsMatch), ownsEncoder: true, presence, isAnti)
        {
            SkipsBackfill = left.IsShared,
        };
        var apply = new SemiApplyOperator(
            context, new KeyEncoder(right.Node.Shape, right.Keys, right.NullsMatch), presence, left.Index!, right.Keys, isAnti);
        Add(probe);
        Add(apply);
        apply.RunsAfter.Add(probe);
        apply.RunsAfter.Add(left.Apply!);
        left.Apply!.Readers.Add(apply);
        Connect(left.Stream, probe);
        Connect(right.Stream, apply);
        Connect(probe, output);
        Connect(apply, output);
    }

    private bool IsBase(JoinSide side) => side.Relation is { } relation && host.IsBase(relation);

    private void EnsureIndex(JoinSide side, bool isPrivate = false)
    {
        if (side.Index is not null)
        {
            return;
        }

        if (!isPrivate && side.Relation is { } relation && host.FindIndex(relation, side.Keys, side.NullsMatch) is { } shared)
        {
            side.IsShared = true;
            side.Apply = shared.Operators[context.Worker];
            side.Index = side.Apply.Index;
            return;
        }

        side.Index = new KeyedIndex(context.Arena, side.Node.Shape, side.Keys, side.NullsMatch);
        side.Encoder = new KeyEncoder(side.Node.Shape, side.Keys, side.NullsMatch);
        side.Apply = Add(new IndexOperator(context, side.Index, side.Encoder));
        Connect(side.Stream, side.Apply);
    }

    private sealed class JoinSide(Node node, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch, Operator stream)
    {
        public Node Node { get; } = node;

        public IReadOnlyList<int> Keys { get; } = keys;

        public IReadOnlyList<bool> NullsMatch { get; } = nullsMatch;

        public Operator Stream { get; } = stream;

        public RelationId? Relation { get; } = (node as RelationNode)?.Relation;

        public KeyedIndex? Index { get; set; }

        public IndexOperator? Apply { get; set; }

        /// <summary>Of the operator that keeps a private index.</summary>
        public KeyEncoder? Encoder { get; set; }

        public bool IsShared { get; set; }
    }
}
