namespace StreamDb.Testing.Oracle;

/// <summary>A column as an expression names it.</summary>
internal sealed record ScopeColumn(string Sql, ValueType Type);

/// <summary>The columns that an expression may use, and how far subqueries may go.</summary>
/// <param name="SubqueryDepth">How many levels of subqueries may follow.</param>
internal sealed record Scope(IReadOnlyList<ScopeColumn> Columns, int SubqueryDepth)
{
    public static Scope Empty { get; } = new([], 0);

    public List<ScopeColumn> OfType(ValueType type) => [.. Columns.Where(c => c.Type == type)];
}
