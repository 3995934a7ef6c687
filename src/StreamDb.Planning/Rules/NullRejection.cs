using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Which columns a condition needs to be known: it cannot be true of a row that has NULL there.</summary>
/// <remarks>
/// <c>b.x = 1</c> and <c>b.x IS NOT NULL</c> need b.x; <c>b.x IS NULL</c>, <c>coalesce(b.x, 0) = 0</c> and
/// <c>b.x = 1 OR a.y = 2</c> do not.
/// </remarks>
internal static class NullRejection
{
    /// <summary>Columns for which <paramref name="predicate"/> is false or NULL whenever they are NULL.</summary>
    public static HashSet<int> Of(ScalarExpression predicate) => predicate switch
    {
        LogicalExpression { IsAnd: true } and => Union(and.Operands.Select(Of)),
        LogicalExpression or => Intersection(or.Operands.Select(Of)),
        NotExpression { Operand: IsNullExpression isNull } => NullWith(isNull.Operand),
        DistinctFromExpression { IsNegated: true, Right.IsNullable: false } same => NullWith(same.Left),
        DistinctFromExpression { IsNegated: true, Left.IsNullable: false } same => NullWith(same.Right),
        _ => NullWith(predicate),
    };

    /// <summary>Columns for which <paramref name="expression"/> is NULL whenever they are.</summary>
    public static HashSet<int> NullWith(ScalarExpression expression) => expression switch
    {
        ColumnExpression column => [column.Index],
        CastExpression cast => NullWith(cast.Operand),
        NotExpression not => NullWith(not.Operand),
        CallExpression { Function.IsStrict: true } call => Union(call.Arguments.Select(NullWith)),
        LogicalExpression logical => Intersection(logical.Operands.Select(NullWith)),
        CoalesceExpression coalesce => Intersection(coalesce.Operands.Select(NullWith)),
        _ => [],
    };

    private static HashSet<int> Union(IEnumerable<HashSet<int>> sets) => [.. sets.SelectMany(s => s)];

    private static HashSet<int> Intersection(IEnumerable<HashSet<int>> sets)
    {
        HashSet<int>? result = null;
        foreach (HashSet<int> set in sets)
        {
            if (result is null)
            {
                result = set;
            }
            else
            {
                result.IntersectWith(set);
            }
        }

        return result ?? [];
    }
}
