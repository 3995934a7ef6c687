using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Relations that can have no rows become empty constants, and what follows from that; filters that are always true go.</summary>
/// <remarks>
/// <c>WHERE false</c>, <c>LIMIT 0</c>, inner joins with nothing. An aggregate without keys is one row even of nothing:
/// <c>SELECT count(*) FROM t WHERE false</c> is 0 and stays. A left join with nothing keeps its left rows.
/// </remarks>
internal static class FoldEmpty
{
    public static LogicalNode Apply(LogicalNode root) => new LogicalRewriter(Fold).Rewrite(root);

    private static LogicalNode Fold(LogicalNode node)
    {
        switch (node)
        {
            case LogicalFilter { Predicate: LiteralExpression { Value.Value: true } } filter:
                return filter.Input;
            case LogicalFilter filter when LogicalExpressions.Conjuncts(filter.Predicate).Any(c => c is LiteralExpression { Value.Value: not true }):
            case LogicalTopN { Limit: 0, WithTies: false }:
                return Nothing(node);
            case LogicalFilter or LogicalProject or LogicalDistinct or LogicalTopN or LogicalWindow or LogicalTableFunction or LogicalAssertSingle:
                return IsEmpty(node.Inputs[0]) ? Nothing(node) : node;
            case LogicalAggregate { Keys.Length: > 0 } aggregate:
                return IsEmpty(aggregate.Input) ? Nothing(node) : node;
            case LogicalJoin join:
                return FoldJoin(join, IsEmpty(join.Left), IsEmpty(join.Right) || Never(join.Condition));
            case LogicalSetOperation { Kind: SetOperationKind.Union } union:
                return FoldUnion(union);
            case LogicalSetOperation set when IsEmpty(set.Operands[0]) || (set.Kind == SetOperationKind.Intersect && IsEmpty(set.Operands[1])):
                return Nothing(node);
            default:
                return node;
        }
    }

    private static LogicalNode FoldJoin(LogicalJoin join, bool leftEmpty, bool rightEmpty) => (join.Kind, leftEmpty, rightEmpty) switch
    {
        (JoinKind.Inner or JoinKind.Semi, true, _) or (JoinKind.Inner or JoinKind.Semi, _, true) => Nothing(join),
        (JoinKind.Left or JoinKind.Anti, true, _) => Nothing(join),
        (JoinKind.Anti, _, true) => join.Left,
        (JoinKind.Left, _, true) => WithNulls(join, isLeftKept: true),
        (JoinKind.Right, true, _) => WithNulls(join, isLeftKept: false),
        (JoinKind.Right, _, true) when IsEmpty(join.Right) => Nothing(join),
        (JoinKind.Full, true, _) => WithNulls(join, isLeftKept: false),
        (JoinKind.Full, _, true) when IsEmpty(join.Right) => WithNulls(join, isLeftKept: true),
        _ => join,
    };

    private static LogicalNode FoldUnion(LogicalSetOperation union)
    {
        ImmutableArray<LogicalNode> rest = [.. union.Operands.Where(o => !IsEmpty(o))];
        if (rest.Length == union.Operands.Length)
        {
            return union;
        }

        return rest switch
        {
            [] => Nothing(union),
            [var only] => Named(union.IsAll ? only : new LogicalDistinct(only), union),
            _ => Named(new LogicalSetOperation(SetOperationKind.Union, union.IsAll, rest), union),
        };
    }

    /// <summary>The first operand gives a union its names.</summary>
    private static LogicalNode Named(LogicalNode node, LogicalNode original) =>
        node.Columns.Select(f => f.Name).SequenceEqual(original.Columns.Select(f => f.Name))
            ? node
            : new LogicalProject(node, [.. LogicalExpressions.AllColumns(node)], [.. original.Columns.Select(f => f.Name)]);

    private static LogicalProject WithNulls(LogicalJoin join, bool isLeftKept)
    {
        IEnumerable<ScalarExpression> Nulls(LogicalNode side) => side.Columns.Select(f => LiteralExpression.Null(f.Type));
        return new LogicalProject(
            isLeftKept ? join.Left : join.Right,
            isLeftKept
                ? [.. LogicalExpressions.AllColumns(join.Left), .. Nulls(join.Right)]
                : [.. Nulls(join.Left), .. LogicalExpressions.AllColumns(join.Right)],
            [.. join.Columns.Select(f => f.Name)]);
    }

    private static bool Never(ScalarExpression condition) =>
        LogicalExpressions.Conjuncts(condition).Any(c => c is LiteralExpression { Value.Value: not true });

    private static bool IsEmpty(LogicalNode node) => node is LogicalValues { Rows.IsEmpty: true };

    private static LogicalValues Nothing(LogicalNode node) => new([], node.Columns);
}
