using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;

namespace StreamDb.Planning.Physical;

/// <summary>Chooses operators for an optimized logical plan.</summary>
/// <remarks>
/// What the engine's joins cannot say is built from what they can: a condition beyond equal keys on an outer, semi or anti
/// join becomes an inner join with a filter; what it found is then matched against the preserved side by the columns that the
/// condition reads, since rows that agree in those have equal fates.
/// </remarks>
public sealed class Lowering
{
    private readonly Dictionary<LogicalNode, PhysicalNode> _done = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RecursionScope, PhysicalRecursiveScope> _scopes = new(ReferenceEqualityComparer.Instance);
    private readonly bool _isView;
    private readonly bool _readsRelations;
    private readonly IArrangementCatalog? _arrangements;
    private readonly JoinIndexes _indexes;
    private readonly Dictionary<LogicalNode, int> _parents;

    private Lowering(LogicalNode root, bool isView, IArrangementCatalog? arrangements, JoinIndexes? indexes = null)
    {
        _indexes = indexes ?? JoinIndexes.None;
        _parents = _indexes.Entries.IsEmpty ? [] : LogicalRewriter.CountParents(root);
        _readsRelations = LogicalRewriter.Any(root, static node => node is LogicalGet or LogicalRecursiveReference);
        _isView = isView;
        _arrangements = arrangements;
    }

    /// <summary>The plan of a maintained view. now() may only stand in temporal filters (0A000).</summary>
    /// <param name="indexes">By what columns whole relations are kept for joins; null: by none.</param>
    public static PhysicalNode LowerView(LogicalNode root, JoinIndexes? indexes = null) => new Lowering(root, isView: true, null, indexes).Lower(root);

    /// <summary>The plan of an ad hoc query, which may read by key what <paramref name="arrangements"/> offers.</summary>
    public static PhysicalNode LowerQuery(LogicalNode root, IArrangementCatalog? arrangements) =>
        new Lowering(root, isView: false, arrangements).Lower(root);

    private PhysicalNode Lower(LogicalNode node)
    {
        if (!_done.TryGetValue(node, out PhysicalNode? result))
        {
            result = LowerNew(node);
            _done.Add(node, result);
        }

        return result;
    }

    private PhysicalNode LowerNew(LogicalNode node)
    {
        switch (node)
        {
            case LogicalGet get:
                return new PhysicalGet(get.Relation, null);
            case LogicalValues values:
                foreach (ScalarExpression expression in values.Rows.SelectMany(r => r))
                {
                    CheckRepeatable(expression);
                }

                return new PhysicalValues(
                    values.Rows,
                    [.. values.Fields.Select((f, i) => f with { IsNullable = values.Rows.Any(r => r[i].IsNullable) })]);
            case LogicalFilter filter:
                return LowerFilter(filter);
            case LogicalProject project:
                foreach (ScalarExpression expression in project.Expressions)
                {
                    CheckRepeatable(expression);
                }

                return Map(Lower(project.Input), null, project.Expressions, project.Columns);
            case LogicalJoin join:
                return LowerDeltaJoin(join) ?? LowerJoin(join);
            case LogicalAggregate aggregate:
                return LowerAggregate(aggregate);
            case LogicalDistinct distinct:
                return new PhysicalDistinct(Lower(distinct.Input));
            case LogicalSetOperation { Kind: SetOperationKind.Union } union:
                {
                    PhysicalNode all = Union([.. union.Operands.Select(Lower)], union.Columns);
                    return union.IsAll ? all : new PhysicalDistinct(all);
                }

            case LogicalSetOperation set:
                {
                    PhysicalNode left = Lower(set.Operands[0]);
                    PhysicalNode right = Lower(set.Operands[1]);
                    return new PhysicalSetOperation(set.Kind, set.IsAll, left, right, Widest([left, right], set.Columns));
                }

            case LogicalTopN top:
                return new PhysicalTopN(Lower(top.Input), top.PartitionBy, top.OrderBy, top.Limit, top.Offset, top.WithTies);
            case LogicalTableFunction function:
                foreach (ScalarExpression argument in function.Arguments)
                {
                    CheckRepeatable(argument);
                }

                {
                    PhysicalNode input = Lower(function.Input);
                    return new PhysicalTableFunction(
                        input,
                        function.Function,
                        [.. function.Arguments.Select(a => WithNullability(a, input))],
                        function.WithOrdinality,
                        [.. input.Columns, .. function.Columns.Skip(input.Columns.Length)]);
                }

            case LogicalAssertSingle single:
                return new PhysicalAssertSingle(Lower(single.Input), single.Keys);
            case LogicalRecursive recursive:
                return LowerRecursive(recursive);
            case LogicalRecursiveReference reference:
                return new PhysicalRecursiveReference(_scopes[reference.Scope], reference.Binding, reference.IsCurrent);
            case LogicalWindow window:
                return LowerWindow(window);
            default:
                throw new Core.Diagnostics.InvariantException($"{node.GetType().Name} after optimization");
        }
    }

