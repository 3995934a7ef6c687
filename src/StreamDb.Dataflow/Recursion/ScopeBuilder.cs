using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Operators.Windows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Turns a recursive scope into operators, on one worker.</summary>
/// <remarks>
/// Only nodes that depend on a variable are inside. Everything else is computed once, by the graph around the scope, and
/// enters it at iteration 0; the shared index of a relation is read from inside as it is after the epoch's deltas.
/// <para>Semi, anti and outer joins are built from an inner join with the distinct keys of the other side: only inner joins
/// and what <see cref="RecomputeOperator"/> runs need to know about iterations.</para>
/// </remarks>
internal sealed class ScopeBuilder
{
    private readonly GraphBuilder _outer;
    private readonly OperatorContext _context;
    private readonly IGraphHost _host;
    private readonly OperatorGroup _group;
    private readonly RecursiveScope _scope;
    private readonly ScopeClock _clock = new();
    private readonly ScopeOperator _operator;
    private readonly List<Operator> _members = [];
    private readonly Dictionary<Node, bool> _isInside = [];
    private readonly Dictionary<Node, Operator> _built = [];
    private readonly Dictionary<Operator, Operator> _entries = [];
    private readonly Dictionary<Node, VariableOperator> _variables = [];
    private readonly HashSet<Node> _variableNodes;

    public ScopeBuilder(GraphBuilder outer, OperatorContext context, IGraphHost host, OperatorGroup group, RecursiveScope scope)
    {
        _outer = outer;
        _context = context;
        _host = host;
        _group = group;
        _scope = scope;
        _variableNodes = [.. scope.Bindings.Select(binding => binding.Variable)];
        Agreement? agreement = context.WorkerCount == 1 ? null : host.Agreement(outer.NextOrdinal());
        _operator = outer.Add(new ScopeOperator(context, _clock, scope.Limit, agreement));
    }

    /// <summary>For each binding the operator outside that emits its final collection.</summary>
    public Operator[] Build()
    {
        var held = new HeldDeltas[_scope.Bindings.Count];
        for (int i = 0; i < held.Length; i++)
        {
            RecursiveBinding binding = _scope.Bindings[i];
            held[i] = new HeldDeltas();
            _variables.Add(
                binding.Variable, Add(new VariableOperator(_context, _clock, held[i], binding.Variable.Shape, !IsConsolidated(binding.Body))));
        }

        var outputs = new Operator[held.Length];
        for (int i = 0; i < held.Length; i++)
        {
            (Node variable, Node body) = _scope.Bindings[i];
            Operator built = Build(body);
            Operator leave = Connected(new LeaveOperator(_context, variable.Shape), built);
            outputs[i] = _outer.Add(new PassOperator(_context));
            GraphBuilder.Connect(leave, outputs[i]);
            GraphBuilder.Connect(_operator, outputs[i]);

            int[] columns = [.. Enumerable.Range(0, body.Shape.Count)];
            Operator owned = IsConsolidated(body) ? built : Exchange(built, variable.Shape, columns);
            int limit = _scope.Limit.Returns ? _scope.Limit.Iterations : int.MaxValue;
            Connected(new FeedbackOperator(_context, held[i], limit), owned);
        }

        _operator.SetMembers(_members);
        return outputs;
    }

    /// <summary>Whether a body's deltas of one iteration hold each row once, and always on the same worker.</summary>
    private bool IsConsolidated(Node body) =>
        IsInside(body) && body is ReduceNode or TopNNode or ThresholdNode or AssertSingleNode;

    private bool IsInside(Node node)
    {
        if (!_isInside.TryGetValue(node, out bool isInside))
        {
            isInside = _variableNodes.Contains(node) || node.Inputs.Any(IsInside);
            _isInside.Add(node, isInside);
        }

        return isInside;
    }

    private TOperator Add<TOperator>(TOperator added)
        where TOperator : Operator
    {
        added.Group = _group;
        _members.Add(added);
        return added;
    }

    private Operator Connected(Operator added, params Operator[] inputs)
    {
        Add(added);
        foreach (Operator input in inputs)
        {
            GraphBuilder.Connect(input, added);
        }

        return added;
    }

    /// <summary>The operator inside that emits a node's collection.</summary>
    private Operator Build(Node node)
    {
        if (!_built.TryGetValue(node, out Operator? built))
        {
            built = IsInside(node) ? Create(node) : Enter(_outer.Build(node));
            _built.Add(node, built);
        }

        return built;
    }

    /// <summary>The node's deltas on the workers that own their keys.</summary>
    private Operator Build(Node node, IReadOnlyList<int> keys) =>
        IsInside(node) ? Exchange(Build(node), node.Shape, keys) : Enter(OuterPartitioned(node, node.Shape, keys));

    /// <summary>Not through maps: joins that are built from others read their inputs more often than the description says.</summary>
    private Operator OuterPartitioned(Node node, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys) => node is RelationNode
        ? _outer.Partitioned(node, keys, isExact: true)
        : _outer.Exchange(_outer.Build(node), shape, keys);

