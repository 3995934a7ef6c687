using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>Builds the aggregate of a SELECT and rewrites what stands above it.</summary>
/// <remarks>
/// Output: the distinct grouping expressions, then the aggregates, then one integer per grouping() call. With several grouping
/// sets it is the union of one aggregate per set, with NULLs for the expressions that are not in the set.
/// </remarks>
internal sealed class GroupingBinder(
    BinderState state, BoundTable from, SelectCollector collector, List<ImmutableArray<ScalarExpression>> sets)
{
    private readonly List<ScalarExpression> _keys = [.. sets.SelectMany(s => s).Distinct()];
    private ImmutableArray<Field> _columns;

    /// <summary>The aggregate over <paramref name="input"/>; <paramref name="users"/> will be rewritten over it.</summary>
    public LogicalNode Build(LogicalNode input, IEnumerable<ScalarExpression> users)
    {
        if (sets.Count == 1)
        {
            AddDependentKeys(users);
        }

        // Subqueries in keys and arguments stand on the ungrouped rows.
        ImmutableArray<ScalarExpression> keys = [.. _keys.Select(k => SubqueryPlanting.Plant(ref input, k))];
        ImmutableArray<AggregateCall> calls = [.. collector.Aggregates.Select(a => a.Map(e => SubqueryPlanting.Plant(ref input, e)))];
        ImmutableArray<string> callNames = [.. calls.Select(c => c.Function.Name)];
        ImmutableArray<string> keyNames = [.. keys.Select((k, i) => k is ColumnExpression c ? input.Columns[c.Index].Name : $"key{i + 1}")];
        LogicalNode node = sets.Count == 1 && collector.Groupings.Count == 0
            ? new LogicalAggregate(input, keys, calls, [.. keyNames, .. callNames])
            : Union([.. sets.Select(s => ForSet(input, s, keys, calls, keyNames, callNames))]);
        _columns = node.Columns;
        return node;
    }

    /// <summary>An expression over the ungrouped row as one over the groups; 42803 for columns that are not grouped.</summary>
    public ScalarExpression Rewrite(ScalarExpression expression) => expression.RewriteDown(
        e => Replace(e, 0),
        e => e is SubqueryExpression subquery ? subquery with { Plan = RewritePlan(subquery.Plan) } : e);

    private static LogicalNode Union(ImmutableArray<LogicalNode> nodes) =>
        nodes.Length == 1 ? nodes[0] : new LogicalSetOperation(SetOperationKind.Union, true, nodes);

    private LogicalProject ForSet(
        LogicalNode input, ImmutableArray<ScalarExpression> set, ImmutableArray<ScalarExpression> keys,
        ImmutableArray<AggregateCall> calls, ImmutableArray<string> keyNames, ImmutableArray<string> callNames)
    {
        int[] members = [.. Enumerable.Range(0, keys.Length).Where(i => sets.Count == 1 || set.Contains(_keys[i]))];
        LogicalAggregate aggregate = new(
            input, [.. members.Select(i => keys[i])], calls, [.. members.Select(i => keyNames[i]), .. callNames]);
        IEnumerable<ScalarExpression> keyColumns = keys.Select((k, i) => Array.IndexOf(members, i) is >= 0 and var at
            ? new ColumnExpression(at, k.Type, k.IsNullable)
            : (ScalarExpression)LiteralExpression.Null(k.Type));
        IEnumerable<ScalarExpression> callColumns = calls.Select((c, i) => new ColumnExpression(
            members.Length + i, c.Type, aggregate.Columns[members.Length + i].IsNullable));
        IEnumerable<ScalarExpression> groupings = collector.Groupings.Select(g => GroupingValue(g.Arguments, g.Position, members));
        return new LogicalProject(
            aggregate, [.. keyColumns, .. callColumns, .. groupings],
            [.. keyNames, .. callNames, .. collector.Groupings.Select(_ => "grouping")]);
    }

    /// <summary>grouping(a, b): a bit per argument, 1 when it is not in the set; the last argument is the lowest bit.</summary>
    private LiteralExpression GroupingValue(ImmutableArray<ScalarExpression> arguments, int position, int[] members)
    {
        int value = 0;
        foreach (ScalarExpression argument in arguments)
        {
            int key = _keys.IndexOf(argument);
            if (key < 0)
            {
                throw BindError.At(
                    SqlState.GroupingError, position, "arguments to GROUPING must be grouping expressions of the associated query level");
            }

            value = (value << 1) | (members.Contains(key) ? 0 : 1);
        }

        return new LiteralExpression(new Datum(value), SqlType.Int32);
    }

    /// <summary>
    /// Adds the ungrouped columns that a grouped primary key determines: SELECT t.id, t.name … GROUP BY t.id. Without the whole
    /// key they would not be one per group.
    /// </summary>
    private void AddDependentKeys(IEnumerable<ScalarExpression> users)
    {
        HashSet<int> grouped = [.. _keys.OfType<ColumnExpression>().Select(c => c.Index)];
        Dictionary<int, ColumnExpression> dependent = [];
        foreach (FromItem item in from.Items)
        {
            if (item.Relation is TableItem { PrimaryKey.IsEmpty: false } table
                && table.PrimaryKey.All(k => item.Columns[k].Expression is ColumnExpression c && grouped.Contains(c.Index)))
            {
                foreach (ColumnExpression column in item.Columns.Select(c => c.Expression).OfType<ColumnExpression>())
                {
                    dependent[column.Index] = column;
                }
            }
        }

        if (dependent.Count == 0)
        {
            return;
        }

        foreach (ScalarExpression user in users)
        {
            AddUsed(user, dependent, grouped);
        }
    }

    private void AddUsed(ScalarExpression user, Dictionary<int, ColumnExpression> dependent, HashSet<int> grouped)
    {
        user.Any(e =>
        {
            switch (e)
            {
                case ColumnExpression column:
                    Use(column.Index);
                    break;
                case SubqueryExpression subquery:
                    subquery.Plan.RewriteExpressions((expression, depth) =>
                    {
                        expression.Any(x =>
                        {
                            if (x is OuterColumnExpression o && o.Depth == depth + 1)
                            {
                                Use(o.Index);
                            }

                            return false;
                        });
                        return expression;
                    });
                    break;
            }

            return false;
        });

        void Use(int index)
        {
            if (dependent.TryGetValue(index, out ColumnExpression? column) && grouped.Add(index))
            {
                _keys.Add(column);
            }
        }
    }

    /// <summary>What replaces an expression <paramref name="depth"/> applies inside (0: over the row itself); null to go into it.</summary>
    private ScalarExpression? Replace(ScalarExpression expression, int depth)
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            if (_keys[i].ToOuter(depth).Equals(expression))
            {
                return Column(i, depth);
            }
        }

        switch (expression)
        {
            case AggregateReference aggregate:
                return Column(_keys.Count + aggregate.Index, depth);
            case GroupingReference grouping:
                return Column(_keys.Count + collector.Aggregates.Count + grouping.Index, depth);
            case ColumnExpression column when depth == 0:
                throw Ungrouped(column.Index, state.PositionOf(column), "must appear in the GROUP BY clause or be used in an aggregate function", "column");
            case OuterColumnExpression outer when depth > 0 && outer.Depth == depth:
                throw BindError.At(
                    SqlState.GroupingError, -1, $"subquery uses ungrouped column \"{NameOf(outer.Index)}\" from outer query");
            default:
                return null;
        }
    }

    private ScalarExpression Column(int index, int depth)
    {
        Field field = _columns[index];
        return depth == 0
            ? new ColumnExpression(index, field.Type, field.IsNullable)
            : new OuterColumnExpression(depth, index, field.Type, field.IsNullable);
    }

    private LogicalNode RewritePlan(LogicalNode plan) =>
        plan.RewriteExpressions((expression, depth) => expression.RewriteDown(e => Replace(e, depth + 1)));

    private SqlException Ungrouped(int index, int position, string requirement, string kind) =>
        BindError.At(SqlState.GroupingError, position, $"{kind} \"{NameOf(index)}\" {requirement}");

    private string NameOf(int index)
    {
        foreach (FromItem item in from.Items)
        {
            foreach (ScopeColumn column in item.Columns)
            {
                if (column.Expression is ColumnExpression c && c.Index == index)
                {
                    return item.Alias is null ? column.Name : $"{item.Alias}.{column.Name}";
                }
            }
        }

        return "?column?";
    }
}
