using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Binds one SELECT with its ORDER BY.</summary>
/// <remarks>
/// Everything is bound over the rows of FROM first, with placeholders for aggregates, window calls, set-returning functions
/// and subqueries. Then the plan is built upwards: filter, aggregate, HAVING, windows, set-returning functions, projection,
/// distinct. After each step the expressions that are still to come are rewritten to the new rows.
/// </remarks>
internal sealed class SelectBinder
{
    private readonly BinderState _state;
    private readonly QueryBinder _queries;
    private readonly QueryEnvironment _environment;
    private readonly SelectBodySyntax _select;
    private readonly SelectCollector _collector;
    private readonly BoundTable _from;
    private readonly Scope _scope;
    private readonly List<OutputItem> _outputs = [];
    private readonly List<(ScalarExpression Expression, SortKey Order, int Position)> _order = [];

    /// <summary>Rows so far; every expression below is over them.</summary>
    private LogicalNode _node;

    public SelectBinder(BinderState state, QueryBinder queries, QueryEnvironment environment, SelectBodySyntax select)
    {
        _state = state;
        _queries = queries;
        _environment = environment;
        _select = select;
        _collector = new SelectCollector(select.Windows);
        _from = new FromBinder(state, queries, environment.Tables).Bind(select.From, environment.Outer);
        _scope = Scope.Of(_from, environment.Outer);
        _node = _from.Node;
    }

    /// <summary>A column of the output.</summary>
    private sealed record OutputItem(ScalarExpression Expression, string Name, int Position)
    {
        public (uint, short) Origin { get; init; }
    }

    public BoundQuery Bind(SyntaxList<OrderItemSyntax> orderBy)
    {
        if (_select.Where is not null)
        {
            ScalarExpression where = new ExpressionBinder(_state, _scope, _environment.Tables, "WHERE").BindCondition(_select.Where, "WHERE");
            _node = SubqueryPlanting.Filter(_node, where);
        }

        BindItems();
        List<ImmutableArray<ScalarExpression>>? sets = _select.GroupBy is null ? null : BindGroupBy(_select.GroupBy);
        _collector.AllowsWindows = _collector.AllowsSetReturning = false;
        ScalarExpression? having = _select.Having is null
            ? null
            : Binder("HAVING").BindCondition(_select.Having, "HAVING");
        _collector.AllowsWindows = _collector.AllowsSetReturning = true;
        List<(ScalarExpression Expression, int Output)> on = BindDistinctOn();
        BindOrderBy(orderBy);

        if (sets is not null || having is not null || _collector.Aggregates.Count > 0 || _collector.Groupings.Count > 0)
        {
            Aggregate(sets ?? [[]], having, on);
        }

        AddWindows(on);
        AddSetReturning(on);
        return Project(on);
    }

    private ExpressionBinder Binder(string clause) => new(_state, _scope, _environment.Tables, clause, _collector);

    private void BindItems()
    {
        ExpressionBinder binder = Binder("SELECT");
        foreach (SelectItemSyntax item in _select.Items)
        {
            switch (item.Expression)
            {
                case WildcardSyntax wildcard:
                    foreach (ScopeColumn column in Wildcards.Expand(_scope, wildcard))
                    {
                        ScalarExpression expression = column.Expression is ColumnExpression c ? _state.Located(c with { }, wildcard.Position) : column.Expression;
                        _outputs.Add(new OutputItem(expression, column.Name, wildcard.Position) { Origin = column.Origin });
                    }

                    break;
                case FieldWildcardSyntax wildcard:
                    _outputs.AddRange(binder.Expand(wildcard).Select(f => new OutputItem(f.Expression, f.Name, wildcard.Position)));
                    break;
                default:
                    ScalarExpression bound = binder.Bind(item.Expression);
                    _outputs.Add(new OutputItem(bound, item.Alias ?? OutputNames.Of(item.Expression), item.Expression.Position)
                    {
                        Origin = OriginOf(item.Expression),
                    });
                    break;
            }
        }
    }

