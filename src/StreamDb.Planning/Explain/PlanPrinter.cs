using System.Globalization;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Sql.Syntax;
using SortKey = StreamDb.Core.Rows.SortKey;

namespace StreamDb.Planning.Explain;

/// <summary>Plans as indented text, one node a line, inputs below; a shared node is printed once and named.</summary>
public static class PlanPrinter
{
    public static string Print(LogicalNode root) => new Printer<LogicalNode>(n => n.Inputs, Describe, static _ => []).Print(root);

    /// <param name="note">What is to stand behind a node; empty: nothing.</param>
    public static string Print(PhysicalNode root, Func<PhysicalNode, string>? note = null) =>
        new Printer<PhysicalNode>(n => n.Inputs, note is null ? Describe : n => Describe(n) + note(n), Details).Print(root);

    /// <summary>An expression over columns of those names.</summary>
    public static string Print(ScalarExpression expression, IReadOnlyList<string> columns) => expression switch
    {
        ColumnExpression column => column.Index < columns.Count ? columns[column.Index] : string.Create(CultureInfo.InvariantCulture, $"#{column.Index}"),
        LiteralExpression literal => PrintLiteral(literal),
        ParameterExpression parameter => string.Create(CultureInfo.InvariantCulture, $"${parameter.Index + 1}"),
        OuterColumnExpression outer => string.Create(CultureInfo.InvariantCulture, $"outer{outer.Depth}.#{outer.Index}"),
        CastExpression cast => $"{Print(cast.Operand, columns)}::{cast.Type}",
        NotExpression not => $"NOT {Print(not.Operand, columns)}",
        IsNullExpression isNull => $"{Print(isNull.Operand, columns)} IS NULL",
        DistinctFromExpression distinct =>
            $"{Print(distinct.Left, columns)} IS {(distinct.IsNegated ? "NOT " : "")}DISTINCT FROM {Print(distinct.Right, columns)}",
        LogicalExpression logical =>
            $"({string.Join(logical.IsAnd ? " AND " : " OR ", logical.Operands.Select(o => Print(o, columns)))})",
        CoalesceExpression coalesce => $"coalesce({List(coalesce.Operands, columns)})",
        CaseExpression @case =>
            $"CASE {string.Join(" ", @case.Branches.Select(b => $"WHEN {Print(b.Condition, columns)} THEN {Print(b.Result, columns)}"))} ELSE {Print(@case.Else, columns)} END",
        CallExpression { Arguments: [var left, var right] } call when !char.IsLetter(call.Function.Name[0]) && call.Function.Name[0] != '_' =>
            $"({Print(left, columns)} {call.Function.Name} {Print(right, columns)})",
        CallExpression { Arguments: [var operand] } call when !char.IsLetter(call.Function.Name[0]) && call.Function.Name[0] != '_' =>
            $"{call.Function.Name}{Print(operand, columns)}",
        CallExpression call => $"{call.Function.Name}({List(call.Arguments, columns)})",
        _ => $"{expression.GetType().Name}({List(expression.Children, columns)})",
    };

    private static string PrintLiteral(LiteralExpression literal)
    {
        if (literal.Value.IsNull)
        {
            return "NULL";
        }

        string text = TextCodec.Format(literal.Type, literal.Value, TextFormat.Default);
        return literal.Type.IsNumber || literal.Type.Kind == SqlTypeKind.Boolean ? text : $"'{text}'";
    }

    private static string List(IEnumerable<ScalarExpression> expressions, IReadOnlyList<string> columns) =>
        string.Join(", ", expressions.Select(e => Print(e, columns)));

