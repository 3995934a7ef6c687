using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

/// <summary>Builds the description of one dataflow: a DAG of nodes, each knowing its output shape.</summary>
/// <remarks>Nodes of one builder only may be combined. Not thread-safe; the nodes and descriptions it makes are immutable.</remarks>
public sealed class DataflowBuilder
{
    private readonly List<Node> _nodes = [];

    /// <summary>A relation of the engine: its rows at the time of installation, then its deltas.</summary>
    public Node Relation(RelationId id, IReadOnlyList<ColumnShape> shape) => Add(new RelationNode(_nodes.Count, id, shape));

    /// <summary>Rows present once, from the dataflow's first epoch. The rows are borrowed.</summary>
    public Node Constant(ColumnBatch rows, IReadOnlyList<ColumnShape>? shape = null)
    {
        var columns = new ColumnShape[rows.ColumnCount];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = new ColumnShape(rows[i].Type, IsNullable: true);
        }

        return Add(new ConstantNode(_nodes.Count, rows.Acquire(), shape ?? columns));
    }

    /// <summary>Filter, projection or table function.</summary>
    public Node Map(Node input, ITransformFactory transform) => Add(new MapNode(_nodes.Count, input, transform));

    /// <summary>Joins; output is the left columns, then (not for Semi and Anti) the right columns, nullable where the kind pads them.</summary>
    public Node Join(Node left, Node right, JoinSpec spec)
    {
        Invariant.Check(spec.LeftKeys.Count == spec.RightKeys.Count, "join keys come in pairs");
        Invariant.Check(spec.Transform is null || spec.Kind == JoinKind.Inner, "only inner joins take a transform");
        for (int i = 0; i < spec.LeftKeys.Count; i++)
        {
            Invariant.Check(
                left.Shape[spec.LeftKeys[i]].Type == right.Shape[spec.RightKeys[i]].Type, "join keys have the same physical type");
        }

        if (spec.Transform is not null)
        {
            return Add(new JoinNode(_nodes.Count, left, right, spec, spec.Transform.Output));
        }

        bool padsLeft = spec.Kind is JoinKind.Right or JoinKind.Full;
        bool padsRight = spec.Kind is JoinKind.Left or JoinKind.Full;
        IEnumerable<ColumnShape> shape = left.Shape.Select(column => column with { IsNullable = column.IsNullable || padsLeft });
        if (spec.Kind is not (JoinKind.Semi or JoinKind.Anti))
        {
            shape = shape.Concat(right.Shape.Select(column => column with { IsNullable = column.IsNullable || padsRight }));
        }

        return Add(new JoinNode(_nodes.Count, left, right, spec, shape.ToArray()));
    }

    /// <summary>Joins relations by way of their shared indexes; output is what the paths end in.</summary>
    /// <param name="relations">Made by <see cref="Relation"/>; each at most twice.</param>
    public Node DeltaJoin(IReadOnlyList<Node> relations, DeltaJoinSpec spec)
    {
        Invariant.Check(spec.Paths.Count == relations.Count && relations.Count > 1, "each relation has a path");
        Invariant.Check(
            relations.All(static relation => relation is RelationNode) && relations.Cast<RelationNode>().CountBy(static relation => relation.Relation).All(static same => same.Value <= 2),
            "a delta join is one of relations, each at most twice");
        foreach ((DeltaPath path, int start) in spec.Paths.Select(static (path, i) => (path, i)))
        {
            Invariant.Check(
                path.Steps.Select(static step => step.Relation).Append(start).Order().SequenceEqual(Enumerable.Range(0, relations.Count)),
                "a path leads through all relations");
            IReadOnlyList<ColumnShape> rows = path.Start.Output;
            foreach (DeltaStep step in path.Steps)
            {
                Invariant.Check(
                    step.ProbeKeys.Select(key => rows[key].Type).SequenceEqual(step.IndexKeys.Select(key => relations[step.Relation].Shape[key].Type)),
                    "join keys have the same physical type");
                rows = step.Transform.Output;
            }

            Invariant.Check(rows.SequenceEqual(spec.Paths[0].Steps[^1].Transform.Output), "all paths end in the same columns");
        }

        return Add(new DeltaJoinNode(_nodes.Count, [.. relations], spec, spec.Paths[0].Steps[^1].Transform.Output));
    }

    /// <summary>GROUP BY and aggregates; output is the keys, then one column per aggregate.</summary>
    public Node Reduce(Node input, ReduceSpec spec) => Add(new ReduceNode(
        _nodes.Count,
        input,
        spec,
        spec.Keys.Select(key => input.Shape[key]).Concat(spec.Aggregates.Select(aggregate => aggregate.Output)).ToArray()));

    /// <summary>Each row present at least once, once. Rows that differ only in representation (1.0 and 1.00) are the same.</summary>
    public Node Distinct(Node input) => Add(new ThresholdNode(_nodes.Count, ThresholdKind.Distinct, input.Shape, input));

    public Node TopN(Node input, TopNSpec spec) => Add(new TopNNode(_nodes.Count, input, spec));

    /// <summary>Window functions; output is the input's columns, then one column per function.</summary>
    public Node Window(Node input, WindowSpec spec) => Add(new WindowNode(
        _nodes.Count, input, spec, input.Shape.Concat(spec.Functions.Select(function => function.Output)).ToArray()));

    /// <summary>UNION ALL. All inputs have the same physical types.</summary>
    public Node Union(IReadOnlyList<Node> inputs)
    {
        Invariant.Check(inputs.Count > 0, "a union has inputs");
        return Add(new UnionNode(_nodes.Count, inputs.ToArray(), Widest(inputs)));
    }

    /// <summary>The same rows with weights of the opposite sign.</summary>
    public Node Negate(Node input) => Add(new NegateNode(_nodes.Count, input));

    /// <summary>EXCEPT [ALL].</summary>
    public Node SetDifference(Node left, Node right, bool all) => Add(new ThresholdNode(
        _nodes.Count, all ? ThresholdKind.ExceptAll : ThresholdKind.Except, Widest([left, right]), left, right));

    /// <summary>INTERSECT [ALL].</summary>
    public Node SetIntersection(Node left, Node right, bool all) => Add(new ThresholdNode(
        _nodes.Count, all ? ThresholdKind.IntersectAll : ThresholdKind.Intersect, Widest([left, right]), left, right));

    /// <summary>Rows whose time has come: in while from &lt;= now &lt; until, as now advances from epoch to epoch.</summary>
    /// <param name="fromColumn">Int64, µs since 2000-01-01; NULL: never in. null: no lower bound.</param>
    /// <param name="untilColumn">Int64, µs since 2000-01-01; NULL: in for ever. null: no upper bound.</param>
    /// <param name="keepsBounds">Whether the output keeps the bound columns; otherwise it is the other columns, in order.</param>
    public Node TemporalFilter(Node input, int? fromColumn, int? untilColumn, bool keepsBounds)
    {
        IReadOnlyList<ColumnShape> shape = keepsBounds
            ? input.Shape
            : input.Shape.Where((_, column) => column != fromColumn && column != untilColumn).ToArray();
        return Add(new TemporalFilterNode(_nodes.Count, input, fromColumn, untilColumn, keepsBounds, shape));
    }

    /// <summary>The input, where more than one row for a key is row error 21000 (and only the least row passes).</summary>
    public Node AssertSingle(Node input, IReadOnlyList<int> keys) => Add(new AssertSingleNode(_nodes.Count, input, keys));

    /// <summary>What a binding of the recursive scope under construction was in the iteration before: nothing in the first.</summary>
    /// <param name="shape">As nullable as any of its columns can become.</param>
    public Node Variable(IReadOnlyList<ColumnShape> shape) => Add(new VariableNode(_nodes.Count, shape));

    /// <summary>Evaluates all bodies again and again, each variable being its body's result of the iteration before, until nothing changes.</summary>
    /// <remarks>
    /// Temporal filters and further scopes must not depend on the variables. A body may read another body itself instead of
    /// its variable: then it sees that body's result of the same iteration.
    /// </remarks>
    /// <returns>For each binding its final collection.</returns>
    public IReadOnlyList<Node> Recursive(IReadOnlyList<RecursiveBinding> bindings, RecursionLimit limit)
    {
        var scope = new RecursiveScope(bindings.ToArray(), limit);
        foreach (RecursiveBinding binding in bindings)
        {
            Invariant.Check(
                binding.Variable.Shape.Select(column => column.Type).SequenceEqual(binding.Body.Shape.Select(column => column.Type)),
                "a body has its variable's physical types");
        }

        return [.. bindings.Select((_, i) => Add(new RecursiveNode(_nodes.Count, scope, i)))];
    }

    /// <summary>A view: the output arranged by <paramref name="key"/> (then the whole row), for readers outside and dataflows above.</summary>
    /// <param name="fingerprint">See <see cref="DataflowDescription.Fingerprint"/>.</param>
    public DataflowDescription Materialize(Node output, RelationId id, IReadOnlyList<int> key, string? fingerprint = null) =>
        new(_nodes.ToArray(), output, id, key, null) { Fingerprint = fingerprint };

    /// <summary>The output's deltas of the epochs after installation go to <paramref name="consumer"/>; nothing is arranged. <paramref name="id"/> names the dataflow for <see cref="Engine.Remove"/>.</summary>
    public DataflowDescription Emit(Node output, RelationId id, IDeltaConsumer consumer) => new(_nodes.ToArray(), output, id, [], consumer);

    /// <summary>A one-shot query for <see cref="Engine.RunOnce"/>.</summary>
    public DataflowDescription Collect(Node output) => new(_nodes.ToArray(), output, default, [], null);

    private static ColumnShape[] Widest(IReadOnlyList<Node> inputs)
    {
        var shape = new ColumnShape[inputs[0].Shape.Count];
        for (int column = 0; column < shape.Length; column++)
        {
            PhysicalType type = inputs[0].Shape[column].Type;
            Invariant.Check(inputs.All(input => input.Shape[column].Type == type), "inputs have the same physical types");
            shape[column] = new ColumnShape(type, inputs.Any(input => input.Shape[column].IsNullable));
        }

        return shape;
    }

    private TNode Add<TNode>(TNode node)
        where TNode : Node
    {
        foreach (Node input in node.Inputs)
        {
            Invariant.Check(input.Index < _nodes.Count && ReferenceEquals(_nodes[input.Index], input), "nodes of one builder");
        }

        _nodes.Add(node);
        return node;
    }
}
