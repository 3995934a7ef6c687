using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

internal sealed class RelationNode(int index, RelationId relation, IReadOnlyList<ColumnShape> shape) : Node(index, shape)
{
    public RelationId Relation { get; } = relation;
}

internal sealed class ConstantNode(int index, ColumnBatch rows, IReadOnlyList<ColumnShape> shape) : Node(index, shape)
{
    public ColumnBatch Rows { get; } = rows;
}

internal sealed class MapNode(int index, Node input, ITransformFactory transform) : Node(index, transform.Output, input)
{
    public ITransformFactory Transform { get; } = transform;
}

internal sealed class JoinNode(int index, Node left, Node right, JoinSpec spec, IReadOnlyList<ColumnShape> shape)
    : Node(index, shape, left, right)
{
    public JoinSpec Spec { get; } = spec;
}

/// <summary>Its inputs are relations.</summary>
internal sealed class DeltaJoinNode(int index, Node[] relations, DeltaJoinSpec spec, IReadOnlyList<ColumnShape> shape) : Node(index, shape, relations)
{
    public DeltaJoinSpec Spec { get; } = spec;
}

internal sealed class ReduceNode(int index, Node input, ReduceSpec spec, IReadOnlyList<ColumnShape> shape) : Node(index, shape, input)
{
    public ReduceSpec Spec { get; } = spec;
}

internal sealed class TopNNode(int index, Node input, TopNSpec spec) : Node(index, input.Shape, input)
{
    public TopNSpec Spec { get; } = spec;
}

internal sealed class WindowNode(int index, Node input, WindowSpec spec, IReadOnlyList<ColumnShape> shape) : Node(index, shape, input)
{
    public WindowSpec Spec { get; } = spec;
}

internal sealed class UnionNode(int index, Node[] inputs, IReadOnlyList<ColumnShape> shape) : Node(index, shape, inputs);

internal sealed class NegateNode(int index, Node input) : Node(index, input.Shape, input);

internal sealed class ThresholdNode(int index, ThresholdKind kind, IReadOnlyList<ColumnShape> shape, params Node[] inputs)
    : Node(index, shape, inputs)
{
    public ThresholdKind Kind { get; } = kind;
}

internal sealed class TemporalFilterNode(
    int index, Node input, int? fromColumn, int? untilColumn, bool keepsBounds, IReadOnlyList<ColumnShape> shape)
    : Node(index, shape, input)
{
    public int? FromColumn { get; } = fromColumn;

    public int? UntilColumn { get; } = untilColumn;

    public bool KeepsBounds { get; } = keepsBounds;
}

internal sealed class AssertSingleNode(int index, Node input, IReadOnlyList<int> keys) : Node(index, input.Shape, input)
{
    public IReadOnlyList<int> Keys { get; } = keys;
}

/// <summary>A binding of a recursive scope as it was in the iteration before.</summary>
internal sealed class VariableNode(int index, IReadOnlyList<ColumnShape> shape) : Node(index, shape);

/// <summary>What a binding of a recursive scope is after the last iteration.</summary>
internal sealed class RecursiveNode(int index, RecursiveScope scope, int binding)
    : Node(index, scope.Bindings[binding].Variable.Shape, scope.Bindings.Select(each => each.Body).ToArray())
{
    public RecursiveScope Scope { get; } = scope;

    public int Binding { get; } = binding;
}
