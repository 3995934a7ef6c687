using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Drops columns nobody reads, so that joins and groups keep no more state than they need.</summary>
/// <remarks>
/// Every column counts below DISTINCT, EXCEPT and INTERSECT (rows are compared whole) and below a top-N (ties are broken by
/// the whole row) unless it takes all ties. A union keeps the same columns in each operand.
/// </remarks>
internal static class PruneColumns
{
    public static LogicalNode Apply(LogicalNode root)
    {
        var pass = new Pass(root);
        (LogicalNode node, int[] map) = pass.Rebuild(root);
        return Narrow(node, [.. Enumerable.Range(0, root.Columns.Length).Select(i => map[i])], root.Columns);
    }

    /// <summary>The node's columns at <paramref name="columns"/>, by a projection unless that changes nothing.</summary>
    private static LogicalNode Narrow(LogicalNode node, int[] columns, IEnumerable<Field> fields) =>
        columns.Length == node.Columns.Length && columns.Select((c, i) => c == i).All(same => same)
            ? node
            : new LogicalProject(
                node, [.. columns.Select(c => (ScalarExpression)LogicalExpressions.Column(node, c))], [.. fields.Select(f => f.Name)]);

    private sealed class Pass
    {
        private readonly Dictionary<LogicalNode, SortedSet<int>> _required = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<LogicalNode, (LogicalNode, int[])> _done = new(ReferenceEqualityComparer.Instance);

        public Pass(LogicalNode root)
        {
            var order = new List<LogicalNode>();
            var seen = new HashSet<LogicalNode>(ReferenceEqualityComparer.Instance);
            Sort(root);
            foreach (LogicalNode node in order)
            {
                _required[node] = [];
            }

            _required[root].UnionWith(Enumerable.Range(0, root.Columns.Length));

            // Parents before inputs: what a node needs is known when all its readers were seen.
            for (int i = order.Count - 1; i >= 0; i--)
            {
                Propagate(order[i], _required[order[i]]);
            }

            void Sort(LogicalNode node)
            {
                if (seen.Add(node))
                {
                    foreach (LogicalNode input in node.Inputs)
                    {
                        Sort(input);
                    }

                    order.Add(node);
                }
            }
        }

        /// <summary>The node without unread columns, and for each old column its new index (-1: gone).</summary>
        public (LogicalNode Node, int[] Map) Rebuild(LogicalNode node)
        {
            if (!_done.TryGetValue(node, out (LogicalNode, int[]) result))
            {
                result = Make(node, _required[node]);
                _done.Add(node, result);
            }

            return result;
        }

        private void Need(LogicalNode input, IEnumerable<int> columns) => _required[input].UnionWith(columns);

        private void NeedAll(LogicalNode node)
        {
            foreach (LogicalNode input in node.Inputs)
            {
                Need(input, Enumerable.Range(0, input.Columns.Length));
            }
        }

