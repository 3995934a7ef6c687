namespace StreamDb.Sql.Syntax;

/// <summary>
/// A function, aggregate or window function call. The forms with words inside the parentheses are plain calls with
/// PostgreSQL's names and argument order: <c>EXTRACT(f FROM x)</c> is <c>extract('f', x)</c>, <c>SUBSTRING(s FROM a FOR n)</c>
/// is <c>substring(s, a, n)</c>, <c>TRIM(LEADING c FROM s)</c> is <c>ltrim(s, c)</c> (<c>rtrim</c>, <c>btrim</c>),
/// <c>POSITION(a IN s)</c> is <c>position(s, a)</c>, <c>OVERLAY(s PLACING r FROM a FOR n)</c> is <c>overlay(s, r, a, n)</c>.
/// </summary>
public sealed record FunctionCallSyntax(QualifiedNameSyntax Name, SyntaxList<FunctionArgumentSyntax> Arguments) : ExpressionSyntax
{
    /// <summary><c>count(*)</c>: no arguments, but a star.</summary>
    public bool IsStar { get; init; }

    public bool IsDistinct { get; init; }

    /// <summary>ORDER BY inside the parentheses.</summary>
    public SyntaxList<OrderItemSyntax> OrderBy { get; init; }

    /// <summary>WITHIN GROUP (ORDER BY …).</summary>
    public SyntaxList<OrderItemSyntax> WithinGroup { get; init; }

    public ExpressionSyntax? Filter { get; init; }

    /// <summary>True for IGNORE NULLS, false for RESPECT NULLS, null when neither is written.</summary>
    public bool? IgnoresNulls { get; init; }

    public WindowSyntax? Over { get; init; }

    /// <summary><c>aggregate:f(…)</c>: a scalar function over all rows at once.</summary>
    public bool IsAggregateOfScalar { get; init; }
}

/// <summary>One argument: <c>value</c>, <c>name => value</c> or <c>VARIADIC value</c>.</summary>
public sealed record FunctionArgumentSyntax(string? Name, ExpressionSyntax Value, bool IsVariadic = false) : SyntaxNode;

/// <summary><c>COALESCE(…)</c>.</summary>
public sealed record CoalesceSyntax(SyntaxList<ExpressionSyntax> Arguments) : ExpressionSyntax;

/// <summary><c>GREATEST(…)</c>.</summary>
public sealed record GreatestSyntax(SyntaxList<ExpressionSyntax> Arguments) : ExpressionSyntax;

/// <summary><c>LEAST(…)</c>.</summary>
public sealed record LeastSyntax(SyntaxList<ExpressionSyntax> Arguments) : ExpressionSyntax;

/// <summary><c>NULLIF(left, right)</c>.</summary>
public sealed record NullIfSyntax(ExpressionSyntax Left, ExpressionSyntax Right) : ExpressionSyntax;

/// <summary><c>CASE [operand] WHEN … THEN … [ELSE …] END</c>.</summary>
public sealed record CaseSyntax(
    ExpressionSyntax? Operand,
    SyntaxList<CaseWhenSyntax> Whens,
    ExpressionSyntax? Else) : ExpressionSyntax;

/// <summary><c>WHEN condition THEN result</c>; with an operand, <c>Condition</c> is the value to compare with.</summary>
public sealed record CaseWhenSyntax(ExpressionSyntax Condition, ExpressionSyntax Result) : SyntaxNode;

/// <summary><c>ARRAY[…]</c>; the inner brackets of a nested array are nested nodes.</summary>
public sealed record ArraySyntax(SyntaxList<ExpressionSyntax> Elements) : ExpressionSyntax;

/// <summary><c>LIST[…]</c>.</summary>
public sealed record ListSyntax(SyntaxList<ExpressionSyntax> Elements) : ExpressionSyntax;

/// <summary><c>MAP {key: value, …}</c>, also <c>MAP[key => value, …]</c>.</summary>
public sealed record MapSyntax(SyntaxList<MapEntrySyntax> Entries) : ExpressionSyntax;

/// <summary>One entry of a <see cref="MapSyntax"/>.</summary>
public sealed record MapEntrySyntax(ExpressionSyntax Key, ExpressionSyntax Value) : SyntaxNode;

/// <summary><c>ROW(…)</c>, or <c>(a, b)</c> with at least two fields.</summary>
/// <param name="IsExplicit">Written with the word ROW.</param>
public sealed record RowSyntax(SyntaxList<ExpressionSyntax> Fields, bool IsExplicit) : ExpressionSyntax;

/// <summary><c>|a, b| body</c>.</summary>
public sealed record LambdaSyntax(SyntaxList<string> Parameters, ExpressionSyntax Body) : ExpressionSyntax;
