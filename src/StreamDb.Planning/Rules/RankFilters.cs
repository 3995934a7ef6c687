using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Turns a bound on a row's number or rank into a top-N, which keeps and looks at far less than a window does.</summary>
/// <remarks>
/// <c>SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY p ORDER BY o) AS n FROM t) WHERE n &lt;= 3</c> numbers only the
/// first three rows of each partition; with rank() (or dense_rank() = 1) also those that tie with the last of them. The other
/// calls of the same window node are computed before rows are left out: <c>SELECT … count(*) OVER (PARTITION BY p) AS c,
/// row_number() OVER (PARTITION BY p ORDER BY o) AS n … WHERE n &lt;= 3</c> counts all rows of the partition. Conditions:
/// <para>The bound is a conjunct of its own: <c>n &lt;= 3 OR v &gt; 10</c> lets through rows of any number.</para>
/// <para>The bound is an upper one: <c>n &gt; 3</c> leaves out few rows. (BETWEEN has both; the lower one stays a filter.)</para>
/// <para>It is at most <see cref="LimitMax"/>, since a top-N looks at all its rows for every change, a window only at those
/// that change.</para>
/// <para>dense_rank() &lt;= 2 counts groups of any size, which a top-N does not.</para>
/// <para>Nobody else reads the window: they want all rows.</para>
/// </remarks>
internal static class RankFilters
{
    private const long LimitMax = 1000;

    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root);

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                result = LogicalRewriter.RewriteInputs(node, Visit);
                if (node is LogicalFilter { Input: LogicalWindow } && parents.GetValueOrDefault(node.Inputs[0]) == 1)
                {
                    result = Limit((LogicalFilter)result);
                }

                _done.Add(node, result);
            }

            return result;
        }
    }

    private static LogicalNode Limit(LogicalFilter filter)
    {
        var window = (LogicalWindow)filter.Input;
        ScalarExpression[] conjuncts = [.. LogicalExpressions.Conjuncts(filter.Predicate)];
        foreach (ScalarExpression conjunct in conjuncts)
        {
            if (BoundOf(conjunct, window) is not { } bound)
            {
                continue;
            }

            LogicalNode limited = Limit(window, bound.Call, bound.Limit);
            ScalarExpression[] rest = [.. conjuncts.Where(c => !ReferenceEquals(c, conjunct) || !bound.IsWhole)];
            return rest.Length == 0 ? limited : new LogicalFilter(limited, LogicalExpression.And(rest));
        }

        return filter;
    }

    /// <summary>The window's other calls, then the top-N, then the bounded call; columns as before.</summary>
    private static LogicalNode Limit(LogicalWindow window, int call, long limit)
    {
        int width = window.Input.Columns.Length;
        WindowCall ranked = window.Calls[call];
        LogicalNode node = window.Calls.Length == 1
            ? window.Input
            : new LogicalWindow(window.Input, window.Calls.RemoveAt(call), window.Names.RemoveAt(call));
        node = new LogicalTopN(node, ranked.PartitionBy, ranked.OrderBy, limit, 0, WithTies: ranked.Name != "row_number");
        node = new LogicalWindow(node, [ranked], [window.Names[call]]);
        if (call == window.Calls.Length - 1)
        {
            return node;
        }

        int last = node.Columns.Length - 1;
        int[] order = [.. Enumerable.Range(0, width + call), last, .. Enumerable.Range(width + call, window.Calls.Length - 1 - call)];
        return new LogicalProject(
            node, [.. order.Select(c => (ScalarExpression)LogicalExpressions.Column(node, c))], [.. window.Columns.Select(f => f.Name)]);
    }

    /// <summary>Which call a conjunct bounds from above, how many rows that leaves, and whether it says no more than that.</summary>
    private static (int Call, long Limit, bool IsWhole)? BoundOf(ScalarExpression conjunct, LogicalWindow window)
    {
        if (conjunct is not CallExpression { Arguments: [var left, var right] } comparison)
        {
            return null;
        }

        string symbol = comparison.Function.Name;
        if (right is ColumnExpression)
        {
            (left, right) = (right, left);
            symbol = symbol switch { ">" => "<", ">=" => "<=", "=" => "=", _ => "" };
        }

        if (left is not ColumnExpression column || column.Index < window.Input.Columns.Length || Integer(right) is not { } value)
        {
            return null;
        }

        long? most = symbol switch { "<=" or "=" => value, "<" => Math.Max(value, 0) - 1, _ => null };
        int call = column.Index - window.Input.Columns.Length;
        bool isRanked = window.Calls[call].Name switch
        {
            "row_number" or "rank" => true,
            "dense_rank" => most <= 1,
            _ => false,
        };
        return isRanked && most is { } limit && limit <= LimitMax ? (call, Math.Max(0, limit), symbol != "=" || limit <= 1) : null;
    }

    private static long? Integer(ScalarExpression expression) => expression is LiteralExpression literal
        ? literal.Value.Value switch
        {
            long value => value,
            int value => value,
            short value => value,
            _ => null,
        }
        : null;
}
