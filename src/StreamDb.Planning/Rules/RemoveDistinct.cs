using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>DISTINCT of rows that differ anyway goes, as does DISTINCT of rows that are only looked for.</summary>
/// <remarks>
/// Rows differ when some of the columns are a key: a table's primary key, grouping columns, another DISTINCT. <c>SELECT
/// DISTINCT name FROM t</c> keeps its DISTINCT, since the key of t is not among the columns. A semi or anti join asks only
/// whether there is a row, but below an inner or outer join each copy counts.
/// </remarks>
internal static class RemoveDistinct
{
    public static LogicalNode Apply(LogicalNode root) => new LogicalRewriter(Remove).Rewrite(root);

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
}
