using System.Collections.Immutable;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>Helpers over the scalar expressions of logical nodes.</summary>
public static class LogicalExpressions
{
    /// <summary>Rebuilds an expression bottom-up; <paramref name="map"/> sees each node after its children.</summary>
    public static ScalarExpression Rewrite(ScalarExpression expression, Func<ScalarExpression, ScalarExpression> map)
    {
        IReadOnlyList<ScalarExpression> children = expression.Children;
        ScalarExpression[]? changed = null;
        for (int i = 0; i < children.Count; i++)
        {
            ScalarExpression child = Rewrite(children[i], map);
            if (!ReferenceEquals(child, children[i]))
            {
                changed ??= [.. children];
                changed[i] = child;
            }
        }

        return map(changed is null ? expression : expression.WithChildren(changed));
    }

    /// <summary>The same node with every expression it holds directly (not those of its inputs) replaced.</summary>
    public static LogicalNode MapExpressions(LogicalNode node, Func<ScalarExpression, ScalarExpression> map) => node switch
    {
        LogicalValues values => values with { Rows = [.. values.Rows.Select(r => r.Select(map).ToImmutableArray())] },
        LogicalFilter filter => filter with { Predicate = map(filter.Predicate) },
        LogicalProject project => new LogicalProject(project.Input, [.. project.Expressions.Select(map)], project.Names),
        LogicalJoin join => new LogicalJoin(join.Kind, join.Left, join.Right, map(join.Condition)),
        LogicalApply apply => new LogicalApply(apply.Kind, apply.Left, apply.Right, map(apply.Condition), apply.IsScalar),
        LogicalAggregate aggregate => new LogicalAggregate(
            aggregate.Input, [.. aggregate.Keys.Select(map)], [.. aggregate.Aggregates.Select(a => Map(a, map))], aggregate.Names),
        LogicalTableFunction function => new LogicalTableFunction(
            function.Input, function.Function, [.. function.Arguments.Select(map)], function.FunctionColumns, function.WithOrdinality),
        LogicalWindow window => new LogicalWindow(window.Input, [.. window.Calls.Select(c => Map(c, map))], window.Names),
        _ => node,
    };

    public static AggregateCall Map(AggregateCall call, Func<ScalarExpression, ScalarExpression> map) => call with
    {
        Arguments = [.. call.Arguments.Select(map)],
        OrderBy = [.. call.OrderBy.Select(o => o with { Expression = map(o.Expression) })],
        Filter = call.Filter is null ? null : map(call.Filter),
        DirectArguments = [.. call.DirectArguments.Select(map)],
    };

    public static WindowCall Map(WindowCall call, Func<ScalarExpression, ScalarExpression> map) => call with
    {
        Arguments = [.. call.Arguments.Select(map)],
        Aggregate = call.Aggregate is null ? null : Map(call.Aggregate, map),
        Frame = call.Frame?.Map(map),
    };

    /// <summary>Calls <paramref name="visit"/> on every expression the node holds directly, and all their parts.</summary>
    public static void Visit(LogicalNode node, Action<ScalarExpression> visit) =>
        MapExpressions(node, e =>
        {
            VisitAll(e, visit);
            return e;
        });

    public static void VisitAll(ScalarExpression expression, Action<ScalarExpression> visit)
    {
        visit(expression);
        foreach (ScalarExpression child in expression.Children)
        {
            VisitAll(child, visit);
        }
    }

    public static bool Any(ScalarExpression expression, Func<ScalarExpression, bool> predicate) =>
        predicate(expression) || expression.Children.Any(c => Any(c, predicate));

    /// <summary>The AND operands of a predicate, flattened; none for TRUE.</summary>
    public static IEnumerable<ScalarExpression> Conjuncts(ScalarExpression predicate) => predicate switch
    {
        LogicalExpression { IsAnd: true } and => and.Operands.SelectMany(Conjuncts),
        LiteralExpression { Value.Value: true } => [],
        _ => [predicate],
    };

    public static bool IsTrue(ScalarExpression predicate) => predicate is LiteralExpression { Value.Value: true };

    /// <summary>Indexes of the columns an expression reads.</summary>
    public static HashSet<int> ColumnsOf(ScalarExpression expression)
    {
        var columns = new HashSet<int>();
        VisitAll(expression, e =>
        {
            if (e is ColumnExpression column)
            {
                columns.Add(column.Index);
            }
        });
        return columns;
    }

    /// <summary>The expression with each column index replaced by <paramref name="index"/> of it.</summary>
    public static ScalarExpression RemapColumns(ScalarExpression expression, Func<int, int> index) =>
        Rewrite(expression, e => e is ColumnExpression column ? column with { Index = index(column.Index) } : e);

    public static ScalarExpression ShiftColumns(ScalarExpression expression, int by) =>
        by == 0 ? expression : RemapColumns(expression, i => i + by);

    /// <summary>The expression over a projection's input: columns replaced by what the projection computes.</summary>
    public static ScalarExpression Substitute(ScalarExpression expression, ImmutableArray<ScalarExpression> projections) =>
        Rewrite(expression, e => e is ColumnExpression column ? projections[column.Index] : e);

    /// <summary>References to all columns of a node.</summary>
    public static IEnumerable<ScalarExpression> AllColumns(LogicalNode node, int shift = 0) =>
        node.Columns.Select((f, i) => (ScalarExpression)new ColumnExpression(i + shift, f.Type, f.IsNullable));

    public static ColumnExpression Column(LogicalNode node, int index) =>
        new(index, node.Columns[index].Type, node.Columns[index].IsNullable);

    /// <summary>Whether evaluating the expression again, or not at all, may be observed: volatile calls.</summary>
    public static bool IsVolatile(ScalarExpression expression) =>
        Any(expression, e => e is CallExpression { Function.Volatility: Volatility.Volatile });

    /// <summary>Whether the expression holds no column, outer column or parameter.</summary>
    public static bool IsConstant(ScalarExpression expression) =>
        !Any(expression, e => e is ColumnExpression or OuterColumnExpression or ParameterExpression);
}
