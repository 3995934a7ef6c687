using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Rendering;

/// <summary>Turns a physical plan into a dataflow description, node by node; a plan node with several readers becomes one operator.</summary>
public sealed class Renderer
{
    private readonly DataflowBuilder _builder = new();
    private readonly Dictionary<PhysicalNode, Node> _done = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PhysicalRecursiveScope, Node[]> _variables = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PhysicalRecursiveScope, IReadOnlyList<Node>> _scopes = new(ReferenceEqualityComparer.Instance);
    private readonly RenderContext _context;
    private readonly Dictionary<RelationId, PhysicalGet>? _queryInputs;

    private Renderer(RenderContext context, Dictionary<RelationId, PhysicalGet>? queryInputs)
    {
        _context = context;
        _queryInputs = queryInputs;
    }

    /// <summary>A view: maintained as relation <paramref name="id"/>, arranged by <paramref name="key"/>.</summary>
    public static DataflowDescription RenderView(PhysicalNode root, RelationId id, IReadOnlyList<int> key, RenderContext context) =>
        RenderView(root, id, key, context, out _);

    /// <param name="nodes">What each node of the plan has become.</param>
    public static DataflowDescription RenderView(
        PhysicalNode root, RelationId id, IReadOnlyList<int> key, RenderContext context, out IReadOnlyDictionary<PhysicalNode, Node> nodes)
    {
        var renderer = new Renderer(context, null);
        nodes = renderer._done;
        return renderer._builder.Materialize(renderer.Render(root), id, key, PlanFingerprint.Of(root, id));
    }

    /// <summary>A dataflow whose deltas go to a consumer: a sink, or a SUBSCRIBE.</summary>
    public static DataflowDescription RenderChangelog(PhysicalNode root, RelationId id, IDeltaConsumer consumer, RenderContext context)
    {
        var renderer = new Renderer(context, null);
        return renderer._builder.Emit(renderer.Render(root), id, consumer);
    }

    /// <summary>A query to be run once. Each read of the plan is an input of its own, so that lookups of one relation stay apart.</summary>
    public static RenderedQuery RenderQuery(PhysicalNode root, RenderContext context)
    {
        var inputs = new Dictionary<RelationId, PhysicalGet>();
        var renderer = new Renderer(context, inputs);
        return new RenderedQuery(renderer._builder.Collect(renderer.Render(root)), inputs);
    }

    private Node Render(PhysicalNode node)
    {
        if (!_done.TryGetValue(node, out Node? result))
        {
            result = RenderNew(node);
            _done.Add(node, result);
        }

        return result;
    }

    private Node RenderNew(PhysicalNode node)
    {
        switch (node)
        {
            case PhysicalGet get when _queryInputs is not null:
                {
                    var input = new RelationId((uint)_queryInputs.Count + 1);
                    _queryInputs.Add(input, get);
                    return _builder.Relation(input, get.Shape);
                }

            case PhysicalGet get:
                return _builder.Relation(get.Relation.Id, get.Shape);
            case PhysicalValues values:
                return RenderValues(values);
            case PhysicalMap map:
                return _builder.Map(
                    Render(map.Input), new ProgramTransform(TypesOf(map.Input), map.Predicate, map.Projections, _context));
            case PhysicalTemporalFilter filter:
                return _builder.TemporalFilter(Render(filter.Input), filter.FromColumn, filter.UntilColumn, keepsBounds: true);
            case PhysicalTableFunction function:
                return _builder.Map(Render(function.Input), new TableFunctionTransform(function, TypesOf(function.Input), _context));
            case PhysicalJoin join:
                return _builder.Join(Render(join.Left), Render(join.Right), new JoinSpec
                {
                    Kind = KindOf(join.Kind),
                    LeftKeys = join.LeftKeys,
                    RightKeys = join.RightKeys,
                    NullsMatch = join.NullsMatch,
                });
            case PhysicalDeltaJoin delta:
                return RenderDeltaJoin(delta);
            case PhysicalReduce reduce:
                return _builder.Reduce(Render(reduce.Input), new ReduceSpec
                {
                    Keys = reduce.Keys,
                    Aggregates = [.. reduce.Aggregates.Select((a, i) => SpecOf(a, reduce.Columns[reduce.Keys.Length + i].Shape))],
                });
            case PhysicalDistinct distinct:
                return _builder.Distinct(Render(distinct.Input));
            case PhysicalTopN { Limit: null, Offset: 0 } all:
                return Render(all.Input);
            case PhysicalTopN top:
                return _builder.TopN(Render(top.Input), new TopNSpec
                {
                    PartitionBy = top.PartitionBy,
                    OrderBy = top.OrderBy,
                    Limit = top.Limit,
                    Offset = top.Offset,
                    WithTies = top.WithTies,
                });
            case PhysicalWindow window:
                return _builder.Window(Render(window.Input), WindowRendering.SpecOf(window));
            case PhysicalUnion union:
                return _builder.Union([.. union.Operands.Select(Render)]);
            case PhysicalSetOperation { Kind: SetOperationKind.Except } except:
                return _builder.SetDifference(Render(except.Left), Render(except.Right), except.IsAll);
            case PhysicalSetOperation intersect:
                return _builder.SetIntersection(Render(intersect.Left), Render(intersect.Right), intersect.IsAll);
            case PhysicalRecursive recursive:
                return RenderScope(recursive.Scope)[recursive.Binding];
            case PhysicalRecursiveReference { IsCurrent: true } reference:
                return Render(reference.Scope.Bodies[reference.Binding]);
            case PhysicalRecursiveReference reference:
                return Variables(reference.Scope)[reference.Binding];
            case PhysicalAssertSingle single:
                return _builder.AssertSingle(Render(single.Input), single.Keys);
            default:
                throw new InvariantException($"no rendering for {node.GetType().Name}");
        }
    }

