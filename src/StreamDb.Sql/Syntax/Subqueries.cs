namespace StreamDb.Sql.Syntax;

/// <summary><c>(SELECT …)</c> as a value.</summary>
public sealed record ScalarSubquerySyntax(QuerySyntax Query) : ExpressionSyntax;

/// <summary><c>EXISTS (SELECT …)</c>; NOT EXISTS is a <see cref="NotSyntax"/> around it.</summary>
public sealed record ExistsSyntax(QuerySyntax Query) : ExpressionSyntax;

/// <summary><c>operand [NOT] IN (SELECT …)</c>; several columns when the operand is a row.</summary>
public sealed record InSubquerySyntax(ExpressionSyntax Operand, QuerySyntax Query, bool IsNegated) : ExpressionSyntax;

public enum CollectionKind
{
    Array,
    List,
    Map,
}

/// <summary><c>ARRAY(SELECT …)</c>, <c>LIST(SELECT …)</c>, <c>MAP(SELECT …)</c>.</summary>
public sealed record CollectionSubquerySyntax(CollectionKind Kind, QuerySyntax Query) : ExpressionSyntax;

public enum Quantifier
{
    /// <summary>ANY, also written SOME.</summary>
    Any,
    All,
}

/// <summary><c>left operator ANY (SELECT …)</c>. LIKE and its relatives appear as their operators (<c>~~</c>, <c>!~~*</c>, …).</summary>
public sealed record QuantifiedSubquerySyntax(
    ExpressionSyntax Left,
    OperatorSyntax Operator,
    Quantifier Quantifier,
    QuerySyntax Query) : ExpressionSyntax;

/// <summary><c>left operator ANY (array)</c>.</summary>
public sealed record QuantifiedArraySyntax(
    ExpressionSyntax Left,
    OperatorSyntax Operator,
    Quantifier Quantifier,
    ExpressionSyntax Array) : ExpressionSyntax;