        private void Propagate(LogicalNode node, SortedSet<int> required)
        {
            switch (node)
            {
                case LogicalFilter filter:
                    Need(filter.Input, required);
                    Need(filter.Input, LogicalExpressions.ColumnsOf(filter.Predicate));
                    break;
                case LogicalProject project:
                    foreach (int column in required)
                    {
                        Need(project.Input, LogicalExpressions.ColumnsOf(project.Expressions[column]));
                    }

                    break;
                case LogicalJoin join:
                    {
                        int width = join.Left.Columns.Length;
                        IEnumerable<int> all = required.Concat(LogicalExpressions.ColumnsOf(join.Condition)).ToList();
                        Need(join.Left, all.Where(c => c < width));
                        Need(join.Right, all.Where(c => c >= width).Select(c => c - width));
                        break;
                    }

                case LogicalAggregate aggregate:
                    foreach (ScalarExpression key in aggregate.Keys)
                    {
                        Need(aggregate.Input, LogicalExpressions.ColumnsOf(key));
                    }

                    foreach (int column in required.Where(c => c >= aggregate.Keys.Length))
                    {
                        LogicalExpressions.Map(aggregate.Aggregates[column - aggregate.Keys.Length], e =>
                        {
                            Need(aggregate.Input, LogicalExpressions.ColumnsOf(e));
                            return e;
                        });
                    }

                    break;
                case LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true } union:
                    foreach (LogicalNode operand in union.Operands)
                    {
                        Need(operand, required);
                    }

                    break;
                case LogicalTableFunction function:
                    Need(function.Input, required.Where(c => c < function.Input.Columns.Length));
                    foreach (ScalarExpression argument in function.Arguments)
                    {
                        Need(function.Input, LogicalExpressions.ColumnsOf(argument));
                    }

                    break;
                case LogicalWindow window:
                    Need(window.Input, required.Where(c => c < window.Input.Columns.Length));
                    foreach (WindowCall call in KeptCalls(window, required).Select(c => window.Calls[c]))
                    {
                        Need(window.Input, call.PartitionBy);
                        Need(window.Input, call.OrderBy.Select(k => k.Column));
                        LogicalExpressions.Map(call, e =>
                        {
                            Need(window.Input, LogicalExpressions.ColumnsOf(e));
                            return e;
                        });
                    }

                    break;
                case LogicalAssertSingle single:
                    Need(single.Input, required.Concat(single.Keys).ToList());
                    break;
                case LogicalTopN { WithTies: true, Offset: 0, OffsetExpression: null } top:
                    required.UnionWith(top.PartitionBy);
                    required.UnionWith(top.OrderBy.Select(k => k.Column));
                    Need(top.Input, required);
                    break;

                default:
                    NeedAll(node);
                    break;
            }
        }

