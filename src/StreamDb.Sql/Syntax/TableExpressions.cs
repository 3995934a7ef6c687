namespace StreamDb.Sql.Syntax;

/// <summary><c>[AS] name [(column, …)]</c>; a function may define its columns with types instead.</summary>
/// <param name="Name">Null only for <c>AS (column type, …)</c>.</param>
public sealed record TableAliasSyntax(
    string? Name,
    SyntaxList<string> Columns,
    SyntaxList<NameAndTypeSyntax> ColumnDefinitions) : SyntaxNode;

/// <summary>A relation by name.</summary>
/// <param name="SystemTime">FOR SYSTEM_TIME AS OF …, or null; <c>proctime()</c> makes it a temporal join.</param>
public sealed record TableReferenceSyntax(
    QualifiedNameSyntax Name,
    TableAliasSyntax? Alias,
    ExpressionSyntax? SystemTime) : TableExpressionSyntax;

/// <summary><c>[LATERAL] (query) alias</c>; VALUES is a query.</summary>
public sealed record DerivedTableSyntax(QuerySyntax Query, bool IsLateral, TableAliasSyntax? Alias) : TableExpressionSyntax;

/// <summary>
/// A function in FROM; window functions (<c>TUMBLE(relation, column, interval)</c>) too, whose first argument then is a
/// <see cref="ColumnReferenceSyntax"/> that names a relation or a <see cref="ScalarSubquerySyntax"/>.
/// </summary>
public sealed record TableFunctionSyntax(
    ExpressionSyntax Function,
    bool IsLateral,
    bool WithOrdinality,
    TableAliasSyntax? Alias) : TableExpressionSyntax;

/// <summary><c>ROWS FROM (f(…), g(…))</c>.</summary>
public sealed record RowsFromSyntax(
    SyntaxList<ExpressionSyntax> Functions,
    bool IsLateral,
    bool WithOrdinality,
    TableAliasSyntax? Alias) : TableExpressionSyntax;

public enum JoinKind
{
    Inner,
    Left,
    Right,
    Full,
    Cross,
}

/// <summary>
/// A join. At most one of ON, USING and NATURAL is there; a cross join has none. Chains lean left: go down
/// <c>Left</c> in a loop.
/// </summary>
public sealed record JoinSyntax(
    JoinKind Kind,
    TableExpressionSyntax Left,
    TableExpressionSyntax Right) : TableExpressionSyntax
{
    public ExpressionSyntax? On { get; init; }

    public SyntaxList<string> Using { get; init; }

    /// <summary><c>USING (…) AS alias</c>.</summary>
    public string? UsingAlias { get; init; }

    public bool IsNatural { get; init; }

    /// <summary>ASOF JOIN: the condition has one inequality, and the nearest row counts.</summary>
    public bool IsAsOf { get; init; }

    /// <summary>Of a join in parentheses only: <c>(a JOIN b …) AS alias</c>.</summary>
    public TableAliasSyntax? Alias { get; init; }
}