    private Operator Exchange(Operator source, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys) => _context.WorkerCount == 1
        ? source
        : Connected(new ExchangeOperator(_context, _host.Channel(_outer.NextOrdinal()), shape, keys), source);

    private Operator Enter(Operator source)
    {
        if (!_entries.TryGetValue(source, out Operator? entry))
        {
            entry = Add(new PassOperator(_context));
            GraphBuilder.Connect(source, _operator, _operator.Entries.Count);
            _operator.Entries.Add(entry);
            _entries.Add(source, entry);
        }

        return entry;
    }

    private Operator Create(Node node)
    {
        switch (node)
        {
            case VariableNode:
                return _variables[node];
            case MapNode map:
                return Connected(new MapOperator(_context, map.Transform.Create(_context)), Build(map.Inputs[0]));
            case UnionNode:
                return Connected(new PassOperator(_context), node.Inputs.Select(Build).ToArray());
            case NegateNode:
                return Connected(new NegateOperator(_context), Build(node.Inputs[0]));
            case JoinNode join:
                return CreateJoin(join);
            case ReduceNode reduce:
                return Recompute(
                    node,
                    context => new ReduceOperator(context, reduce.Inputs[0].Shape, reduce.Spec),
                    reduce.Spec.Keys,
                    [.. Enumerable.Range(0, reduce.Spec.Keys.Count)]);
            case TopNNode topN:
                return Recompute(
                    node,
                    context => new TopNOperator(context, node.Shape, topN.Spec, assertsSingle: false),
                    topN.Spec.PartitionBy,
                    topN.Spec.PartitionBy);
            case WindowNode window:
                return Recompute(
                    node,
                    context => new WindowOperator(context, window.Inputs[0].Shape, window.Spec, flushesOnce: false),
                    window.Spec.PartitionBy,
                    window.Spec.PartitionBy);
            case AssertSingleNode single:
                var first = new TopNSpec { PartitionBy = single.Keys, OrderBy = [], Limit = 1 };
                return Recompute(node, context => new TopNOperator(context, node.Shape, first, assertsSingle: true), single.Keys, single.Keys);
            case ThresholdNode threshold:
                int[] columns = [.. Enumerable.Range(0, node.Shape.Count)];
                return Recompute(node, context => new ThresholdOperator(context, threshold.Kind, node.Shape), columns, columns);
            default:
                throw new InvariantException($"{node.GetType().Name} inside a recursive scope");
        }
    }

    private RecomputeOperator Recompute(
        Node node, Func<OperatorContext, Operator> logic, IReadOnlyList<int> keys, IReadOnlyList<int> outputKeys)
    {
        // EXCEPT and INTERSECT take all inputs in the output's shape, the widest.
        IReadOnlyList<ColumnShape>[] shapes = [.. node.Inputs.Select(input => node is ThresholdNode ? node.Shape : input.Shape)];
        Operator[] inputs = [.. node.Inputs.Select((input, i) => IsInside(input)
            ? Exchange(Build(input), shapes[i], keys)
            : Enter(OuterPartitioned(input, shapes[i], keys)))];
        RecomputeOperator built = Add(new RecomputeOperator(_context, _clock, DirectLogic.For(node), logic, shapes, keys, node.Shape, outputKeys));
        for (int port = 0; port < inputs.Length; port++)
        {
            GraphBuilder.Connect(inputs[port], built, port);
        }

        return built;
    }

    private Operator CreateJoin(JoinNode node)
    {
        Node left = node.Inputs[0];
        Node right = node.Inputs[1];
        JoinSpec spec = node.Spec;
        switch (spec.Kind)
        {
            case JoinKind.Inner:
                return CreateInner(left, right, spec.LeftKeys, spec.RightKeys, spec.NullsMatch, spec.Transform);
            case JoinKind.Semi:
                return CreateSemi(left, right, spec.LeftKeys, spec.RightKeys, spec.NullsMatch);
            case JoinKind.Anti:
                return CreateAnti(left, right, spec.LeftKeys, spec.RightKeys, spec.NullsMatch);
            default:
                Operator output = Connected(
                    new PassOperator(_context), CreateInner(left, right, spec.LeftKeys, spec.RightKeys, spec.NullsMatch, null));
                if (spec.Kind is JoinKind.Left or JoinKind.Full)
                {
                    Operator lonely = CreateAnti(left, right, spec.LeftKeys, spec.RightKeys, spec.NullsMatch);
                    GraphBuilder.Connect(Connected(new PadOperator(_context, right.Shape, padsLeft: false), lonely), output);
                }

                if (spec.Kind is JoinKind.Right or JoinKind.Full)
                {
                    Operator lonely = CreateAnti(right, left, spec.RightKeys, spec.LeftKeys, spec.NullsMatch);
                    GraphBuilder.Connect(Connected(new PadOperator(_context, left.Shape, padsLeft: true), lonely), output);
                }

                return output;
        }
    }