    private static string Describe(LogicalNode node)
    {
        IReadOnlyList<string> input = node.Inputs.Count == 0 ? [] : NamesOf(node.Inputs[0].Columns);
        IReadOnlyList<string> both = [.. node.Inputs.SelectMany(i => NamesOf(i.Columns))];
        return node switch
        {
            LogicalGet get => $"Get {get.Relation.Name}",
            LogicalValues values => $"Values {Rows(values.Rows)}",
            LogicalFilter filter => $"Filter {Print(filter.Predicate, input)}",
            LogicalProject project => $"Project {Named(project.Expressions, project.Names, input)}",
            LogicalJoin join => $"{join.Kind} Join on {Print(join.Condition, both)}",
            LogicalApply apply => $"{apply.Kind} Apply on {Print(apply.Condition, both)}{(apply.IsScalar ? " single" : "")}",
            LogicalAggregate aggregate =>
                $"Aggregate by [{List(aggregate.Keys, input)}] compute [{string.Join(", ", aggregate.Aggregates.Select(a => Print(a, input)))}]",
            LogicalDistinct => "Distinct",
            LogicalSetOperation set => $"{set.Kind}{(set.IsAll ? " All" : "")}",
            LogicalTopN top => TopN(top.PartitionBy, top.OrderBy, top.Limit, top.Offset, top.WithTies, input),
            LogicalTableFunction function => $"TableFunction {function.Function.Name}({List(function.Arguments, input)})",
            LogicalWindow window => $"Window [{string.Join(", ", window.Calls.Select(c => Print(c, input)))}]",
            LogicalRecursive recursive => $"Recursive table {recursive.Binding + 1} of {recursive.Bodies.Length}{Limit(recursive.Scope.Limit)}",
            LogicalRecursiveReference reference => $"Recursive reference {reference.Binding + 1}{(reference.IsCurrent ? " of this iteration" : "")}",
            LogicalAssertSingle single => $"AssertSingle by [{Columns(single.Keys, input)}]",
            _ => node.GetType().Name,
        };
    }

    private static string Describe(PhysicalNode node)
    {
        IReadOnlyList<string> input = node.Inputs.Count == 0 ? [] : NamesOf(node.Inputs[0].Columns);
        return node switch
        {
            PhysicalGet { Lookup: { } lookup } get =>
                $"Lookup {get.Relation.Name} by [{string.Join(", ", lookup.KeyColumns.Select((c, i) => $"{get.Columns[c].Name} = {Print(lookup.Values[i], [])}"))}]",
            PhysicalGet get => $"Get {get.Relation.Name}",
            PhysicalValues values => $"Values {Rows(values.Rows)}",
            PhysicalMap map => (map.Predicate, IsIdentity(map)) switch
            {
                (null, _) => $"Map {Named(map.Projections, NamesOf(map.Columns), input)}",
                ({ } predicate, true) => $"Filter {Print(predicate, input)}",
                ({ } predicate, false) => $"Map {Named(map.Projections, NamesOf(map.Columns), input)} where {Print(predicate, input)}",
            },
            PhysicalTemporalFilter filter => filter.FromColumn is { } from
                ? $"TemporalFilter {input[from]} <= now()"
                : $"TemporalFilter now() < {input[filter.UntilColumn!.Value]}",
            PhysicalTableFunction function => $"TableFunction {function.Function.Name}({List(function.Arguments, input)})",
            PhysicalJoin join =>
                $"{join.Kind} Join on [{string.Join(", ", join.LeftKeys.Select((k, i) => $"{join.Left.Columns[k].Name} = {join.Right.Columns[join.RightKeys[i]].Name}{(join.NullsMatch[i] ? " nulls match" : "")}"))}]",
            PhysicalDeltaJoin => "Delta Join",
            PhysicalReduce reduce =>
                $"Reduce by [{Columns(reduce.Keys, input)}] compute [{string.Join(", ", reduce.Aggregates.Select(a => $"{a.Call.Function.Name}({(a.Call.IsDistinct ? "DISTINCT " : "")}{(a.Arguments.IsEmpty ? "*" : Columns(a.Arguments, input))})"))}]",
            PhysicalDistinct => "Distinct",
            PhysicalTopN top => TopN(top.PartitionBy, top.OrderBy, top.Limit, top.Offset, top.WithTies, input),
            PhysicalWindow window => $"Window [{string.Join(", ", window.Calls.Select(c => Print(c, window, input)))}]",
            PhysicalUnion => "Union",
            PhysicalSetOperation set => $"{set.Kind}{(set.IsAll ? " All" : "")}",
            PhysicalRecursive recursive => $"Recursive table {recursive.Binding + 1} of {recursive.Scope.Bodies.Length}{Limit(recursive.Scope.Limit)}",
            PhysicalRecursiveReference reference => $"Recursive reference {reference.Binding + 1}{(reference.IsCurrent ? " of this iteration" : "")}",
            PhysicalAssertSingle single => $"AssertSingle by [{Columns(single.Keys, input)}]",
            _ => node.GetType().Name,
        };
    }

