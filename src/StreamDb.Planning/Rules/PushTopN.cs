using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>A top-N of a left join that orders by the left side takes its rows there first, and joins only those.</summary>
/// <remarks>
/// Each left row comes out at least once, so the first n rows of the join come from the first n rows of the left side and those
/// that tie with them. Not for inner joins: <c>SELECT * FROM a JOIN b ON a.k = b.k ORDER BY a.x LIMIT 3</c> may find no partner
/// for the first three rows of a. Not when an order key or a partition is of the right side.
/// </remarks>
internal static class PushTopN
{
    public static LogicalNode Apply(LogicalNode root)
    {
        Dictionary<LogicalNode, int> parents = LogicalRewriter.CountParents(root);
        return new LogicalRewriter(node => node is LogicalTopN top ? Push(top, parents) : node).Rewrite(root);
    }

    private static LogicalNode Push(LogicalTopN top, Dictionary<LogicalNode, int> parents)
    {
        LogicalProject? project = top.Input as LogicalProject;
        LogicalNode input = project is null ? top.Input : project.Input;
        if (top.Limit is not { } limit || limit > long.MaxValue - top.Offset
            || input is not LogicalJoin { Kind: JoinKind.Left, Left: not LogicalTopN } join
            || parents.GetValueOrDefault(join) > 1 || parents.GetValueOrDefault(top.Input) > 1)
        {
            return top;
        }

        int[] partition = [.. top.PartitionBy.Select(LeftColumn)];
        int[] keys = [.. top.OrderBy.Select(k => LeftColumn(k.Column))];
        if (partition.Contains(-1) || keys.Contains(-1) || project?.Expressions.Any(LogicalExpressions.IsVolatile) == true)
        {
            return top;
        }

        ImmutableArray<SortKey> order = [.. top.OrderBy.Select((k, i) => k with { Column = keys[i] })];
        LogicalNode first = new LogicalTopN(join.Left, [.. partition], order, limit + top.Offset, 0, WithTies: true);
        LogicalNode joined = new LogicalJoin(JoinKind.Left, first, join.Right, join.Condition);
        return top.WithInputs([project is null ? joined : project.WithInputs([joined])]);

        // The column of the join's left side that stands there; -1 for anything else.
        int LeftColumn(int column)
        {
            int index = project is null ? column : project.Expressions[column] is ColumnExpression c ? c.Index : -1;
            return index < join.Left.Columns.Length ? index : -1;
        }
    }
}