    /// <summary>Left rows that no right row matches: all of them, less those that one does.</summary>
    private Operator CreateAnti(
        Node left, Node right, IReadOnlyList<int> leftKeys, IReadOnlyList<int> rightKeys, IReadOnlyList<bool> nullsMatch)
    {
        Operator matched = Connected(new NegateOperator(_context), CreateSemi(left, right, leftKeys, rightKeys, nullsMatch));
        return Connected(new PassOperator(_context), Build(left), matched);
    }

    /// <summary>Left rows that a right row matches: their join with the distinct keys of the right side.</summary>
    private Operator CreateSemi(
        Node left, Node right, IReadOnlyList<int> leftKeys, IReadOnlyList<int> rightKeys, IReadOnlyList<bool> nullsMatch)
    {
        const int Synthetic = -1;
        var keys = new MapNode(Synthetic, right, new ColumnSelection(right.Shape, rightKeys));
        var distinct = new ThresholdNode(Synthetic, ThresholdKind.Distinct, keys.Shape, keys);
        var leftColumns = new ColumnSelection([.. left.Shape, .. distinct.Shape], [.. Enumerable.Range(0, left.Shape.Count)]);
        return CreateInner(left, distinct, leftKeys, [.. Enumerable.Range(0, rightKeys.Count)], nullsMatch, leftColumns);
    }

    /// <summary>Two probes, each pair of rows meeting in the one that gets the later of the two.</summary>
    private Operator CreateInner(
        Node leftNode,
        Node rightNode,
        IReadOnlyList<int> leftKeys,
        IReadOnlyList<int> rightKeys,
        IReadOnlyList<bool> nullsMatch,
        ITransformFactory? transform)
    {
        Side left = CreateSide(leftNode, leftKeys, nullsMatch);
        Side right = CreateSide(rightNode, rightKeys, nullsMatch);
        Operator output = Add(new PassOperator(_context));
        Operator leftProbe = AddProbe(left, right, deltaIsLeft: true, transform, output);
        Operator rightProbe = AddProbe(right, left, deltaIsLeft: false, transform, output);

        // A shared index has the epoch's deltas before the scope begins: then the other one must be read before it changes.
        bool leftReadsBefore = right.Apply is not null;
        (Side before, Operator reader, Side after, Operator afterReader) =
            leftReadsBefore ? (right, leftProbe, left, rightProbe) : (left, rightProbe, right, leftProbe);
        before.Apply!.RunsAfter.Add(reader);
        if (after.Apply is not null)
        {
            afterReader.RunsAfter.Add(after.Apply);
        }

        return output;
    }

    private Side CreateSide(Node node, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch)
    {
        bool isInside = IsInside(node);
        Operator stream = Build(node, keys);
        if (!isInside && node is RelationNode relation && _host.FindIndex(relation.Relation, keys, nullsMatch) is { } shared)
        {
            IndexOperator outside = shared.Operators[_context.Worker];
            _operator.RunsAfter.Add(outside);
            return new Side(node, keys, nullsMatch, stream, outside, null, isInside);
        }

        IReadOnlyList<ColumnShape> shape = isInside ? IterationColumnOperator.Append(node.Shape) : node.Shape;
        var index = new KeyedIndex(_context.Arena, shape, keys, nullsMatch);
        var apply = new IndexOperator(_context, index, new KeyEncoder(shape, keys, nullsMatch));
        Connected(apply, isInside ? Connected(new IterationColumnOperator(_context), stream) : stream);
        return new Side(node, keys, nullsMatch, stream, apply, apply, isInside);
    }

    private ProbeOperator AddProbe(Side delta, Side indexed, bool deltaIsLeft, ITransformFactory? transform, Operator output)
    {
        var probe = new ProbeOperator(
            _context,
            new KeyEncoder(delta.Node.Shape, delta.Keys, delta.NullsMatch),
            ownsEncoder: true,
            indexed.Index.Index,
            delta.Node.Shape.Count,
            delta.Keys,
            deltaIsLeft,
            indexed.IsInside ? null : transform?.Create(_context));
        Connected(probe, delta.Stream);
        indexed.Index.Readers.Add(probe);
        if (!delta.IsInside)
        {
            _operator.EntryReaders.Add(probe);
        }

        if (indexed.IsInside)
        {
            int column = (deltaIsLeft ? delta.Node.Shape.Count : 0) + indexed.Node.Shape.Count;
            GraphBuilder.Connect(Connected(new IterationSplitOperator(_context, column, transform?.Create(_context)), probe), output);
        }
        else
        {
            GraphBuilder.Connect(probe, output);
        }

        return probe;
    }

    /// <param name="Index">What keeps this side.</param>
    /// <param name="Apply">The same when it is inside the scope; null: the index is shared.</param>
    private sealed record Side(
        Node Node,
        IReadOnlyList<int> Keys,
        IReadOnlyList<bool> NullsMatch,
        Operator Stream,
        IndexOperator Index,
        IndexOperator? Apply,
        bool IsInside);
}