    private (uint, short) OriginOf(ExpressionSyntax syntax) => syntax is ColumnReferenceSyntax reference
        && NameResolution.FindColumn(_scope, reference.Name, reference.Position) is { } column ? column.Origin : default;

    private List<ImmutableArray<ScalarExpression>> BindGroupBy(GroupBySyntax groupBy)
    {
        ExpressionBinder binder = new(_state, _scope, _environment.Tables, "GROUP BY");
        List<ImmutableArray<ScalarExpression>> sets = GroupingSets.Expand(groupBy, e => BindGroupingExpression(binder, e));
        return sets;
    }

    private ScalarExpression BindGroupingExpression(ExpressionBinder binder, ExpressionSyntax syntax)
    {
        // A bare name is a column of FROM first, then an output column; a number is a position.
        bool isInput = syntax is ColumnReferenceSyntax { Name.IsSimple: true } name && _scope.Visible.Any(c => c.Name == name.Name.Name);
        int output = isInput ? -1 : QueryBinder.OutputColumn([.. _outputs.Select(o => new Field(o.Name, o.Expression.Type))], syntax, "GROUP BY");
        if (output < 0)
        {
            ScalarExpression bound = binder.Bind(syntax);
            return bound.Type.Kind == SqlTypeKind.Unknown ? binder.Cast(bound, SqlType.Text, CastContext.Implicit, syntax.Position) : bound;
        }

        ScalarExpression expression = _outputs[output].Expression;
        if (expression.Any(e => e is AggregateReference or GroupingReference))
        {
            throw BindError.At(SqlState.GroupingError, syntax.Position, "aggregate functions are not allowed in GROUP BY");
        }

        if (expression.Any(e => e is WindowReference))
        {
            throw BindError.At(SqlState.WindowingError, syntax.Position, "window functions are not allowed in GROUP BY");
        }

        if (expression.Any(e => e is SetReturningReference))
        {
            throw BindError.NotSupported("GROUP BY of a set-returning function", syntax.Position);
        }

        return expression;
    }

    /// <summary>DISTINCT ON expressions; those that are output columns by name or position carry the column's number.</summary>
    private List<(ScalarExpression Expression, int Output)> BindDistinctOn()
    {
        List<(ScalarExpression, int)> result = [];
        foreach (ExpressionSyntax item in _select.Distinct?.On ?? [])
        {
            result.Add(BindOutputOrExpression(item, "DISTINCT ON"));
        }

        return result;
    }

    private (ScalarExpression Expression, int Output) BindOutputOrExpression(ExpressionSyntax syntax, string construct)
    {
        ImmutableArray<Field> outputs = [.. _outputs.Select(o => new Field(o.Name, o.Expression.Type))];
        int output = -1;
        try
        {
            output = QueryBinder.OutputColumn(outputs, syntax, construct);
        }
        catch (SqlException e) when (e.State == SqlState.AmbiguousColumn)
        {
            // Two output columns of one name are no trouble when they are the same expression.
            string name = ((ColumnReferenceSyntax)syntax).Name.Name;
            OutputItem[] same = [.. _outputs.Where(o => o.Name == name)];
            if (same.Any(o => !o.Expression.Equals(same[0].Expression)))
            {
                throw;
            }

            output = _outputs.IndexOf(same[0]);
        }

        if (output >= 0)
        {
            return (_outputs[output].Expression, output);
        }

        ScalarExpression bound = Binder(construct).Bind(syntax);
        return (bound, _outputs.FindIndex(o => o.Expression.Equals(bound)));
    }

