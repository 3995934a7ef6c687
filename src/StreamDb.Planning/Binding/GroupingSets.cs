using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>GROUP BY → the list of its grouping sets.</summary>
internal static class GroupingSets
{
    private const int SetsMax = 4096;

    /// <summary>The cross product of the elements' sets: a plain expression is one set, ROLLUP and CUBE are several.</summary>
    public static List<ImmutableArray<ScalarExpression>> Expand(GroupBySyntax groupBy, Func<ExpressionSyntax, ScalarExpression> bind)
    {
        List<ImmutableArray<ScalarExpression>> result = [[]];
        foreach (GroupingElementSyntax element in groupBy.Elements)
        {
            List<ImmutableArray<ScalarExpression>> sets = SetsOf(element, bind);
            result = [.. result.SelectMany(left => sets.Select(right => Union(left, right)))];
            if (result.Count > SetsMax)
            {
                throw BindError.At(SqlState.StatementTooComplex, groupBy.Position, $"too many grouping sets present (maximum {SetsMax})");
            }
        }

        return groupBy.IsDistinct ? Distinct(result) : result;
    }

    private static List<ImmutableArray<ScalarExpression>> SetsOf(GroupingElementSyntax element, Func<ExpressionSyntax, ScalarExpression> bind)
    {
        switch (element)
        {
            case GroupingExpressionSyntax expression:
                return [Parts(expression.Expression, bind)];
            case EmptyGroupingSyntax:
                return [[]];
            case GroupingSetsSyntax sets:
                return [.. sets.Elements.SelectMany(e => SetsOf(e, bind))];
            case RollupSyntax rollup:
                ImmutableArray<ScalarExpression>[] steps = [.. rollup.Expressions.Select(e => Parts(e, bind))];
                return [.. Enumerable.Range(0, steps.Length + 1).Select(i => Join(steps.Take(steps.Length - i)))];
            case CubeSyntax cube:
                ImmutableArray<ScalarExpression>[] axes = [.. cube.Expressions.Select(e => Parts(e, bind))];
                if (axes.Length > 12)
                {
                    throw BindError.At(SqlState.TooManyColumns, cube.Position, "CUBE is limited to 12 elements");
                }

                return [.. Enumerable.Range(0, 1 << axes.Length).Select(mask =>
                    Join(axes.Where((_, i) => (mask & (1 << (axes.Length - 1 - i))) == 0)))];
            default:
                throw BindError.NotSupported("this grouping element", element.Position);
        }
    }

    private static ImmutableArray<ScalarExpression> Parts(ExpressionSyntax syntax, Func<ExpressionSyntax, ScalarExpression> bind) =>
        syntax is RowSyntax { IsExplicit: false } row ? [.. row.Fields.Select(bind)] : [bind(syntax)];

    private static ImmutableArray<ScalarExpression> Join(IEnumerable<ImmutableArray<ScalarExpression>> parts) =>
        parts.Aggregate((ImmutableArray<ScalarExpression>)[], Union);

    private static ImmutableArray<ScalarExpression> Union(ImmutableArray<ScalarExpression> left, ImmutableArray<ScalarExpression> right) =>
        [.. left.Concat(right).Distinct()];

    private static List<ImmutableArray<ScalarExpression>> Distinct(List<ImmutableArray<ScalarExpression>> sets)
    {
        List<ImmutableArray<ScalarExpression>> result = [];
        foreach (ImmutableArray<ScalarExpression> set in sets)
        {
            if (!result.Exists(r => r.Length == set.Length && r.All(e => set.Contains(e))))
            {
                result.Add(set);
            }
        }

        return result;
    }
}