    /// <summary>Lines below a node, above its inputs.</summary>
    private static IEnumerable<string> Details(PhysicalNode node) => node is PhysicalDeltaJoin delta ? delta.Paths.Select((path, i) => Print(delta, path, i)) : [];

    /// <summary>A relation, and by which indexes its changes go through the others.</summary>
    private static string Print(PhysicalDeltaJoin delta, DeltaPath path, int relation)
    {
        var text = new StringBuilder($"from {delta.Relations[relation].Relation.Name}");
        IReadOnlyList<string> columns = NamesOf(delta.Relations[relation].Columns);
        Append(path.Start, columns);
        columns = NamesOf(path.Start.Columns);
        foreach (DeltaStep step in path.Steps)
        {
            PhysicalGet looked = delta.Relations[step.Relation];
            IReadOnlyList<string> names = NamesOf(looked.Columns);
            text.Append(", ").Append(looked.Relation.Name).Append(" on ").AppendJoin(" and ", step.IndexKeys.Select((key, i) => $"{names[key]} = {columns[step.ProbeKeys[i]]}"));
            Append(step.Map, [.. columns, .. names]);
            columns = NamesOf(step.Map.Columns);
        }

        return text.ToString();

        void Append(DeltaMap map, IReadOnlyList<string> names)
        {
            if (map.Predicate is not null)
            {
                text.Append(" where ").Append(Print(map.Predicate, names));
            }
        }
    }

    private static string Limit(RecursionLimit limit) => limit == RecursionLimit.Default
        ? ""
        : $" {(limit.Returns ? "return" : "error")} at {limit.Iterations}";

    private static bool IsIdentity(PhysicalMap map) => map.Projections.Length == map.Input.Columns.Length
        && map.Projections.Select((p, i) => p is ColumnExpression column && column.Index == i).All(same => same);

    private static string Print(AggregateCall call, IReadOnlyList<string> input)
    {
        string arguments = call.Arguments.IsEmpty && call.Function.ArgumentTypes.IsEmpty ? "*" : List(call.Arguments, input);
        string filter = call.Filter is null ? "" : $" FILTER ({Print(call.Filter, input)})";
        return $"{call.Function.Name}({(call.IsDistinct ? "DISTINCT " : "")}{arguments}){filter}";
    }

    private static string Print(WindowCall call, IReadOnlyList<string> input)
    {
        string function = call.Aggregate is not null ? Print(call.Aggregate, input) : $"{call.Name}({List(call.Arguments, input)})";
        return $"{function}{Over(call, call.PartitionBy, call.OrderBy, input)}";
    }

    private static string Print(PhysicalWindowCall call, PhysicalWindow window, IReadOnlyList<string> input)
    {
        string arguments = call.Arguments.IsEmpty && call.Call.Aggregate is not null ? "*" : Columns(call.Arguments, input);
        string filter = call.FilterColumn < 0 ? "" : $" FILTER ({input[call.FilterColumn]})";
        return $"{call.Call.Name}({arguments}){filter}{Over(call.Call, window.PartitionBy, window.OrderBy, input)}";
    }

    private static string Over(WindowCall call, IReadOnlyList<int> partition, IReadOnlyList<SortKey> order, IReadOnlyList<string> input)
    {
        List<string> parts = [];
        if (partition.Count > 0)
        {
            parts.Add($"by [{Columns(partition, input)}]");
        }

        if (order.Count > 0)
        {
            parts.Add($"order [{Keys(order, input)}]");
        }

        if (call.Frame is not null)
        {
            parts.Add(Print(call.Frame));
        }

        return $"{(call.IgnoresNulls ? " IGNORE NULLS" : "")} OVER ({string.Join(" ", parts)})";
    }