    private Node RenderDeltaJoin(PhysicalDeltaJoin delta)
    {
        return _builder.DeltaJoin([.. delta.Relations.Select(Render)], new DeltaJoinSpec { Paths = [.. delta.Paths.Select(PathOf)], FillPath = delta.FillPath });

        Dataflow.DeltaPath PathOf(Planning.Physical.DeltaPath path, int relation)
        {
            ImmutableArray<SqlType> types = TypesOf(delta.Relations[relation]);
            ProgramTransform start = TransformOf(types, path.Start);
            types = [.. path.Start.Columns.Select(f => f.Type)];
            var steps = new List<Dataflow.DeltaStep>();
            foreach (Planning.Physical.DeltaStep step in path.Steps)
            {
                steps.Add(new Dataflow.DeltaStep(
                    step.Relation, step.ProbeKeys, step.IndexKeys, TransformOf([.. types, .. TypesOf(delta.Relations[step.Relation])], step.Map)));
                types = [.. step.Map.Columns.Select(f => f.Type)];
            }

            return new Dataflow.DeltaPath(start, steps);
        }

        ProgramTransform TransformOf(ImmutableArray<SqlType> input, DeltaMap map) => new(
            input, map.Predicate, [.. map.Kept.Select((column, i) => new ColumnExpression(column, input[column], map.Columns[i].IsNullable))], _context);
    }

    private Node[] Variables(PhysicalRecursiveScope scope)
    {
        if (!_variables.TryGetValue(scope, out Node[]? variables))
        {
            variables = [.. scope.Bindings.Select(columns => _builder.Variable([.. columns.Select(c => c.Shape)]))];
            _variables.Add(scope, variables);
        }

        return variables;
    }

    /// <summary>The final collections of a scope's tables.</summary>
    private IReadOnlyList<Node> RenderScope(PhysicalRecursiveScope scope)
    {
        if (!_scopes.TryGetValue(scope, out IReadOnlyList<Node>? tables))
        {
            Node[] variables = Variables(scope);
            Node[] bodies = [.. scope.Bodies.Select(Render)];
            tables = _builder.Recursive(
                [.. bodies.Select((body, i) => new RecursiveBinding(variables[i], body))],
                new Dataflow.RecursionLimit(scope.Limit.Iterations, scope.Limit.Returns));
            _scopes.Add(scope, tables);
        }

        return tables;
    }

    private Node RenderValues(PhysicalValues values)
    {
        using EvaluationContext context = _context.CreateEvaluation(ThrowingErrorSink.Instance);
        ImmutableArray<PhysicalType> types = [.. values.Columns.Select(f => f.Type.Physical)];
        ColumnBatch rows = types.IsEmpty
            ? new ColumnBatch([], values.Rows.Length)
            : ColumnBatch.FromRows(
                types.AsSpan(),
                [
                    .. values.Rows.Select(row => row.Select(e =>
                        e is LiteralExpression literal ? literal.Value : ConstantFolding.Evaluate(e, context)).ToImmutableArray()),
                ]);
        Node node = _builder.Constant(rows, values.Shape);
        rows.Release();
        return node;
    }

    internal static AggregateSpec SpecOf(PhysicalAggregate aggregate, ColumnShape output)
    {
        AggregateCall call = aggregate.Call;
        switch (call.Function.Kind)
        {
            case AggregateKind.Accumulable:
                return new AccumulableAggregate
                {
                    Output = output,
                    FilterColumn = aggregate.FilterColumn,
                    Accumulator = call.Function.CreateAccumulator!(call),
                    Arguments = aggregate.Arguments,
                    Name = ExpressionText.Of(call),
                    IsDistinct = call.IsDistinct,
                };
            case AggregateKind.Min:
            case AggregateKind.Max:
                return new ExtremeAggregate
                {
                    Output = output,
                    FilterColumn = aggregate.FilterColumn,
                    Column = aggregate.Arguments[0],
                    IsMax = call.Function.Kind == AggregateKind.Max,
                };
            default:
                return new CollectedAggregate
                {
                    Output = output,
                    FilterColumn = aggregate.FilterColumn,
                    Function = call.Function.CreateGroupFunction!(call),
                    Columns = [.. aggregate.OrderBy.Select(k => k.Column), .. aggregate.Arguments],
                    OrderBy = [.. aggregate.OrderBy.Select((k, i) => k with { Column = i })],
                    Name = ExpressionText.Of(call),
                    IsDistinct = call.IsDistinct,
                };
        }
    }

    private static Dataflow.JoinKind KindOf(Planning.Logical.JoinKind kind) => kind switch
    {
        Planning.Logical.JoinKind.Inner => Dataflow.JoinKind.Inner,
        Planning.Logical.JoinKind.Left => Dataflow.JoinKind.Left,
        Planning.Logical.JoinKind.Right => Dataflow.JoinKind.Right,
        Planning.Logical.JoinKind.Full => Dataflow.JoinKind.Full,
        Planning.Logical.JoinKind.Semi => Dataflow.JoinKind.Semi,
        Planning.Logical.JoinKind.Anti => Dataflow.JoinKind.Anti,
        _ => throw new InvariantException($"join kind {kind}"),
    };

    private static ImmutableArray<SqlType> TypesOf(PhysicalNode node) => [.. node.Columns.Select(f => f.Type)];
}
