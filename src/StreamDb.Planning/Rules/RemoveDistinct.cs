using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>DISTINCT of rows that differ anyway goes, as does DISTINCT of rows that are only looked for, or whose duplicates do not matter above.</summary>
/// <remarks>
/// Rows differ when some of the columns are a key: a table's primary key, grouping columns, another DISTINCT. <c>SELECT
/// DISTINCT name FROM t</c> keeps its DISTINCT, since the key of t is not among the columns. A semi or anti join asks only
/// whether there is a row, but below an inner or outer join each copy counts.
/// <para>Duplicates do not matter to <c>SELECT max(x) FROM (SELECT DISTINCT x, y FROM t)</c>, nor to a UNION of such queries, but to
/// <c>count(x)</c> they do (<see cref="Duplicates"/>). Not when other nodes read the distinct rows: then they are there, and are
/// fewer. Not when an expression between might tell equal values apart: of 1.0 and 1.00 the DISTINCT leaves one, so that
/// <c>count(DISTINCT n::text)</c> above is 1. And a DISTINCT below a join stays: the join keeps less.</para>
/// </remarks>
internal static class RemoveDistinct
{
    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root);

    private static LogicalNode Remove(LogicalNode node) => node switch
    {
        LogicalDistinct distinct when UniqueKeys.Has(distinct.Input) => distinct.Input,
        LogicalAggregate { Aggregates.IsEmpty: true, Keys.Length: > 0 } aggregate when IsUnique(aggregate) =>
            new LogicalProject(aggregate.Input, aggregate.Keys, aggregate.Names),
        LogicalJoin { Kind: JoinKind.Semi or JoinKind.Anti, Right: LogicalDistinct distinct } join =>
            new LogicalJoin(join.Kind, join.Left, distinct.Input, join.Condition),
        _ => node,
    };

    private static bool IsUnique(LogicalAggregate aggregate) =>
        UniqueKeys.Covers(aggregate.Input, aggregate.Keys.OfType<ColumnExpression>().Select(c => c.Index));

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (!_done.TryGetValue(node, out LogicalNode? result))
            {
                bool mayRepeat = Duplicates.DoNotMatterTo(node) && KeepsForms(node);
                result = Remove(LogicalRewriter.RewriteInputs(mayRepeat ? node.WithInputs([WithRepeats(node.Inputs[0])]) : node, Visit));
                _done.Add(node, result);
            }

            return result;
        }

        /// <summary>The same rows, some of them perhaps more often.</summary>
        private LogicalNode WithRepeats(LogicalNode node)
        {
            if (parents.GetValueOrDefault(node) > 1 || !KeepsForms(node))
            {
                return node;
            }

            switch (node)
            {
                case LogicalDistinct distinct:
                    return WithRepeats(distinct.Input);
                case LogicalAggregate { Aggregates.IsEmpty: true, Keys.Length: > 0 } aggregate:
                    return new LogicalProject(WithRepeats(aggregate.Input), aggregate.Keys, aggregate.Names);
                case LogicalFilter or LogicalProject or LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true }:
                    return LogicalRewriter.RewriteInputs(node, WithRepeats);
                default:
                    return node;
            }
        }

        /// <summary>Whether the node's expressions give equal values for equal values; and the same ones, asked again.</summary>
        private static bool KeepsForms(LogicalNode node)
        {
            bool keeps = true;
            LogicalExpressions.MapExpressions(node, e =>
            {
                keeps &= e is ColumnExpression
                    || !LogicalExpressions.Any(e, x => x is ColumnExpression column && !EqualColumns.HasOneForm(column.Type)) && !LogicalExpressions.IsVolatile(e);
                return e;
            });
            return keeps;
        }
    }
}