    /// <summary>The tables of one scope share its bodies; whichever of them comes first, its bodies are as good as any other's.</summary>
    private PhysicalRecursive LowerRecursive(LogicalRecursive recursive)
    {
        if (!_scopes.TryGetValue(recursive.Scope, out PhysicalRecursiveScope? scope))
        {
            scope = new PhysicalRecursiveScope(recursive.Scope);
            _scopes.Add(recursive.Scope, scope);
            scope.Bodies = [.. recursive.Bodies.Select(Lower)];
            new RecursionChecks(scope).Check();
        }

        return new PhysicalRecursive(scope, recursive.Binding);
    }

    private PhysicalNode LowerFilter(LogicalFilter filter)
    {
        PhysicalNode input = Lower(filter.Input);
        if (!_isView)
        {
            return WithLookup(Map(input, filter.Predicate, [.. All(input)], filter.Columns));
        }

        var ordinary = new List<ScalarExpression>();
        var temporal = new List<TemporalBound>();
        foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(filter.Predicate))
        {
            if (!TemporalBound.UsesNow(conjunct))
            {
                CheckRepeatable(conjunct);
                ordinary.Add(conjunct);
            }
            else if (TemporalBound.TryParse(conjunct) is { } bound)
            {
                temporal.Add(bound);
            }
            else
            {
                CheckRepeatable(conjunct);
            }
        }

        if (ordinary.Count > 0)
        {
            input = Map(input, LogicalExpression.And(ordinary), [.. All(input)], filter.Columns);
        }

        int width = filter.Columns.Length;
        foreach (TemporalBound bound in temporal)
        {
            // An unknown bound leaves the row out; to the filter itself it would mean "for ever".
            PhysicalNode withBound = Map(
                input,
                WithNullability(bound.Bound, input).IsNullable ? new NotExpression(new IsNullExpression(bound.Bound)) : null,
                [.. All(input), bound.Bound],
                [.. filter.Columns, new Field("bound", SqlType.TimestampTz, bound.Bound.IsNullable)]);
            PhysicalNode filtered = new PhysicalTemporalFilter(withBound, bound.IsFrom ? width : null, bound.IsFrom ? null : width);
            input = Map(filtered, null, [.. All(filtered).Take(width)], filter.Columns);
        }

