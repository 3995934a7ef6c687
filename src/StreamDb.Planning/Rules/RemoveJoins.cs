using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>An outer join of whose other side nothing is read goes, when each row finds at most one partner there.</summary>
/// <remarks>
/// <c>SELECT a.* FROM a LEFT JOIN b ON a.k = b.k</c> with b.k unique is a. Without the key, rows of a come once per partner:
/// <c>SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k</c> counts pairs. An inner join also asks whether there is a partner,
/// and stays.
/// </remarks>
internal static class RemoveJoins
{
    public static LogicalNode Apply(LogicalNode root)
    {
        Dictionary<LogicalNode, int> parents = LogicalRewriter.CountParents(root);
        return new LogicalRewriter(node => node is LogicalProject or LogicalAggregate ? Remove(node, parents) : node).Rewrite(root);
    }

    private static LogicalNode Remove(LogicalNode node, Dictionary<LogicalNode, int> parents)
    {
        HashSet<int> read = Read(node);
        var filters = new Stack<LogicalFilter>();
        LogicalNode input = node.Inputs[0];
        while (input is LogicalFilter filter && parents.GetValueOrDefault(filter) <= 1)
        {
            read.UnionWith(LogicalExpressions.ColumnsOf(filter.Predicate));
            filters.Push(filter);
            input = filter.Input;
        }

        if (input is not LogicalJoin { Kind: JoinKind.Left or JoinKind.Right } join)
        {
            return node;
        }

        int width = join.Left.Columns.Length;
        bool isLeftKept = join.Kind == JoinKind.Left;
        if (read.Any(c => c < width != isLeftKept) || !UniqueKeys.IsMatchedOnce(join, right: isLeftKept))
        {
            return node;
        }

        int shift = isLeftKept ? 0 : -width;
        LogicalNode kept = isLeftKept ? join.Left : join.Right;
        foreach (LogicalFilter filter in filters)
        {
            kept = new LogicalFilter(kept, LogicalExpressions.ShiftColumns(filter.Predicate, shift));
        }

        return LogicalExpressions.MapExpressions(node.WithInputs([kept]), e => LogicalExpressions.ShiftColumns(e, shift));
    }

    private static HashSet<int> Read(LogicalNode node)
    {
        HashSet<int> columns = [];
        LogicalExpressions.Visit(node, e =>
        {
            if (e is ColumnExpression column)
            {
                columns.Add(column.Index);
            }
        });
        return columns;
    }
}