    /// <summary>A frame as SQL.</summary>
    public static string Print(WindowFrame frame) =>
        $"{frame.Unit.ToString().ToUpperInvariant()} BETWEEN {Print(frame.Start)} AND {Print(frame.End)}" + frame.Exclusion switch
        {
            FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion.Group => " EXCLUDE GROUP",
            FrameExclusion.Ties => " EXCLUDE TIES",
            _ => "",
        };

    private static string Print(WindowEdge edge) => edge.Kind switch
    {
        FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
        FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
        FrameBoundKind.CurrentRow => "CURRENT ROW",
        FrameBoundKind.Preceding => Print(edge.Offset!, []) + " PRECEDING",
        _ => Print(edge.Offset!, []) + " FOLLOWING",
    };

    private static string Keys(IReadOnlyList<SortKey> order, IReadOnlyList<string> input) =>
        string.Join(", ", order.Select(k => input[k.Column] + (k.Descending ? " DESC" : "")));

    private static string TopN(
        IReadOnlyList<int> partition, IReadOnlyList<SortKey> order, long? limit, long offset, bool withTies, IReadOnlyList<string> input)
    {
        var text = new StringBuilder("TopN");
        if (partition.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" by [{Columns(partition, input)}]");
        }

        text.Append(CultureInfo.InvariantCulture, $" order [{Keys(order, input)}]");
        if (limit is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" limit {limit}");
        }

        if (offset != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" offset {offset}");
        }

        if (withTies)
        {
            text.Append(" with ties");
        }

        return text.ToString();
    }

    private static string Rows(IReadOnlyList<IReadOnlyList<ScalarExpression>> rows) => rows.Count > 4
        ? string.Create(CultureInfo.InvariantCulture, $"{rows.Count} rows")
        : string.Join(", ", rows.Select(r => $"({List(r, [])})"));

    private static string Rows(System.Collections.Immutable.ImmutableArray<System.Collections.Immutable.ImmutableArray<ScalarExpression>> rows) =>
        Rows([.. rows.Select(r => (IReadOnlyList<ScalarExpression>)r)]);

    private static string Named(IReadOnlyList<ScalarExpression> expressions, IReadOnlyList<string> names, IReadOnlyList<string> input) =>
        $"[{string.Join(", ", expressions.Select((e, i) => Print(e, input) is var text && text == names[i] ? text : $"{text} AS {names[i]}"))}]";

    private static string Columns(IReadOnlyList<int> columns, IReadOnlyList<string> names) =>
        string.Join(", ", columns.Select(c => names[c]));

    private static IReadOnlyList<string> NamesOf(IReadOnlyList<Field> fields) => [.. fields.Select(f => f.Name)];

    private sealed class Printer<TNode>(Func<TNode, IReadOnlyList<TNode>> inputs, Func<TNode, string> describe, Func<TNode, IEnumerable<string>> details)
        where TNode : class
    {
        private readonly Dictionary<TNode, int> _parents = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<TNode, int> _names = new(ReferenceEqualityComparer.Instance);
        private readonly StringBuilder _text = new();

        public string Print(TNode root)
        {
            Count(root);
            Print(root, 0);
            return _text.ToString().TrimEnd('\n');
        }

        private void Count(TNode node)
        {
            int count = _parents.GetValueOrDefault(node);
            _parents[node] = count + 1;
            if (count == 0)
            {
                foreach (TNode input in inputs(node))
                {
                    Count(input);
                }
            }
        }

        private void Print(TNode node, int depth)
        {
            _text.Append(' ', depth * 2);
            if (_names.TryGetValue(node, out int name))
            {
                _text.Append(CultureInfo.InvariantCulture, $"Shared {name}\n");
                return;
            }

            bool isShared = _parents[node] > 1 && inputs(node).Count > 0;
            if (isShared)
            {
                _names.Add(node, _names.Count + 1);
                _text.Append(CultureInfo.InvariantCulture, $"{describe(node)}  (shared {_names.Count})\n");
            }
            else
            {
                _text.Append(describe(node)).Append('\n');
            }

            foreach (string line in details(node))
            {
                _text.Append(' ', (depth * 2) + 4).Append(line).Append('\n');
            }

            foreach (TNode input in inputs(node))
            {
                Print(input, depth + 1);
            }
        }
    }
}
