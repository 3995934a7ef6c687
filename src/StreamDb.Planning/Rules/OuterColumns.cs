using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Finds and replaces references to the columns of an enclosing apply.</summary>
internal static class OuterColumns
{
    /// <summary>Indexes of the columns that a right side reads from its own apply's left row.</summary>
    public static HashSet<int> Of(LogicalNode right)
    {
        var found = new HashSet<int>();
        var seen = new Dictionary<LogicalNode, HashSet<int>>(ReferenceEqualityComparer.Instance);
        Walk(right, 0);
        return found;

        void Walk(LogicalNode node, int level)
        {
            if (!seen.TryGetValue(node, out HashSet<int>? levels))
            {
                seen.Add(node, levels = []);
            }

            if (!levels.Add(level))
            {
                return;
            }

            LogicalExpressions.Visit(node, e =>
            {
                if (e is OuterColumnExpression outer && outer.Depth == level + 1)
                {
                    found.Add(outer.Index);
                }
            });
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                Walk(node.Inputs[i], node is LogicalApply && i == 1 ? level + 1 : level);
            }
        }
    }

    /// <summary>Indexes of the nearest apply's columns in one expression.</summary>
    public static HashSet<int> Of(ScalarExpression expression)
    {
        var found = new HashSet<int>();
        LogicalExpressions.VisitAll(expression, e =>
        {
            if (e is OuterColumnExpression { Depth: 1 } outer)
            {
                found.Add(outer.Index);
            }
        });
        return found;
    }

    /// <summary>Replaces outer columns that leave <paramref name="right"/>; <paramref name="map"/> gets the column and how many applies inside it stands.</summary>
    public static LogicalNode Map(LogicalNode right, Func<OuterColumnExpression, int, OuterColumnExpression> map) =>
        right.RewriteExpressions((expression, level) => LogicalExpressions.Rewrite(
            expression, e => e is OuterColumnExpression outer && outer.Depth > level ? map(outer, level) : e));
}