    private void BindOrderBy(SyntaxList<OrderItemSyntax> orderBy)
    {
        foreach (OrderItemSyntax item in orderBy)
        {
            (ScalarExpression expression, int output) = BindOutputOrExpression(item.Expression, "ORDER BY");
            if (output < 0 && _select.Distinct is { On.IsEmpty: true })
            {
                throw BindError.At(
                    SqlState.InvalidColumnReference, item.Expression.Position, "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
            }

            _order.Add((expression, new SortKey(output, item.IsDescending, ExpressionBinder.IsNullsFirst(item)), item.Expression.Position));
        }
    }

    private void Aggregate(List<ImmutableArray<ScalarExpression>> sets, ScalarExpression? having, List<(ScalarExpression, int)> on)
    {
        GroupingBinder grouping = new(_state, _from, _collector, sets);
        IEnumerable<ScalarExpression> users = Users(on).Concat(having is null ? [] : [having]);
        _node = grouping.Build(_node, users);
        RewriteUsers(on, grouping.Rewrite);
        if (having is not null)
        {
            _node = SubqueryPlanting.Filter(_node, grouping.Rewrite(having));
        }
    }

    /// <summary>Everything still to be computed from the rows.</summary>
    private IEnumerable<ScalarExpression> Users(List<(ScalarExpression Expression, int)> on) =>
    [
        .. _outputs.Select(o => o.Expression),
        .. _order.Select(o => o.Expression),
        .. on.Select(o => o.Expression),
        .. _collector.Windows.SelectMany(Parts),
        .. _collector.SetReturning.SelectMany(s => s.Arguments),
    ];

    private static IEnumerable<ScalarExpression> Parts(BoundWindow window)
    {
        List<ScalarExpression> parts = [.. window.Arguments, .. window.PartitionBy, .. window.OrderBy.Select(o => o.Expression)];
        window.Aggregate?.Map(Add);
        window.Frame?.Map(Add);
        return parts;

        ScalarExpression Add(ScalarExpression part)
        {
            parts.Add(part);
            return part;
        }
    }

    private void RewriteUsers(List<(ScalarExpression Expression, int Output)> on, Func<ScalarExpression, ScalarExpression> rewrite)
    {
        for (int i = 0; i < _outputs.Count; i++)
        {
            _outputs[i] = _outputs[i] with { Expression = rewrite(_outputs[i].Expression) };
        }

        for (int i = 0; i < _order.Count; i++)
        {
            _order[i] = _order[i] with { Expression = rewrite(_order[i].Expression) };
        }

        for (int i = 0; i < on.Count; i++)
        {
            on[i] = (rewrite(on[i].Expression), on[i].Output);
        }

        for (int i = 0; i < _collector.Windows.Count; i++)
        {
            BoundWindow window = _collector.Windows[i];
            _collector.Windows[i] = window with
            {
                Arguments = [.. window.Arguments.Select(rewrite)],
                Aggregate = window.Aggregate?.Map(rewrite),
                PartitionBy = [.. window.PartitionBy.Select(rewrite)],
                OrderBy = [.. window.OrderBy.Select(o => o with { Expression = rewrite(o.Expression) })],
                Frame = window.Frame?.Map(rewrite),
            };
        }

        for (int i = 0; i < _collector.SetReturning.Count; i++)
        {
            BoundTableFunction function = _collector.SetReturning[i];
            _collector.SetReturning[i] = function with { Arguments = [.. function.Arguments.Select(rewrite)] };
        }
    }

    private void AddWindows(List<(ScalarExpression, int)> on)
    {
        if (_collector.Windows.Count == 0)
        {
            return;
        }

        // Partition and sort keys must be columns: those that are not are projected behind the row.
        ColumnAppender columns = new(_node);
        WindowCall[] calls = [.. _collector.Windows.Select(w => new WindowCall(
            w.Name,
            [.. w.Arguments.Select(columns.Planted)],
            w.Aggregate?.Map(columns.Planted),
            [.. w.PartitionBy.Select(p => columns.Column(p))],
            [.. w.OrderBy.Select(o => new SortKey(columns.Column(o.Expression), o.Descending, o.NullsFirst))],
            w.Frame?.Map(columns.Planted),
            w.IgnoresNulls,
            w.Type))];
        LogicalNode input = columns.Finish();
        int first = input.Columns.Length;
        ImmutableArray<WindowCall> resolved = [.. calls.Select(c => c with
        {
            PartitionBy = [.. c.PartitionBy.Select(columns.Resolve)],
            OrderBy = [.. c.OrderBy.Select(k => k with { Column = columns.Resolve(k.Column) })],
        })];
        _node = new LogicalWindow(input, resolved, [.. calls.Select(c => c.Name)]);
        RewriteUsers(on, e => e.Rewrite(x => x is WindowReference w ? new ColumnExpression(first + w.Index, w.Type, resolved[w.Index].IsNullable) : x));
    }

    private void AddSetReturning(List<(ScalarExpression, int)> on)
    {
        if (_collector.SetReturning.Count == 0)
        {
            return;
        }

        // A function over another one's rows is called for each of them, so it comes above; the others are called side by side.
        ScalarExpression?[] values = new ScalarExpression?[_collector.SetReturning.Count];
        while (Array.Exists(values, v => v is null))
        {
            int[] ready = [.. Enumerable.Range(0, values.Length).Where(i => values[i] is null
                && !_collector.SetReturning[i].Arguments.Any(a => a.Any(e => e is SetReturningReference s && values[s.Index] is null)))];
            Call(ready, values);
        }

        RewriteUsers(on, e => WithValues(e, values));
    }

    /// <summary>Adds the rows of some functions, side by side, and notes what stands for each.</summary>
    private void Call(int[] functions, ScalarExpression?[] values)
    {
        BoundTableFunction combined = BoundTableFunction.Combine([.. functions.Select(i => _collector.SetReturning[i])]);
        ImmutableArray<ScalarExpression> arguments = [.. combined.Arguments.Select(a => SubqueryPlanting.Plant(ref _node, WithValues(a, values)))];
        int column = _node.Columns.Length;
        _node = new LogicalTableFunction(_node, combined.Function, arguments, combined.Columns, false);
        foreach (int index in functions)
        {
            BoundTableFunction function = _collector.SetReturning[index];
            ScalarExpression[] columns =
                [.. function.Columns.Select((c, i) => new ColumnExpression(column + i, c.Type, c.IsNullable || functions.Length > 1))];
            column += columns.Length;
            values[index] = columns.Length == 1
                ? columns[0]
                : Binder("SELECT").RecordOf([.. columns], [.. function.Columns.Select(c => c.Name)], -1);
        }
    }

    private static ScalarExpression WithValues(ScalarExpression expression, ScalarExpression?[] values) =>
        expression.Rewrite(x => x is SetReturningReference s ? values[s.Index]! : x);

    private BoundQuery Project(List<(ScalarExpression Expression, int Output)> on)
    {
        ColumnList list = new(_outputs.Select(o => (o.Expression, o.Name)));
        SortKey[] keys = [.. _order.Select(o => o.Order.Column >= 0 ? o.Order : o.Order with { Column = list.Add(o.Expression, "order") })];
        int[] distinctOn = [.. on.Select(o => o.Output >= 0 ? o.Output : list.Add(o.Expression, "distinct"))];

        ScalarExpression[] planted = [.. list.Expressions.Select(e => SubqueryPlanting.Plant(ref _node, e))];
        _node = new LogicalProject(_node, [.. planted], [.. list.Names]);
        if (_select.Distinct is { On.IsEmpty: true })
        {
            _node = new LogicalDistinct(_node);
        }
        else if (distinctOn.Length > 0)
        {
            AddDistinctOn(distinctOn, keys);
        }

        return new BoundQuery(_node, _outputs.Count, [.. keys], RowLimits.None) { Origins = [.. _outputs.Select(o => o.Origin)] };
    }

    /// <summary>DISTINCT ON: the first row of each group in the order asked for.</summary>
    private void AddDistinctOn(int[] columns, SortKey[] keys)
    {
        SortKey[] leading = [.. keys.TakeWhile(k => columns.Contains(k.Column))];
        if (leading.Select(k => k.Column).Distinct().Count() < columns.Distinct().Count() && leading.Length < keys.Length)
        {
            throw BindError.At(
                SqlState.InvalidColumnReference, _select.Distinct!.On[0].Position,
                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
        }

        (LogicalNode node, ImmutableArray<SortKey> order) = OrderKeys.Apply(_node, [.. keys.Where(k => !columns.Contains(k.Column))]);
        _node = new LogicalTopN(node, [.. columns.Distinct()], order, 1, 0);
    }
}
