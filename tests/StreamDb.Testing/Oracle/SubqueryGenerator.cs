namespace StreamDb.Testing.Oracle;

/// <summary>EXISTS, IN, quantified and scalar subqueries over one relation, correlated or not.</summary>
internal sealed class SubqueryGenerator(QueryContext context, ExpressionGenerator expressions)
{
    private const int InnerRowsMax = 200;

    private readonly Dice _dice = context.Dice;

    /// <summary>A condition with a subquery, or null when no relation is small enough.</summary>
    public string? Predicate(Scope outer)
    {
        if (Open(outer) is not { } inner)
        {
            return null;
        }

        if (outer.Columns.Count == 0 || _dice.Chance(35))
        {
            return $"{_dice.Pick("", "NOT ")}EXISTS (SELECT {_dice.Pick("1", "*")} FROM {inner.From}{inner.Where})";
        }

        List<(ScopeColumn Outer, ScopeColumn Inner)> pairs = Pairs(outer, inner.Scope);
        if (pairs.Count == 0)
        {
            return $"EXISTS (SELECT 1 FROM {inner.From}{inner.Where})";
        }

        (ScopeColumn left, ScopeColumn right) = _dice.Pick(pairs);
        return _dice.Weighted(40, 25, 10, 25) switch
        {
            0 => $"{left.Sql} IN (SELECT {right.Sql} FROM {inner.From}{inner.Where})",
            1 => $"{left.Sql} NOT IN (SELECT {right.Sql} FROM {inner.From}{inner.Where})",
            2 => $"{left.Sql} {_dice.Pick("=", "<", ">=", "<>")} {_dice.Pick("ANY", "ALL")} (SELECT {right.Sql} FROM {inner.From}{inner.Where})",
            _ => $"{left.Sql} {_dice.Pick("=", "<", ">=", "<>")} {First(right, inner)}",
        };
    }

    /// <summary>A scalar subquery of that type, or null when there is none.</summary>
    public string? Scalar(ValueType type, Scope outer)
    {
        if (type is ValueType.Loose or ValueType.Bool || Open(outer) is not { } inner)
        {
            return null;
        }

        if (type == ValueType.Int8 && _dice.Chance(70))
        {
            return $"(SELECT count({_dice.Pick("*", inner.Scope.Columns[0].Sql)}) FROM {inner.From}{inner.Where})";
        }

        List<ScopeColumn> columns = inner.Scope.OfType(type);
        return columns.Count == 0 ? null : First(_dice.Pick(columns), inner);
    }

    private string First(ScopeColumn column, Inner inner) => column.Type == ValueType.Bool || _dice.Chance(40)
        ? $"(SELECT {column.Sql} FROM {inner.From}{inner.Where} ORDER BY 1{_dice.Pick("", " DESC", " DESC NULLS LAST")} LIMIT 1)"
        : $"(SELECT {_dice.Pick("min", "max")}({column.Sql}) FROM {inner.From}{inner.Where})";

    private Inner? Open(Scope outer)
    {
        if (context.PickRelation(InnerRowsMax) is not { } relation)
        {
            return null;
        }

        string alias = context.FreshName("s");
        var scope = new Scope([.. relation.Columns.Select(c => new ScopeColumn($"{alias}.{c.Name}", c.Type))], outer.SubqueryDepth - 1);
        List<string> conditions = [];
        List<(ScopeColumn Outer, ScopeColumn Inner)> pairs = Pairs(outer, scope);
        if (pairs.Count > 0 && _dice.Chance(60))
        {
            (ScopeColumn left, ScopeColumn right) = _dice.Pick(pairs);
            conditions.Add($"{right.Sql} {_dice.Pick("=", "=", "=", "=", "<", "IS NOT DISTINCT FROM")} {left.Sql}");
        }

        if (_dice.Chance(40))
        {
            conditions.Add(expressions.Predicate(scope, 1));
        }

        string where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        return new Inner($"{relation.Name} AS {alias}", where, scope);
    }

    private static List<(ScopeColumn Outer, ScopeColumn Inner)> Pairs(Scope outer, Scope inner) =>
    [
        .. from o in outer.Columns
           from i in inner.Columns
           where o.Type == i.Type && o.Type != ValueType.Loose
           select (o, i),
    ];

    private sealed record Inner(string From, string Where, Scope Scope);
}