        private (LogicalNode, int[]) Make(LogicalNode node, SortedSet<int> required)
        {
            switch (node)
            {
                case LogicalGet get:
                    return Kept(get, required);

                case LogicalValues values:
                    {
                        int[] kept = [.. required];
                        return (new LogicalValues(
                            [.. values.Rows.Select(r => kept.Select(c => r[c]).ToImmutableArray())], [.. kept.Select(c => values.Fields[c])]),
                            MapOf(kept, values.Fields.Length));
                    }

                case LogicalFilter filter:
                    {
                        (LogicalNode input, int[] map) = Rebuild(filter.Input);
                        return (new LogicalFilter(input, Remap(filter.Predicate, map)), map);
                    }

                case LogicalProject project:
                    {
                        (LogicalNode input, int[] map) = Rebuild(project.Input);
                        int[] kept = [.. required];
                        return (new LogicalProject(
                            input, [.. kept.Select(c => Remap(project.Expressions[c], map))], [.. kept.Select(c => project.Names[c])]),
                            MapOf(kept, project.Names.Length));
                    }

                case LogicalJoin join:
                    return MakeJoin(join, required);

                case LogicalAggregate aggregate:
                    {
                        (LogicalNode input, int[] map) = Rebuild(aggregate.Input);
                        int keys = aggregate.Keys.Length;
                        int[] kept = [.. Enumerable.Range(0, keys), .. required.Where(c => c >= keys)];
                        return (new LogicalAggregate(
                            input,
                            [.. aggregate.Keys.Select(k => Remap(k, map))],
                            [.. kept.Where(c => c >= keys).Select(c => LogicalExpressions.Map(aggregate.Aggregates[c - keys], e => Remap(e, map)))],
                            [.. kept.Select(c => aggregate.Names[c])]),
                            MapOf(kept, aggregate.Names.Length));
                    }

                case LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true } union:
                    {
                        int[] kept = [.. required];
                        return (new LogicalSetOperation(
                            SetOperationKind.Union, IsAll: true, [.. union.Operands.Select(o => Exactly(o, kept))]),
                            MapOf(kept, union.Columns.Length));
                    }

                case LogicalTableFunction function:
                    {
                        (LogicalNode input, int[] map) = Rebuild(function.Input);
                        int width = function.Input.Columns.Length;
                        int[] result = [.. map, .. Enumerable.Range(input.Columns.Length, function.Columns.Length - width)];
                        return (new LogicalTableFunction(
                            input, function.Function, [.. function.Arguments.Select(a => Remap(a, map))], function.FunctionColumns, function.WithOrdinality),
                            result);
                    }

                case LogicalWindow window:
                    {
                        (LogicalNode input, int[] map) = Rebuild(window.Input);
                        int[] calls = KeptCalls(window, required);
                        int[] result = [.. map, .. MapOf(calls, window.Calls.Length).Select(c => c < 0 ? c : c + input.Columns.Length)];
                        return calls.Length == 0
                            ? (input, result)
                            : (new LogicalWindow(
                                input,
                                [
                                    .. calls.Select(c => LogicalExpressions.Map(window.Calls[c], e => Remap(e, map)) with
                                    {
                                        PartitionBy = [.. window.Calls[c].PartitionBy.Select(p => map[p])],
                                        OrderBy = [.. window.Calls[c].OrderBy.Select(k => k with { Column = map[k.Column] })],
                                    }),
                                ],
                                [.. calls.Select(c => window.Names[c])]), result);
                    }

                case LogicalAssertSingle single:
                    {
                        (LogicalNode input, int[] map) = Rebuild(single.Input);
                        return (new LogicalAssertSingle(input, [.. single.Keys.Select(k => map[k])]), map);
                    }

                case LogicalTopN { WithTies: true, Offset: 0, OffsetExpression: null } top:
                    {
                        int[] kept = [.. required];
                        int[] map = MapOf(kept, top.Columns.Length);
                        return (top with
                        {
                            Input = Exactly(top.Input, kept),
                            PartitionBy = [.. top.PartitionBy.Select(p => map[p])],
                            OrderBy = [.. top.OrderBy.Select(k => k with { Column = map[k.Column] })],
                        }, map);
                    }

                default:
                    {
                        LogicalNode same = LogicalRewriter.RewriteInputs(
                            node, input => Exactly(input, [.. Enumerable.Range(0, input.Columns.Length)]));
                        return (same, [.. Enumerable.Range(0, node.Columns.Length)]);
                    }
            }
        }

        /// <summary>The calls of a window node that somebody reads.</summary>
        private static int[] KeptCalls(LogicalWindow window, SortedSet<int> required) =>
            [.. required.Where(c => c >= window.Input.Columns.Length).Select(c => c - window.Input.Columns.Length)];

        private (LogicalNode, int[]) MakeJoin(LogicalJoin join, SortedSet<int> required)
        {
            int width = join.Left.Columns.Length;
            int[] needed = [.. required.Concat(LogicalExpressions.ColumnsOf(join.Condition)).Distinct().Order()];
            int[] leftKept = [.. needed.Where(c => c < width)];
            int[] rightKept = [.. needed.Where(c => c >= width).Select(c => c - width)];

            // Both inputs exactly: what a join is given it keeps.
            LogicalNode left = Exactly(join.Left, leftKept);
            LogicalNode right = Exactly(join.Right, rightKept);
            int[] both = [.. MapOf(leftKept, width), .. MapOf(rightKept, join.Right.Columns.Length).Select(c => c < 0 ? c : c + leftKept.Length)];
            var result = new LogicalJoin(join.Kind, left, right, Remap(join.Condition, both));
            return (result, join.Kind is JoinKind.Semi or JoinKind.Anti ? both[..width] : both);
        }

        /// <summary>The rebuilt input with just these old columns, in this order.</summary>
        private LogicalNode Exactly(LogicalNode input, int[] columns)
        {
            (LogicalNode node, int[] map) = Rebuild(input);
            return Narrow(node, [.. columns.Select(c => map[c])], columns.Select(c => input.Columns[c]));
        }

        private static (LogicalNode, int[]) Kept(LogicalNode node, SortedSet<int> required)
        {
            int[] kept = [.. required];
            return (Narrow(node, kept, kept.Select(c => node.Columns[c])), MapOf(kept, node.Columns.Length));
        }

        private static int[] MapOf(int[] kept, int count)
        {
            int[] map = new int[count];
            Array.Fill(map, -1);
            for (int i = 0; i < kept.Length; i++)
            {
                map[kept[i]] = i;
            }

            return map;
        }

        private static ScalarExpression Remap(ScalarExpression expression, int[] map) =>
            LogicalExpressions.RemapColumns(expression, c => map[c]);
    }
}
