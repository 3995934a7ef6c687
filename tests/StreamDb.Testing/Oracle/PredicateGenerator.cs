namespace StreamDb.Testing.Oracle;

/// <summary>Conditions, with NULLs wherever they can be.</summary>
internal sealed class PredicateGenerator(Dice dice, ExpressionGenerator expressions)
{
    private static readonly string[] _comparisons = ["=", "=", "<>", "<", "<=", ">", ">="];

    private static readonly ValueType[] _numbers = [ValueType.Int4, ValueType.Int8, ValueType.Numeric];

    public string Of(Scope scope, int depth)
    {
        if (depth > 0 && dice.Chance(35))
        {
            return dice.Weighted(35, 35, 15, 15) switch
            {
                0 => $"({Of(scope, depth - 1)} AND {Of(scope, depth - 1)})",
                1 => $"({Of(scope, depth - 1)} OR {Of(scope, depth - 1)})",
                2 => $"NOT ({Of(scope, depth - 1)})",
                _ => $"(({Of(scope, depth - 1)}) IS {dice.Pick("", "NOT ")}{dice.Pick("TRUE", "FALSE", "UNKNOWN")})",
            };
        }

        if (scope.SubqueryDepth > 0 && dice.Chance(30) && expressions.Subqueries.Predicate(scope) is { } subquery)
        {
            return subquery;
        }

        return Simple(scope, depth);
    }

    private string Simple(Scope scope, int depth)
    {
        if (scope.Columns.Count == 0)
        {
            return dice.Pick("true", "1 < 2", "NULL::boolean");
        }

        ScopeColumn column = dice.Pick(scope.Columns);
        Scope others = Without(scope, column);
        string Other() => expressions.Of(column.Type, others, Math.Min(depth, 1));
        return dice.Weighted(45, 10, 10, 8, 8, column.Type == ValueType.Text ? 20 : 0, column.Type == ValueType.Bool ? 30 : 0) switch
        {
            0 => Compare(column, others, depth),
            1 => $"{column.Sql} IS {dice.Pick("", "NOT ")}NULL",
            2 => $"{column.Sql} IS {dice.Pick("", "NOT ")}DISTINCT FROM {Other()}",
            3 => $"{column.Sql} {dice.Pick("", "NOT ")}BETWEEN {Other()} AND {Other()}",
            4 => $"{column.Sql} {dice.Pick("", "NOT ")}IN ({Other()}, {Other()}{dice.Pick("", ", NULL")})",
            5 => $"{column.Sql} {dice.Pick("", "NOT ")}LIKE {dice.Pick("'a%'", "'%b'", "'_'", "'%'", "'\\%%'")}",
            _ => column.Sql,
        };
    }

    /// <summary>A column is seldom compared with itself.</summary>
    private Scope Without(Scope scope, ScopeColumn column) =>
        dice.Chance(5) ? scope : scope with { Columns = [.. scope.Columns.Where(c => c != column)] };

    private string Compare(ScopeColumn column, Scope scope, int depth)
    {
        ValueType other = _numbers.Contains(column.Type) && dice.Chance(30) ? dice.Pick(_numbers) : column.Type;
        return $"{column.Sql} {dice.Pick(_comparisons)} {expressions.Of(other, scope, Math.Min(depth, 1))}";
    }
}
