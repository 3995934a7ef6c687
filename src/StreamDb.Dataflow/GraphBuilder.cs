using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Operators.Windows;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Recursion;
using StreamDb.Dataflow.Scheduling;
using StreamDb.Dataflow.Sharing;

namespace StreamDb.Dataflow;

/// <summary>Turns a description into operators, on one worker.</summary>
/// <param name="subplans">Builds the parts that other dataflows may share; null where nothing is shared.</param>
/// <param name="outer">Who reads what is built here, when it is such a part, <paramref name="root"/>.</param>
internal sealed class GraphBuilder(
    OperatorContext context, OperatorGroup group, IGraphHost host, SubplanBuilder? subplans = null, GraphBuilder? outer = null, Node? root = null)
{
    private readonly Dictionary<Node, Operator> _built = [];
    private readonly Dictionary<(Node Node, string Columns), Operator> _owned = [];
    private readonly Dictionary<Node, int[]> _partitions = [];
    private Dictionary<Node, int>? _readers = outer?._readers;
    private readonly Dictionary<RecursiveScope, Operator[]> _scopes = new(ReferenceEqualityComparer.Instance);
    private int _ordinals;

    /// <summary>Where deltas of relations and constants come in, in the order in which a one-shot run best feeds them.</summary>
    public List<(Node Node, Operator Tap)> Leaves { get; } = outer?.Leaves ?? [];

    /// <summary>The operator that emits a node's collection.</summary>
    public Operator Build(Node node)
    {
        _readers ??= Subplans.CountReaders(node);
        if (!_built.TryGetValue(node, out Operator? built))
        {
            built = node != root && subplans?.NameOf(node) is { } name ? BuildSubplan(node, name) : Create(node);
            _built.Add(node, built);
        }

        return built;
    }

    /// <summary>The columns that tell which worker has a row of what was built; null where any may have it.</summary>
    public int[]? PartitionOf(Node node) => _partitions.GetValueOrDefault(node);

    /// <summary>The deltas of <paramref name="node"/> on the workers that own their keys: rows equal in the keys on one worker.</summary>
    /// <param name="isExact">Which worker owns a key must be told by all of the keys, in order, as on the other side of a join; otherwise some of them may do.</param>
    /// <remarks>
    /// Nothing moves where the deltas lie that way already, nor when they are those of a base relation, or of maps over one that
    /// leave the keys as they are: every worker sees all of these and takes its own. Only through maps that nobody else reads,
    /// so that none runs, or reports its errors, twice.
    /// </remarks>
    public Operator Partitioned(Node node, IReadOnlyList<int> keys, bool isExact) => Partitioned(node, keys, isExact, out _);

    private Operator Partitioned(Node node, IReadOnlyList<int> keys, bool isExact, out int[] partition)
    {
        partition = [.. keys];
        if (context.WorkerCount == 1)
        {
            return Build(node);
        }

        _readers ??= Subplans.CountReaders(node);
        if (BaseColumns(node, partition) is { } sources)
        {
            return BuildOwned(node, sources);
        }

        // Where a table function makes several rows of one, owning the one beats moving the several.
        if (!isExact && IsExpanded(node))
        {
            int[] kept = [.. partition.Where(column => BaseColumns(node, [column]) is not null)];
            if (kept.Length > 0)
            {
                partition = kept;
                return BuildOwned(node, BaseColumns(node, kept)!);
            }
        }

        Operator source = Build(node);
        if (_partitions.TryGetValue(node, out int[]? known) && (isExact ? known.SequenceEqual(partition) : known.All(partition.Contains)))
        {
            partition = known;
            return source;
        }

        return Exchange(source, node.Shape, keys);
    }

    /// <summary>A base relation's deltas, those that this worker owns by these columns.</summary>
    public Operator Owned(Node relation, IReadOnlyList<int> columns) =>
        context.WorkerCount == 1 ? Build(relation) : BuildOwned(relation, [.. columns]);

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

    /// <summary>The columns of a base relation that these are copies of; null where they are not, or the rows between have other readers.</summary>
    private int[]? BaseColumns(Node node, int[] columns)
    {
        // Without columns one worker would own all: then at least the maps are shared out.
        while (node is MapNode map && columns.Length > 0 && (map.Transform.IsSelection || _readers!.GetValueOrDefault(node) == 1))
        {
            columns = Array.ConvertAll(columns, map.Transform.SourceOf);
            if (columns.Contains(-1))
            {
                return null;
            }

            node = map.Inputs[0];
        }

        return node is RelationNode relation && host.IsBase(relation.Relation) ? columns : null;
    }

    /// <summary>All columns of a node that are copies of a base relation's.</summary>
    private int[] BaseColumns(Node node) => [.. Enumerable.Range(0, node.Shape.Count).Where(column => BaseColumns(node, [column]) is not null)];

    private static bool IsExpanded(Node node) => node is MapNode map && (map.Transform.MakesRows || IsExpanded(map.Inputs[0]));

    /// <summary>A base relation, or maps over it, of the rows that this worker owns by these columns of the relation.</summary>
    private Operator BuildOwned(Node node, int[] columns)
    {
        (Node, string) name = (node, string.Join(',', columns));
        if (!_owned.TryGetValue(name, out Operator? built))
        {
            if (node is MapNode map)
            {
                Operator input = BuildOwned(map.Inputs[0], columns);
                built = Connected(new MapOperator(context, map.Transform.Create(context)), input);
            }
            else
            {
                var tap = new OwnTapOperator(context, node.Shape, columns);
                Leaves.Add((node, Add(tap)));
                built = Exchange(tap, node.Shape, columns);
            }

            _owned.Add(name, built);
        }

        return built;
    }

    private Operator BuildSubplan(Node node, string name)
    {
        SubplanShard part = subplans!.Build(node, name, this);
        if (part.Partition is not null)
        {
            _partitions[node] = part.Partition;
        }

        return part.Output;
    }

    private Operator Create(Node node)
    {
        switch (node)
        {
            case RelationNode or ConstantNode:
                Operator tap = Add(new PassOperator(context));
                Leaves.Add((node, tap));
                return tap;
            case MapNode map:
                Operator mapped = Connected(new MapOperator(context, map.Transform.Create(context)), Build(map.Inputs[0]));
                if (_partitions.TryGetValue(map.Inputs[0], out int[]? partition))
                {
                    int[] kept = Array.ConvertAll(partition, column => CopyOf(map.Transform, column));
                    if (!kept.Contains(-1))
                    {
                        _partitions[node] = kept;
                    }
                }

                return mapped;
            case JoinNode join:
                return CreateJoin(join);
            case DeltaJoinNode delta:
                return CreateDeltaJoin(delta);
            case ReduceNode reduce:
                return CreateReduce(reduce);
            case TopNNode topN:
                return CreateTopN(node, topN.Spec, assertsSingle: false);
            case WindowNode window:
                Operator partitioned = Partitioned(window.Inputs[0], window.Spec.PartitionBy, isExact: false, out int[] windowedBy);
                _partitions[node] = windowedBy;
                return Connected(new WindowOperator(context, window.Inputs[0].Shape, window.Spec, flushesOnce: context.IsOneShot), partitioned);
            case AssertSingleNode single:
                var first = new TopNSpec { PartitionBy = single.Keys, OrderBy = [], Limit = 1 };
                return CreateTopN(node, first, assertsSingle: true);
            case UnionNode:
                return Connected(new PassOperator(context), node.Inputs.Select(Build).ToArray());
            case NegateNode:
                return Connected(new NegateOperator(context), Build(node.Inputs[0]));
            case ThresholdNode threshold:
                int[] columns = Enumerable.Range(0, node.Shape.Count).ToArray();
                Operator[] inputs = node.Inputs.Select(input => Partitioned(input, columns, isExact: true)).ToArray();
                _partitions[node] = columns;
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

    private ReduceOperator CreateReduce(ReduceNode node)
    {
        ReduceSpec spec = node.Spec;
        Node input = node.Inputs[0];
        if (LocalExtremes(node) is { } local)
        {
            int[] keys = [.. Enumerable.Range(0, spec.Keys.Count)];
            var all = new ReduceSpec { Keys = keys, Aggregates = [.. spec.Aggregates.Select((aggregate, i) => OfParts((ExtremeAggregate)aggregate, keys.Length + i))] };
            var parts = new ReduceOperator(context, input.Shape, spec);
            Operator moved = Exchange(Connected(parts, local), node.Shape, keys);
            _partitions[node] = keys;
            var whole = new ReduceOperator(context, node.Shape, all);
            Connected(whole, moved);
            return whole;
        }

        Operator grouped = Partitioned(input, spec.Keys, isExact: false, out int[] groupedBy);
        _partitions[node] = Array.ConvertAll(groupedBy, column => spec.Keys.ToList().IndexOf(column));
        var reduce = new ReduceOperator(context, input.Shape, spec);
        Connected(reduce, grouped);
        return reduce;

        static ExtremeAggregate OfParts(ExtremeAggregate aggregate, int column) =>
            new() { Output = aggregate.Output, Column = column, IsMax = aggregate.IsMax };
    }

    /// <summary>
    /// What feeds a reduce of which each worker can compute its part first, so that only least and greatest values move, instead of
    /// all rows to the owners of a few groups, which may be one; null where that cannot be, or nothing would have to move anyway.
    /// </summary>
    /// <remarks>
    /// Least and greatest values of the parts' least and greatest values are those of the whole, as long as a row comes to and goes from
    /// one part: some columns must tell which worker has it.
    /// </remarks>
    private Operator? LocalExtremes(ReduceNode node)
    {
        ReduceSpec spec = node.Spec;
        Node input = node.Inputs[0];
        if (context.WorkerCount == 1 || context.IsOneShot || spec.Keys.Count == 0 || spec.Aggregates.Count == 0
            || spec.Aggregates.Any(static aggregate => aggregate is not ExtremeAggregate))
        {
            return null;
        }

        return Parts(input, [.. spec.Keys], [.. spec.Aggregates.Select(static aggregate => ((ExtremeAggregate)aggregate).Column).Distinct()]);
    }

    /// <summary>The rows of a node so that each comes to and goes from one worker, by other columns than the keys; null where they are there by the keys, or must move anyway.</summary>
    /// <param name="columns">What tells the worker if they are those of a base relation.</param>
    private Operator? Parts(Node input, int[] keys, int[] columns)
    {
        if ((keys.Length > 0 && BaseColumns(input, keys) is not null)
            || (IsExpanded(input) && keys.Any(column => BaseColumns(input, [column]) is not null)))
        {
            return null;
        }

        if (columns.Length > 0 && BaseColumns(input, columns) is { } sources)
        {
            return BuildOwned(input, sources);
        }

        Operator built = Build(input);
        return _partitions.TryGetValue(input, out int[]? known) && !known.All(keys.Contains) ? built : null;
    }

    private Operator CreateTopN(Node node, TopNSpec spec, bool assertsSingle)
    {
        if (TopRanksOperator.Computes(spec))
        {
            return CreateTopRanks(node, spec);
        }

        Operator source = Partitioned(node.Inputs[0], spec.PartitionBy, isExact: false, out int[] partition);
        _partitions[node] = partition;
        return Connected(new TopNOperator(context, node.Shape, spec, assertsSingle), source);
    }

    /// <summary>Where rows would have to move: of each worker's rows those first there alone, and of these the first.</summary>
    /// <remarks>A row before which there are fewer than limit others is among such rows of its worker, and so are those before it.</remarks>
    private Operator CreateTopRanks(Node node, TopNSpec spec)
    {
        Node input = node.Inputs[0];
        int[] partition = [.. spec.PartitionBy];
        Operator? local = context.WorkerCount == 1 || context.IsOneShot ? null : Parts(input, partition, BaseColumns(input));
        Operator source = local is null
            ? Partitioned(input, partition, isExact: false, out partition)
            : Exchange(Connected(new TopRanksOperator(context, node.Shape, spec), local), node.Shape, partition);
        _partitions[node] = partition;
        return Connected(new TopRanksOperator(context, node.Shape, spec), source);
    }

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
        var right = new JoinSide(rightNode, node.Spec.RightKeys, node.Spec.NullsMatch, Partitioned(rightNode, node.Spec.RightKeys, isExact: true));
        var left = new JoinSide(leftNode, node.Spec.LeftKeys, node.Spec.NullsMatch, Partitioned(leftNode, node.Spec.LeftKeys, isExact: true));
        Operator output = Add(new PassOperator(context));
        if (KeysInOutput(node) is { } partition)
        {
            _partitions[node] = partition;
        }

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

    /// <summary>For each relation a chain of probes: its deltas meet the others' rows in indexes that all readers share.</summary>
    /// <remarks>
    /// Δ(R1 ⋈ R2 ⋈ R3) = ΔR1 ⋈ R2 ⋈ R3 + R1' ⋈ ΔR2 ⋈ R3 + R1' ⋈ R2' ⋈ ΔR3: relations are put in an order, those before a delta's
    /// own are read after they change in an epoch, those behind it before. The order is that of their ids, in all dataflows. So
    /// indexes change in that order as far as probes tell, and no cycle can arise: what a relation's deltas are made of has
    /// smaller ids. A relation that occurs twice changes at one point for both; a third time it would have to be read
    /// before and after by one chain.
    /// </remarks>
    private PassOperator CreateDeltaJoin(DeltaJoinNode node)
    {
        RelationNode[] relations = [.. node.Inputs.Cast<RelationNode>()];
        PassOperator output = Add(new PassOperator(context));
        for (int start = 0; start < relations.Length; start++)
        {
            DeltaPath path = node.Spec.Paths[start];
            int[] keys = [.. path.Steps[0].ProbeKeys.Select(path.Start.SourceOf)];
            Operator rows = Connected(new MapOperator(context, path.Start.Create(context)), Partitioned(relations[start], keys, isExact: true));
            IReadOnlyList<ColumnShape> shape = path.Start.Output;
            IReadOnlyList<int> partition = path.Steps[0].ProbeKeys;
            foreach (DeltaStep step in path.Steps)
            {
                if (!partition.SequenceEqual(step.ProbeKeys))
                {
                    rows = Exchange(rows, shape, step.ProbeKeys);
                }

                bool[] nullsMatch = new bool[step.IndexKeys.Count];
                SharedIndex? index = host.FindIndex(relations[step.Relation].Relation, step.IndexKeys, nullsMatch);
                Invariant.Check(index is not null, "what a delta join reads is indexed");
                IndexOperator apply = index.Operators[context.Worker];
                var probe = new ProbeOperator(
                    context,
                    new KeyEncoder(shape, step.ProbeKeys, nullsMatch),
                    ownsEncoder: true,
                    apply.Index,
                    shape.Count,
                    step.ProbeKeys,
                    deltaIsLeft: true,
                    step.Transform.Create(context))
                {
                    SkipsBackfill = start != node.Spec.FillPath && step == path.Steps[0],
                };
                Connected(probe, rows);
                apply.Readers.Add(probe);
                bool readsBefore = (relations[start].Relation.Value, start).CompareTo((relations[step.Relation].Relation.Value, step.Relation)) < 0;
                (readsBefore ? apply : (Operator)probe).RunsAfter.Add(readsBefore ? probe : apply);
                rows = probe;
                shape = step.Transform.Output;
                partition = [.. step.ProbeKeys.Select(key => CopyOf(step.Transform, key))];
            }

            Connect(rows, output);
        }

        return output;
    }

    /// <summary>The columns of a join's output that are its keys; null where its transform leaves some out, or rows come from both sides alone.</summary>
    private static int[]? KeysInOutput(JoinNode node)
    {
        JoinSpec spec = node.Spec;
        if (spec.Transform is not { } transform)
        {
            return spec.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti ? [.. spec.LeftKeys] : null;
        }

        // Of an inner join: the right key is as good as the left one.
        int leftCount = node.Inputs[0].Shape.Count;
        int[] keys = new int[spec.LeftKeys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            int copy = CopyOf(transform, spec.LeftKeys[i]);
            keys[i] = copy >= 0 ? copy : CopyOf(transform, leftCount + spec.RightKeys[i]);
        }

        return keys.Contains(-1) ? null : keys;
    }

    /// <summary>A column of a transform's output that is a copy of this one of its input; -1: none is.</summary>
    private static int CopyOf(ITransformFactory transform, int column)
    {
        for (int i = 0; i < transform.Output.Count; i++)
        {
            if (transform.SourceOf(i) == column)
            {
                return i;
            }
        }

        return -1;
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
