using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Turns every <see cref="LogicalApply"/> into joins, so that no node depends on another's current row.</summary>
/// <remarks>
/// Let D be the distinct values of the left columns that the right side reads. The right side is rewritten to a relation
/// R'(D, R) that holds, for each d in D, the rows of the right side under d; then <c>L apply R</c> is <c>L join R'</c> on the
/// D columns, NULLs matching. This is the general unnesting of Neumann and Kemper (2015).
/// <para>Two frequent shapes get a plan without D:</para>
/// <para>1. Correlation only in filters above uncorrelated inputs: the correlated conjuncts become join conditions.</para>
/// <para>2. A scalar aggregate over rows equated with outer columns: group by those columns and join. Groups that do not
/// exist must give the aggregate of no rows: <c>SELECT (SELECT count(*) FROM s WHERE s.k = t.k) FROM t</c> is 0, not NULL.</para>
/// </remarks>
internal static class Decorrelate
{
    public static LogicalNode Apply(LogicalNode root) => new Pass().Visit(root);

    private sealed class Pass
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (_done.TryGetValue(node, out LogicalNode? known))
            {
                return known;
            }

            LogicalNode result = node is LogicalApply apply
                ? Visit(Remove(apply))
                : LogicalRewriter.RewriteInputs(node, Visit);
            _done[node] = result;
            return result;
        }

        /// <summary>One apply replaced by a join; the result may hold applies further down.</summary>
        private LogicalNode Remove(LogicalApply apply)
        {
            LogicalNode left = Visit(apply.Left);
            int[] outer = [.. OuterColumns.Of(apply.Right).Order()];
            if (outer.Length == 0)
            {
                LogicalNode right = apply.IsScalar && !HasAtMostOneRow(apply.Right)
                    ? new LogicalAssertSingle(apply.Right, [])
                    : apply.Right;
                return new LogicalJoin(apply.Kind, left, right, apply.Condition);
            }

            return TryInline(apply, left)
                ?? TryPullUpFilters(apply, left)
                ?? TryGroupScalarAggregate(apply, left)
                ?? JoinOnDistinctOuter(apply, left, outer);
        }

        /// <summary>A right side of exactly one computed row, as in <c>LATERAL (SELECT t.a + 1)</c>, is a projection of the left side.</summary>
        private static LogicalNode? TryInline(LogicalApply apply, LogicalNode left)
        {
            if (apply.Kind is not (JoinKind.Inner or JoinKind.Left) || !LogicalExpressions.IsTrue(apply.Condition))
            {
                return null;
            }

            LogicalNode node = apply.Right;
            ImmutableArray<ScalarExpression> output = [.. LogicalExpressions.AllColumns(node)];
            while (node is LogicalProject project)
            {
                output = [.. output.Select(e => LogicalExpressions.Substitute(e, project.Expressions))];
                node = project.Input;
            }

            if (node is not LogicalValues { Rows: [var row] })
            {
                return null;
            }

            return new LogicalProject(
                left,
                [
                    .. LogicalExpressions.AllColumns(left),
                    .. output.Select(e => LogicalExpressions.Rewrite(LogicalExpressions.Substitute(e, row), x => x switch
                    {
                        OuterColumnExpression { Depth: 1 } outer => LogicalExpressions.Column(left, outer.Index),
                        OuterColumnExpression outer => outer with { Depth = outer.Depth - 1 },
                        _ => x,
                    })),
                ],
                [.. apply.Columns.Select(f => f.Name)]);
        }

        /// <summary>Shape 1. Not for scalar subqueries: the single-row check must see each outer row's rows apart.</summary>
        private static LogicalNode? TryPullUpFilters(LogicalApply apply, LogicalNode left)
        {
            if (apply.IsScalar && !HasAtMostOneRow(apply.Right))
            {
                return null;
            }

            // The right side's output columns as expressions over `input`, and the conjuncts met on the way down.
            LogicalNode input = apply.Right;
            ImmutableArray<ScalarExpression> output = [.. LogicalExpressions.AllColumns(input)];
            var conjuncts = new List<ScalarExpression>();
            while (OuterColumns.Of(input).Count > 0)
            {
                switch (input)
                {
                    case LogicalFilter filter:
                        conjuncts.AddRange(LogicalExpressions.Conjuncts(filter.Predicate));
                        input = filter.Input;
                        break;
                    case LogicalProject project:
                        output = [.. output.Select(e => LogicalExpressions.Substitute(e, project.Expressions))];
                        conjuncts = [.. conjuncts.Select(e => LogicalExpressions.Substitute(e, project.Expressions))];
                        input = project.Input;
                        break;
                    default:
                        return null;
                }
            }

            // A NULL-extended row must have NULLs for computed columns too: SELECT (…, 1) over no match is NULL, not 1.
            bool isComputed = output.Any(e => e is not ColumnExpression);
            if (isComputed && apply.Kind is JoinKind.Left)
            {
                return null;
            }

            int shift = left.Columns.Length;
            ImmutableArray<ScalarExpression> inputAsRight = [.. output.Select(Lift)];
            ScalarExpression condition = LogicalExpression.And(
                [.. conjuncts.Select(Lift), .. LogicalExpressions.Conjuncts(apply.Condition).Select(OverOutput)]);
            LogicalNode join = new LogicalJoin(apply.Kind, left, input, condition);
            if (apply.Kind is JoinKind.Semi or JoinKind.Anti)
            {
                return join;
            }

            ImmutableArray<Field> fields = apply.Columns;
            return new LogicalProject(
                join,
                [
                    .. LogicalExpressions.AllColumns(join).Take(shift),
                    .. inputAsRight.Select((e, i) => e is ColumnExpression c ? LogicalExpressions.Column(join, c.Index) : e),
                ],
                [.. fields.Select(f => f.Name)]);

            ScalarExpression Lift(ScalarExpression expression) => LogicalExpressions.Rewrite(expression, e => e switch
            {
                ColumnExpression column => column with { Index = column.Index + shift },
                OuterColumnExpression { Depth: 1 } outer => LogicalExpressions.Column(left, outer.Index),
                OuterColumnExpression outer => outer with { Depth = outer.Depth - 1 },
                _ => e,
            });

            ScalarExpression OverOutput(ScalarExpression expression) => LogicalExpressions.Rewrite(
                expression, e => e is ColumnExpression column && column.Index >= shift ? inputAsRight[column.Index - shift] : e);
        }

        /// <summary>Shape 2: Project*(Aggregate without keys(Filter*(input))), with outer columns only in equalities of the filters (and in the projections).</summary>
        private static LogicalNode? TryGroupScalarAggregate(LogicalApply apply, LogicalNode left)
        {
            if (apply.Kind != JoinKind.Left || !LogicalExpressions.IsTrue(apply.Condition))
            {
                return null;
            }

            LogicalNode node = apply.Right;
            ImmutableArray<ScalarExpression> output = [.. LogicalExpressions.AllColumns(node)];
            while (node is LogicalProject project)
            {
                output = [.. output.Select(e => LogicalExpressions.Substitute(e, project.Expressions))];
                node = project.Input;
            }

            if (node is not LogicalAggregate { Keys.Length: 0 } aggregate)
            {
                return null;
            }

            LogicalNode input = aggregate.Input;
            var conjuncts = new List<ScalarExpression>();
            var above = new List<ImmutableArray<ScalarExpression>>();
            while (OuterColumns.Of(input).Count > 0)
            {
                if (input is LogicalFilter filter)
                {
                    conjuncts.AddRange(LogicalExpressions.Conjuncts(filter.Predicate));
                    input = filter.Input;
                }
                else if (input is LogicalProject project && project.Expressions.All(e => OuterColumns.Of(e).Count == 0))
                {
                    conjuncts = [.. conjuncts.Select(e => LogicalExpressions.Substitute(e, project.Expressions))];
                    above.Add(project.Expressions);
                    input = project.Input;
                }
                else
                {
                    return null;
                }
            }

            var keys = new List<(ScalarExpression Outer, ScalarExpression Inner)>();
            var local = new List<ScalarExpression>();
            foreach (ScalarExpression conjunct in conjuncts)
            {
                if (OuterColumns.Of(conjunct).Count == 0)
                {
                    local.Add(conjunct);
                }
                else if (TryEquate(conjunct) is { } key)
                {
                    keys.Add(key);
                }
                else
                {
                    return null;
                }
            }

            AggregateCall[] calls = [.. aggregate.Aggregates.Select(OverInput)];
            if (keys.Count == 0 || calls.Any(c => HasOuter(c)))
            {
                return null;
            }

            LogicalNode grouped = new LogicalAggregate(
                local.Count == 0 ? input : new LogicalFilter(input, LogicalExpression.And(local)),
                [.. keys.Select(k => k.Inner)],
                [.. calls],
                [.. keys.Select((_, i) => $"key{i}"), .. aggregate.Names]);
            int shift = left.Columns.Length;
            ScalarExpression condition = LogicalExpression.And(keys.Select((k, i) => Equal(
                ToLeft(k.Outer), LogicalExpressions.Column(grouped, i) with { Index = shift + i })));
            LogicalNode join = new LogicalJoin(JoinKind.Left, left, grouped, condition);
            ImmutableArray<ScalarExpression> values =
            [
                .. calls.Select((c, i) => OrEmpty(LogicalExpressions.Column(join, shift + keys.Count + i), c.Function)),
            ];
            return new LogicalProject(
                join,
                [
                    .. LogicalExpressions.AllColumns(join).Take(shift),
                    .. output.Select(e => LogicalExpressions.Rewrite(e, x => x switch
                    {
                        ColumnExpression column => values[column.Index],
                        OuterColumnExpression { Depth: 1 } outer => LogicalExpressions.Column(left, outer.Index),
                        OuterColumnExpression outer => outer with { Depth = outer.Depth - 1 },
                        _ => x,
                    })),
                ],
                [.. apply.Columns.Select(f => f.Name)]);

            AggregateCall OverInput(AggregateCall call) => above.Count == 0 ? call : LogicalExpressions.Map(
                call, e => above.Aggregate(e, LogicalExpressions.Substitute));

            ScalarExpression ToLeft(ScalarExpression expression) => LogicalExpressions.Rewrite(
                expression, e => e is OuterColumnExpression outer ? LogicalExpressions.Column(left, outer.Index) : e);

            static bool HasOuter(AggregateCall call)
            {
                bool found = false;
                LogicalExpressions.Map(call, e =>
                {
                    found |= LogicalExpressions.Any(e, x => x is OuterColumnExpression);
                    return e;
                });
                return found;
            }
        }

        /// <summary>The general form: join with the right side computed for each distinct value of the outer columns.</summary>
        private static LogicalNode JoinOnDistinctOuter(LogicalApply apply, LogicalNode left, int[] outer)
        {
            LogicalNode domain = new LogicalDistinct(new LogicalProject(
                left,
                [.. outer.Select(i => LogicalExpressions.Column(left, i))],
                [.. outer.Select(i => left.Columns[i].Name)]));
            LogicalNode right = new Unnesting(domain, outer).Visit(apply.Right);
            if (apply.IsScalar && !HasAtMostOneRow(apply.Right))
            {
                right = new LogicalAssertSingle(right, [.. Enumerable.Range(0, outer.Length)]);
            }

            int shift = left.Columns.Length;
            ScalarExpression condition = LogicalExpression.And(
            [
                .. outer.Select((column, i) => new DistinctFromExpression(
                    LogicalExpressions.Column(left, column), LogicalExpressions.Column(right, i) with { Index = shift + i }, IsNegated: true)),
                .. LogicalExpressions.Conjuncts(LogicalExpressions.RemapColumns(apply.Condition, i => i < shift ? i : i + outer.Length)),
            ]);
            LogicalNode join = new LogicalJoin(apply.Kind, left, right, condition);
            return apply.Kind is JoinKind.Semi or JoinKind.Anti ? join : new LogicalProject(
                join,
                [
                    .. LogicalExpressions.AllColumns(join).Take(shift),
                    .. LogicalExpressions.AllColumns(join).Skip(shift + outer.Length),
                ],
                [.. apply.Columns.Select(f => f.Name)]);
        }
    }

    /// <summary>Rewrites the right side of an apply to R'(D, R).</summary>
    /// <param name="domain">D.</param>
    /// <param name="outer">For each column of D the outer column it stands for.</param>
    private sealed class Unnesting(LogicalNode domain, int[] outer)
    {
        private readonly int _width = outer.Length;
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            // What several others read, a common table expression, is rewritten once.
            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                result = VisitNew(node);
                _done.Add(node, result);
            }

            return result;
        }

        private LogicalNode VisitNew(LogicalNode node)
        {
            if (OuterColumns.Of(node).Count == 0)
            {
                return new LogicalJoin(JoinKind.Inner, domain, node, LiteralExpression.True);
            }

            return node switch
            {
                LogicalValues values => VisitValues(values),
                LogicalFilter filter => new LogicalFilter(Visit(filter.Input), Over(filter.Predicate)),
                LogicalProject project => VisitProject(project),
                LogicalJoin join => VisitJoin(join),
                LogicalApply apply => VisitApply(apply),
                LogicalAggregate aggregate => VisitAggregate(aggregate),
                LogicalDistinct distinct => new LogicalDistinct(Visit(distinct.Input)),
                LogicalSetOperation set => new LogicalSetOperation(set.Kind, set.IsAll, [.. set.Operands.Select(Visit)]),
                LogicalTopN top => new LogicalTopN(
                    Visit(top.Input),
                    [.. Enumerable.Range(0, _width), .. top.PartitionBy.Select(c => c + _width)],
                    [.. top.OrderBy.Select(k => k with { Column = k.Column + _width })],
                    top.Limit,
                    top.Offset,
                    top.WithTies),
                LogicalTableFunction function => new LogicalTableFunction(
                    Visit(function.Input), function.Function, [.. function.Arguments.Select(Over)], function.FunctionColumns, function.WithOrdinality),
                LogicalWindow window => new LogicalWindow(
                    Visit(window.Input),
                    [
                        .. window.Calls.Select(c => LogicalExpressions.Map(c, Over) with
                        {
                            PartitionBy = [.. Enumerable.Range(0, _width), .. c.PartitionBy.Select(p => p + _width)],
                            OrderBy = [.. c.OrderBy.Select(k => k with { Column = k.Column + _width })],
                        }),
                    ],
                    window.Names),
                LogicalAssertSingle single => new LogicalAssertSingle(
                    Visit(single.Input), [.. Enumerable.Range(0, _width), .. single.Keys.Select(k => k + _width)]),
                _ => throw new Core.Diagnostics.InvariantException($"{node.GetType().Name} with outer columns"),
            };
        }

        private IEnumerable<ScalarExpression> DomainColumns(LogicalNode node) => LogicalExpressions.AllColumns(node).Take(_width);

        private IEnumerable<string> DomainNames => domain.Columns.Select(f => f.Name);

        /// <summary>An expression of the old node over (D, old columns).</summary>
        private ScalarExpression Over(ScalarExpression expression) => LogicalExpressions.Rewrite(expression, e => e switch
        {
            ColumnExpression column => column with { Index = column.Index + _width },
            OuterColumnExpression { Depth: 1 } column => LogicalExpressions.Column(domain, Array.IndexOf(outer, column.Index)),
            OuterColumnExpression column => column with { Depth = column.Depth - 1 },
            _ => e,
        });

        private LogicalNode VisitValues(LogicalValues values)
        {
            ImmutableArray<string> names = [.. DomainNames, .. values.Fields.Select(f => f.Name)];
            ImmutableArray<LogicalNode> rows =
            [
                .. values.Rows.Select(row => (LogicalNode)new LogicalProject(
                    domain, [.. DomainColumns(domain), .. row.Select(Over)], names)),
            ];
            return rows.Length == 1 ? rows[0] : new LogicalSetOperation(SetOperationKind.Union, IsAll: true, rows);
        }

        private LogicalProject VisitProject(LogicalProject project)
        {
            LogicalNode input = Visit(project.Input);
            return new LogicalProject(
                input, [.. DomainColumns(input), .. project.Expressions.Select(Over)], [.. DomainNames, .. project.Names]);
        }

        private LogicalNode VisitJoin(LogicalJoin join)
        {
            int leftWidth = join.Left.Columns.Length;
            bool leftOnly = OuterColumns.Of(join.Right).Count == 0 && join.Kind is not (JoinKind.Right or JoinKind.Full);
            LogicalNode left = Visit(join.Left);
            if (leftOnly)
            {
                return new LogicalJoin(join.Kind, left, join.Right, Over(join.Condition));
            }

            LogicalNode right = Visit(join.Right);

            // (D, L) join (D, R) on D: the condition's right columns move past both domains.
            ScalarExpression condition = LogicalExpressions.Rewrite(join.Condition, e => e switch
            {
                ColumnExpression column => column with { Index = column.Index < leftWidth ? column.Index + _width : column.Index + (2 * _width) },
                OuterColumnExpression { Depth: 1 } column => LogicalExpressions.Column(left, Array.IndexOf(outer, column.Index)),
                OuterColumnExpression column => column with { Depth = column.Depth - 1 },
                _ => e,
            });
            int rightStart = _width + leftWidth;
            LogicalNode joined = new LogicalJoin(
                join.Kind,
                left,
                right,
                LogicalExpression.And(
                [
                    .. Enumerable.Range(0, _width).Select(i => new DistinctFromExpression(
                        LogicalExpressions.Column(left, i), LogicalExpressions.Column(right, i) with { Index = rightStart + i }, IsNegated: true)),
                    .. LogicalExpressions.Conjuncts(condition),
                ]));
            if (join.Kind is JoinKind.Semi or JoinKind.Anti)
            {
                return joined;
            }

            // In a right or full join a row may exist on the right only: its D is then the right one.
            IEnumerable<ScalarExpression> domainColumns = Enumerable.Range(0, _width).Select(i =>
                join.Kind is JoinKind.Right or JoinKind.Full
                    ? new CoalesceExpression(
                        [LogicalExpressions.Column(joined, i), LogicalExpressions.Column(joined, rightStart + i)], joined.Columns[i].Type)
                    : (ScalarExpression)LogicalExpressions.Column(joined, i));
            return new LogicalProject(
                joined,
                [
                    .. domainColumns,
                    .. LogicalExpressions.AllColumns(joined).Skip(_width).Take(leftWidth),
                    .. LogicalExpressions.AllColumns(joined).Skip(rightStart + _width),
                ],
                [.. DomainNames, .. join.Columns.Select(f => f.Name)]);
        }

        /// <summary>An apply inside: D moves into its left side, and what its right side read from us it now reads from there.</summary>
        private LogicalApply VisitApply(LogicalApply apply)
        {
            LogicalNode left = Visit(apply.Left);
            LogicalNode right = OuterColumns.Map(apply.Right, (column, level) => (column.Depth - level) switch
            {
                1 => column with { Index = column.Index + _width },
                2 => column with { Depth = column.Depth - 1, Index = Array.IndexOf(outer, column.Index) },
                _ => column with { Depth = column.Depth - 1 },
            });
            return new LogicalApply(apply.Kind, left, right, Over(apply.Condition), apply.IsScalar);
        }

        private LogicalNode VisitAggregate(LogicalAggregate aggregate)
        {
            LogicalNode input = Visit(aggregate.Input);
            LogicalNode grouped = new LogicalAggregate(
                input,
                [.. DomainColumns(input), .. aggregate.Keys.Select(Over)],
                [.. aggregate.Aggregates.Select(a => LogicalExpressions.Map(a, Over))],
                [.. DomainNames, .. aggregate.Names]);
            if (aggregate.Keys.Length > 0)
            {
                return grouped;
            }

            // Without GROUP BY there is a row for every d, also where no input row exists.
            LogicalNode join = new LogicalJoin(
                JoinKind.Left,
                domain,
                grouped,
                LogicalExpression.And(Enumerable.Range(0, _width).Select(i => new DistinctFromExpression(
                    LogicalExpressions.Column(domain, i), LogicalExpressions.Column(grouped, i) with { Index = _width + i }, IsNegated: true))));
            return new LogicalProject(
                join,
                [
                    .. DomainColumns(join),
                    .. aggregate.Aggregates.Select((a, i) => OrEmpty(LogicalExpressions.Column(join, (2 * _width) + i), a.Function)),
                ],
                [.. DomainNames, .. aggregate.Names]);
        }
    }

    /// <summary>The aggregate's value, or its value over no rows where the join found no group.</summary>
    private static ScalarExpression OrEmpty(ColumnExpression value, AggregateOverload function) => function.IsZeroOnEmpty
        ? new CoalesceExpression([value, new LiteralExpression(new Datum(0L), SqlType.Int64)], value.Type)
        : value;

    private static ScalarExpression Equal(ScalarExpression left, ScalarExpression right) =>
        Expressions.Functions.FunctionRegistry.Operator("=", [left, right], -1);

    /// <summary>outer = inner, where one side reads only outer columns of the nearest apply and the other only local ones.</summary>
    private static (ScalarExpression Outer, ScalarExpression Inner)? TryEquate(ScalarExpression conjunct)
    {
        if (conjunct is not CallExpression { Function.Name: "=", Arguments: [var first, var second] })
        {
            return null;
        }

        return IsOuterOnly(first) && IsLocal(second) ? (first, second)
            : IsOuterOnly(second) && IsLocal(first) ? (second, first)
            : null;

        static bool IsOuterOnly(ScalarExpression e) =>
            LogicalExpressions.Any(e, x => x is OuterColumnExpression)
            && !LogicalExpressions.Any(e, x => x is ColumnExpression or OuterColumnExpression { Depth: > 1 });

        static bool IsLocal(ScalarExpression e) => !LogicalExpressions.Any(e, x => x is OuterColumnExpression);
    }

    private static bool HasAtMostOneRow(LogicalNode node) => node switch
    {
        LogicalAggregate { Keys.Length: 0 } => true,
        LogicalValues values => values.Rows.Length <= 1,
        LogicalProject project => HasAtMostOneRow(project.Input),
        LogicalFilter filter => HasAtMostOneRow(filter.Input),
        LogicalTopN { PartitionBy.Length: 0, Limit: <= 1, WithTies: false } => true,
        _ => false,
    };
}
