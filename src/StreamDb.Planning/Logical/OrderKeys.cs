using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>Arrays, records, maps, jsonb and padded texts are sorted and joined by their order keys.</summary>
/// <remarks>
/// The engine compares bytes. As they lie in a column, the jsonb numbers 10 and 9, or the arrays {10} and {9}, would sort the
/// wrong way round, and 'a'::char(1) would not be equal to 'a'::char(3).
/// </remarks>
internal static class OrderKeys
{
    /// <summary>The expression to sort or to match by: the order key, or the expression itself where its bytes are in order.</summary>
    public static ScalarExpression Of(ScalarExpression expression) =>
        OrderKey.IsNeeded(expression.Type) ? FunctionRegistry.Call("order_key", [expression], -1) : expression;

    /// <summary>The node with the order keys it needs as further columns, and the order over them.</summary>
    public static (LogicalNode Node, ImmutableArray<SortKey> OrderBy) Apply(LogicalNode node, ImmutableArray<SortKey> orderBy)
    {
        if (!orderBy.Any(k => OrderKey.IsNeeded(node.Columns[k.Column].Type)))
        {
            return (node, orderBy);
        }

        var expressions = LogicalExpressions.AllColumns(node).ToList();
        var names = node.Columns.Select(c => c.Name).ToList();
        var keys = ImmutableArray.CreateBuilder<SortKey>(orderBy.Length);
        foreach (SortKey key in orderBy)
        {
            ScalarExpression column = expressions[key.Column];
            if (OrderKey.IsNeeded(column.Type))
            {
                keys.Add(key with { Column = expressions.Count });
                expressions.Add(Of(column));
                names.Add("order");
            }
            else
            {
                keys.Add(key);
            }
        }

        return (new LogicalProject(node, [.. expressions], [.. names]), keys.ToImmutable());
    }

    /// <summary>An aggregate that sorts by order keys; the least and the greatest value become the one with the least or greatest key.</summary>
    public static AggregateCall Apply(AggregateCall call)
    {
        if (call.Function.Kind is AggregateKind.Min or AggregateKind.Max && OrderKey.IsNeeded(call.Arguments[0].Type))
        {
            string name = call.Function.Kind == AggregateKind.Min ? "arg_min" : "arg_max";
            return AggregateRegistry.Resolve(name, [call.Arguments[0], Of(call.Arguments[0])], false, [], call.Filter, null, -1);
        }

        return call with { OrderBy = [.. call.OrderBy.Select(o => o with { Expression = Of(o.Expression) })] };
    }
}
