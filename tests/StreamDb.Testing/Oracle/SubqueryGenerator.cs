namespace StreamDb.Testing.Oracle;

/// <summary>EXISTS, IN, quantified, scalar and ARRAY subqueries, correlated in filters, in aggregates, below LIMIT, DISTINCT and set operations, and through several levels.</summary>
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
            return Exists(inner);
        }

        List<(ScopeColumn Outer, ScopeColumn Inner)> pairs = Pairs(outer, inner.Scope);
        if (pairs.Count == 0)
        {
            return Exists(inner);
        }

        (ScopeColumn left, ScopeColumn right) = _dice.Pick(pairs);
        return _dice.Weighted(35, 25, 15, 20, 5) switch
        {
            0 => $"{left.Sql} IN ({Column(right, inner)})",
            1 => $"{left.Sql} NOT IN ({Column(right, inner)})",
            2 => $"{left.Sql} {_dice.Pick("=", "<", ">=", "<>")} {_dice.Pick("ANY", "ALL")} ({Column(right, inner)})",
            3 => $"{left.Sql} {_dice.Pick("=", "<", ">=", "<>")} {First(right, inner, outer)}",
            _ => $"{left.Sql}::text = {_dice.Pick("ANY", "ALL")} ({Collected(right, inner, " ORDER BY 1")}::text[])",
        };
    }

    /// <summary>A scalar subquery of that type, or null when there is none.</summary>
    public string? Scalar(ValueType type, Scope outer)
    {
        if (type is ValueType.Loose or ValueType.Bool || Open(outer) is not { } inner)
        {
            return null;
        }

        if (type == ValueType.Int8 && _dice.Chance(60))
        {
            string counted = _dice.Pick("*", "*", inner.Scope.Columns[0].Sql, $"DISTINCT {inner.Scope.Columns[^1].Sql}");
            return $"(SELECT count({counted}) FROM {inner.From}{inner.Where}{(_dice.Chance(8) ? " HAVING count(*) > 1" : "")})";
        }

        if (type == ValueType.Text && _dice.Chance(15))
        {
            ScopeColumn column = _dice.Pick(inner.Scope.Columns.Where(c => c.Type != ValueType.Loose).DefaultIfEmpty(inner.Scope.Columns[0]).ToList());
            return column.Type == ValueType.Loose ? null : $"({Collected(column, inner, $" ORDER BY 1{_dice.Pick("", " DESC")}")}::text)";
        }

        List<ScopeColumn> columns = inner.Scope.OfType(type);
        return columns.Count == 0 ? null : First(_dice.Pick(columns), inner, outer);
    }

    private string Exists(Inner inner) => $"{_dice.Pick("", "NOT ")}EXISTS " + _dice.Weighted(70, 10, 10, 10) switch
    {
        0 => $"(SELECT {_dice.Pick("1", "*")} FROM {inner.From}{inner.Where})",
        1 => $"(SELECT count(*) FROM {inner.From}{inner.Where} HAVING count(*) > {_dice.Between(0, 2)})",
        2 => $"(SELECT {inner.Scope.Columns[0].Sql} FROM {inner.From}{inner.Where} GROUP BY 1 HAVING count(*) > 1)",
        _ => $"(SELECT 1 FROM {inner.From}{inner.Where} OFFSET {_dice.Between(0, 2)})",
    };

    /// <summary>A query of one column.</summary>
    private string Column(ScopeColumn column, Inner inner)
    {
        string plain = $"SELECT {column.Sql} FROM {inner.From}{inner.Where}";
        return column.Type == ValueType.Loose ? plain : _dice.Weighted(70, 8, 8, 7, 7) switch
        {
            0 => plain,
            1 => $"SELECT DISTINCT {column.Sql} FROM {inner.From}{inner.Where}",
            2 => $"{plain} ORDER BY 1{_dice.Pick("", " DESC")} LIMIT {_dice.Between(1, 3)}",
            3 => $"{plain} {_dice.Pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT ALL")} SELECT {ValueTypes.Literal(_dice, column.Type)}",
            _ => $"SELECT {(column.Type == ValueType.Bool ? "bool_or" : "max")}({column.Sql}) FROM {inner.From}{inner.Where} GROUP BY {inner.Scope.Columns[0].Sql}",
        };
    }

    private static string Collected(ScopeColumn column, Inner inner, string order) => $"ARRAY(SELECT {column.Sql} FROM {inner.From}{inner.Where}{order})";

    private string First(ScopeColumn column, Inner inner, Scope outer)
    {
        if (column.Type == ValueType.Bool || _dice.Chance(35))
        {
            return $"(SELECT {column.Sql} FROM {inner.From}{inner.Where} ORDER BY 1{_dice.Pick("", " DESC", " DESC NULLS LAST")} LIMIT 1)";
        }

        // An argument that reads both rows: an aggregate of outer columns alone would belong to the outer query.
        List<ScopeColumn> outers = outer.OfType(column.Type);
        string argument = outers.Count > 0 && _dice.Chance(30) ? $"COALESCE({column.Sql}, {_dice.Pick(outers).Sql})" : column.Sql;
        string aggregate = column.Type is ValueType.Int4 && _dice.Chance(25)
            ? $"(sum({argument})::int)"
            : $"{_dice.Pick("min", "max")}({argument})";
        return $"(SELECT {aggregate} FROM {inner.From}{inner.Where})";
    }

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
            // What is further inside may read the rows of every level.
            Scope seen = _dice.Chance(35) ? scope with { Columns = [.. scope.Columns, .. outer.Columns] } : scope;
            conditions.Add(expressions.Predicate(seen, 1));
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