        return input;
    }

    /// <summary>Reads by key where the predicate allows it. Asked of the merged map: pruning may have put a projection between filter and relation.</summary>
    private PhysicalNode WithLookup(PhysicalNode node) =>
        _arrangements is not null
        && node is PhysicalMap { Predicate: { } predicate, Input: PhysicalGet { Lookup: null } get } map
        && KeyLookup.Find(get.Relation, predicate, _arrangements) is { } lookup
            ? map with { Input = new PhysicalGet(get.Relation, lookup) }
            : node;

    private PhysicalNode? LowerDeltaJoin(LogicalJoin join)
    {
        if (_indexes.Entries.IsEmpty
            || join.Kind != JoinKind.Inner
            || DeltaJoins.Plan(join, _indexes, node => _parents.GetValueOrDefault(node) > 1, out ImmutableArray<int> columns, out ScalarExpression condition)
                is not { } delta)
        {
            return null;
        }

        ScalarExpression[] all = [.. All(delta)];
        return Map(delta, LogicalExpressions.IsTrue(condition) ? null : condition, [.. columns.Select(column => all[column])], join.Columns);
    }

    private PhysicalNode LowerJoin(LogicalJoin join)
    {
        CheckRepeatable(join.Condition);
        PhysicalNode left = Lower(join.Left);
        PhysicalNode right = Lower(join.Right);
        (List<(ScalarExpression Left, ScalarExpression Right, bool NullsMatch)> keys, List<ScalarExpression> residual) =
            EquiKeys.Split(join.Condition, join.Left.Columns.Length);
        (PhysicalNode keyedLeft, ImmutableArray<int> leftKeys) = WithKeyColumns(left, [.. keys.Select(k => k.Left)]);
        (PhysicalNode keyedRight, ImmutableArray<int> rightKeys) = WithKeyColumns(right, [.. keys.Select(k => k.Right)]);
        ImmutableArray<bool> nullsMatch = [.. keys.Select(k => k.NullsMatch)];
        if (residual.Count == 0 || join.Kind == JoinKind.Inner)
        {
            PhysicalNode joined = Trim(Join(join.Kind, keyedLeft, keyedRight, leftKeys, rightKeys, nullsMatch), left, keyedLeft, right, join);
            return residual.Count == 0 ? joined : Map(joined, LogicalExpression.And(residual), [.. All(joined)], joined.Columns);
        }

        ImmutableArray<Field> innerColumns = [.. left.Columns, .. right.Columns];
        var inner = new LogicalJoin(JoinKind.Inner, join.Left, join.Right, join.Condition);
        PhysicalNode pairs = Trim(
            Join(JoinKind.Inner, keyedLeft, keyedRight, leftKeys, rightKeys, nullsMatch), left, keyedLeft, right, inner);
        PhysicalNode matches = Map(pairs, LogicalExpression.And(residual), [.. All(pairs)], innerColumns);
        int leftWidth = left.Columns.Length;
        int rightWidth = right.Columns.Length;
        switch (join.Kind)
        {
            case JoinKind.Semi:
                return Matched(JoinKind.Semi, left, matches, 0, leftWidth);
            case JoinKind.Anti:
                return Matched(JoinKind.Anti, left, matches, 0, leftWidth);
        }

        var parts = new List<PhysicalNode> { Map(matches, null, [.. All(matches)], join.Columns) };
        if (join.Kind is JoinKind.Left or JoinKind.Full)
        {
            PhysicalNode lonely = Matched(JoinKind.Anti, left, matches, 0, leftWidth);
            parts.Add(Map(lonely, null, [.. All(lonely), .. right.Columns.Select(f => LiteralExpression.Null(f.Type))], join.Columns));
        }

        if (join.Kind is JoinKind.Right or JoinKind.Full)
        {
            PhysicalNode lonely = Matched(JoinKind.Anti, right, matches, leftWidth, rightWidth);
            parts.Add(Map(lonely, null, [.. left.Columns.Select(f => LiteralExpression.Null(f.Type)), .. All(lonely)], join.Columns));
        }

        return Union([.. parts], join.Columns);

        // Rows of `side` whose fate is that of one (Semi) or none (Anti) of the matching pairs. What the condition reads of a row
        // decides it, so that is what is compared; it may be nothing: a RIGHT JOIN b ON b.x > 0 reads none of a's columns.
        PhysicalNode Matched(JoinKind kind, PhysicalNode side, PhysicalNode pairsMatching, int start, int width)
        {
            // A volatile condition draws for each pair: then only the whole row tells.
            List<ScalarExpression> fate = LogicalExpressions.IsVolatile(join.Condition)
                ? [.. All(pairsMatching).Skip(start).Take(width)]
                : FateOf(join.Condition, start, width);
            PhysicalNode rows = new PhysicalDistinct(Map(
                pairsMatching,
                null,
                [.. fate],
                [.. fate.Select((e, i) => new Field(e is ColumnExpression c ? pairsMatching.Columns[c.Index].Name : $"key{i}", e.Type, e.IsNullable))]));
            (PhysicalNode keyed, ImmutableArray<int> keys) =
                WithKeyColumns(side, [.. fate.Select(e => LogicalExpressions.ShiftColumns(e, -start))]);
            PhysicalNode joined = Join(kind, keyed, rows, keys, [.. Enumerable.Range(0, fate.Count)], [.. fate.Select(_ => true)]);
            return Map(joined, null, [.. All(joined).Take(width)], side.Columns);
        }
    }

    /// <summary>What a condition reads of one side's row, over the joined row.</summary>
    /// <remarks>
    /// A column is compared as it is, unless its type has equal values that differ (the numerics 1.0 and 1.00) and the condition
    /// does more than compare them: a.n::text = b.t tells them apart, so they are compared as texts.
    /// </remarks>
    private static List<ScalarExpression> FateOf(ScalarExpression condition, int start, int width)
    {
        var seen = new Dictionary<int, (ColumnExpression Column, bool IsTold)>();
        Visit(condition, isCompared: false);
        return
        [
            .. seen.OrderBy(s => s.Key).Select(s => s.Value.IsTold
                ? Expressions.Casts.Coercion.Cast(s.Value.Column, SqlType.Text, Expressions.Casts.CastContext.Explicit, -1)
                : s.Value.Column),
        ];

        void Visit(ScalarExpression expression, bool isCompared)
        {
            if (expression is ColumnExpression column)
            {
                if (column.Index >= start && column.Index < start + width)
                {
                    bool isTold = !isCompared && !EqualColumns.HasOneForm(column.Type);
                    seen[column.Index] = (column, isTold || (seen.TryGetValue(column.Index, out (ColumnExpression, bool IsTold) known) && known.IsTold));
                }

                return;
            }

            bool compares = expression is CallExpression { Function.Name: "=" or "<>" or "<" or "<=" or ">" or ">=" } or IsNullExpression or DistinctFromExpression;
            foreach (ScalarExpression child in expression.Children)
            {
                Visit(child, compares);
            }
        }
    }

    private static PhysicalUnion Union(ImmutableArray<PhysicalNode> operands, ImmutableArray<Field> columns) =>
        new(operands, Widest(operands, columns));

    /// <summary>The columns, nullable where one of the inputs' is.</summary>
    private static ImmutableArray<Field> Widest(IReadOnlyList<PhysicalNode> inputs, ImmutableArray<Field> columns) =>
        [.. columns.Select((f, i) => f with { IsNullable = inputs.Any(input => input.Columns[i].IsNullable) })];

    private PhysicalNode Join(
        JoinKind kind, PhysicalNode left, PhysicalNode right,
        ImmutableArray<int> leftKeys, ImmutableArray<int> rightKeys, ImmutableArray<bool> nullsMatch)
    {
        (PhysicalNode Node, ImmutableArray<int> Columns) wholeLeft = _indexes.Whole(left, leftKeys);
        (PhysicalNode Node, ImmutableArray<int> Columns) wholeRight = _indexes.Whole(right, rightKeys);
        PhysicalJoin joined = NewJoin(
            kind,
            wholeLeft.Node,
            wholeRight.Node,
            [.. leftKeys.Select(key => wholeLeft.Columns[key])],
            [.. rightKeys.Select(key => wholeRight.Columns[key])],
            nullsMatch);
        if (wholeLeft.Node == left && wholeRight.Node == right)
        {
            return joined;
        }

        // Of the rows that all columns make, the columns that are wanted.
        int[] wanted = kind is JoinKind.Semi or JoinKind.Anti
            ? [.. wholeLeft.Columns]
            : [.. wholeLeft.Columns, .. wholeRight.Columns.Select(c => c + wholeLeft.Node.Columns.Length)];
        ScalarExpression[] all = [.. All(joined)];
        return Map(joined, null, [.. wanted.Select(c => all[c])], [.. wanted.Select(c => joined.Columns[c])]);
    }

    private static PhysicalJoin NewJoin(
        JoinKind kind, PhysicalNode left, PhysicalNode right,
        ImmutableArray<int> leftKeys, ImmutableArray<int> rightKeys, ImmutableArray<bool> nullsMatch)
    {
        ImmutableArray<Field> columns = kind is JoinKind.Semi or JoinKind.Anti
            ? left.Columns
            :
            [
                .. left.Columns.Select(f => kind is JoinKind.Right or JoinKind.Full ? f with { IsNullable = true } : f),
                .. right.Columns.Select(f => kind is JoinKind.Left or JoinKind.Full ? f with { IsNullable = true } : f),
            ];
        return new PhysicalJoin(kind, left, right, leftKeys, rightKeys, nullsMatch, columns);
    }

    /// <summary>The input with computed join keys appended, and where each key stands.</summary>
    private static (PhysicalNode Node, ImmutableArray<int> Keys) WithKeyColumns(PhysicalNode input, List<ScalarExpression> keys)
    {
        if (keys.All(k => k is ColumnExpression))
        {
            return (input, [.. keys.Select(k => ((ColumnExpression)k).Index)]);
        }

        var computed = new List<ScalarExpression>();
        var positions = new List<int>();
        foreach (ScalarExpression key in keys)
        {
            if (key is ColumnExpression column)
            {
                positions.Add(column.Index);
            }
            else
            {
                positions.Add(input.Columns.Length + computed.Count);
                computed.Add(key);
            }
        }

        return (Map(
            input,
            null,
            [.. All(input), .. computed],
            [.. input.Columns, .. computed.Select((e, i) => new Field($"key{i}", e.Type, e.IsNullable))]), [.. positions]);
    }

    /// <summary>The join's output without the computed key columns.</summary>
    private static PhysicalNode Trim(PhysicalNode joined, PhysicalNode left, PhysicalNode keyedLeft, PhysicalNode right, LogicalJoin join)
    {
        int start = keyedLeft.Columns.Length;
        bool leftOnly = join.Kind is JoinKind.Semi or JoinKind.Anti;
        ImmutableArray<ScalarExpression> kept = leftOnly
            ? [.. All(joined).Take(left.Columns.Length)]
            : [.. All(joined).Take(left.Columns.Length), .. All(joined).Skip(start).Take(right.Columns.Length)];
        return Map(joined, null, kept, join.Columns);
    }

    private PhysicalNode LowerAggregate(LogicalAggregate aggregate)
    {
        PhysicalNode input = Lower(aggregate.Input);
        var columns = new List<ScalarExpression>();
        ImmutableArray<int> keys = [.. aggregate.Keys.Select(Place)];
        ImmutableArray<PhysicalAggregate> calls =
        [
            .. aggregate.Aggregates.Select(a => new PhysicalAggregate(
                a,
                [.. a.Arguments.Select(Place)],
                [.. a.OrderBy.Select(o => new SortKey(Place(o.Expression), o.Descending, o.NullsFirst))],
                FilterOf(a, input) is { } filter ? Place(filter) : -1)),
        ];
        PhysicalNode prepared = Map(
            input, null, [.. columns], [.. columns.Select((e, i) => new Field($"c{i}", e.Type, e.IsNullable))]);
        return new PhysicalReduce(
            prepared,
            keys,
            calls,
            [.. aggregate.Columns.Select((f, i) => i < keys.Length ? f with { IsNullable = prepared.Columns[keys[i]].IsNullable } : f)]);

        int Place(ScalarExpression expression)
        {
            CheckRepeatable(expression);
            int index = columns.IndexOf(expression);
            if (index < 0)
            {
                index = columns.Count;
                columns.Add(expression);
            }

            return index;
        }
    }

    private PhysicalNode LowerWindow(LogicalWindow window)
    {
        PhysicalNode node = Lower(window.Input);
        var place = new int[window.Calls.Length];
        foreach (List<(WindowCall Call, int Index)> group in WindowLowering.Group(window.Calls))
        {
            PhysicalNode input = node;
            var columns = new List<ScalarExpression>(All(input));
            WindowCall first = group[0].Call;
            ImmutableArray<SortKey> order = first.Frame?.RangeKey is { } key
                ? [first.OrderBy[0] with { Column = Place(key) }]
                : first.OrderBy;
            var calls = new List<PhysicalWindowCall>();
            foreach ((WindowCall call, int index) in group)
            {
                WindowLowering.CheckFrame(call.Frame);
                if (call.Aggregate is not null)
                {
                    WindowLowering.CheckAggregate(call.Aggregate);
                }

                calls.Add(new PhysicalWindowCall(
                    call,
                    [.. (call.Aggregate?.Arguments ?? call.Arguments).Select(Place)],
                    [.. (call.Aggregate?.OrderBy ?? []).Select(o => new SortKey(Place(o.Expression), o.Descending, o.NullsFirst))],
                    call.Aggregate is { } aggregate && FilterOf(aggregate, input) is { } filter ? Place(filter) : -1,
                    call.Frame?.Start.Value is { } start ? Place(start) : -1,
                    call.Frame?.End.Value is { } end ? Place(end) : -1));
                place[index] = calls.Count;
            }

            PhysicalNode prepared = Map(
                input, null, [.. columns], [.. columns.Select((e, i) => i < input.Columns.Length ? input.Columns[i] : new Field($"w{i}", e.Type, e.IsNullable))]);
            foreach ((_, int index) in group)
            {
                place[index] += prepared.Columns.Length - 1;
            }

            node = new PhysicalWindow(
                prepared, first.PartitionBy, order, [.. calls],
                [.. prepared.Columns, .. group.Select(c => new Field(window.Names[c.Index], c.Call.Type, c.Call.IsNullable))]);

            int Place(ScalarExpression expression)
            {
                CheckRepeatable(expression);
                expression = WithNullability(expression, input);
                int index = columns.IndexOf(expression);
                if (index < 0)
                {
                    index = columns.Count;
                    columns.Add(expression);
                }

                return index;
            }
        }

        int width = window.Input.Columns.Length;
        ScalarExpression[] all = [.. All(node)];
        return Map(node, null, [.. all.Take(width), .. place.Select(p => all[p])], window.Columns);
    }

    /// <summary>FILTER, and for an aggregate that collects rows also that its argument is not NULL.</summary>
    private static ScalarExpression? FilterOf(AggregateCall call, PhysicalNode input) =>
        call.Function is { Kind: AggregateKind.Collected, IgnoresNulls: true } && call.Arguments is [var argument, ..]
        && WithNullability(argument, input).IsNullable
            ? LogicalExpression.And([.. call.Filter is null ? [] : new[] { call.Filter }, new NotExpression(new IsNullExpression(argument))])
            : call.Filter;

    private static IEnumerable<ScalarExpression> All(PhysicalNode node) =>
        node.Columns.Select((f, i) => (ScalarExpression)new ColumnExpression(i, f.Type, f.IsNullable));

    /// <summary>A map, fused with a map below; nothing when it changes nothing.</summary>
    private static PhysicalNode Map(
        PhysicalNode input, ScalarExpression? predicate, ImmutableArray<ScalarExpression> projections, ImmutableArray<Field> columns)
    {
        // What may be NULL is known only now, that the inputs are what they will be.
        predicate = predicate is null ? null : WithNullability(predicate, input);
        projections = [.. projections.Select(p => WithNullability(p, input))];
        columns = [.. columns.Select((f, i) => f with { IsNullable = projections[i].IsNullable })];
        bool isIdentity = projections.Length == input.Columns.Length
            && projections.Select((e, i) => e is ColumnExpression column && column.Index == i).All(same => same);
        if (predicate is null && isIdentity && columns.Select(f => f.Shape).SequenceEqual(input.Columns.Select(f => f.Shape)))
        {
            return input;
        }

        // Only plain columns below: a computed one might then be computed twice, or before its filter.
        if (input is PhysicalMap below && below.Projections.All(p => p is ColumnExpression))
        {
            ScalarExpression? over = predicate is null ? null : LogicalExpressions.Substitute(predicate, below.Projections);
            ScalarExpression? both = below.Predicate is null ? over
                : over is null ? below.Predicate
                : LogicalExpression.And([below.Predicate, over]);
            return Map(below.Input, both, [.. projections.Select(p => LogicalExpressions.Substitute(p, below.Projections))], columns);
        }

        return new PhysicalMap(input, predicate, projections, columns);
    }

    private static ScalarExpression WithNullability(ScalarExpression expression, PhysicalNode input) => LogicalExpressions.Rewrite(
        expression, e => e is ColumnExpression column ? column with { Nullable = input.Columns[column.Index].IsNullable } : e);

    /// <summary>
    /// A view's expressions must give the same for a row when it leaves as when it came: the row taken out of
    /// <c>SELECT random() FROM t</c> would else be another than the one put in. Constant rows never leave.
    /// </summary>
    private void CheckRepeatable(ScalarExpression expression)
    {
        if (!_isView)
        {
            return;
        }

        if (TemporalBound.UsesNow(expression))
        {
            throw new SqlException(SqlState.FeatureNotSupported, "now() in a materialized view may only bound a timestamp in WHERE")
            {
                Hint = "Write the condition as column > now() - interval, or column <= now() - interval.",
            };
        }

        if (_readsRelations && (LogicalExpressions.IsVolatile(expression) || TemporalBound.UsesOtherTime(expression)))
        {
            throw new SqlException(SqlState.FeatureNotSupported, "volatile functions are not supported in a materialized view");
        }
    }
}
