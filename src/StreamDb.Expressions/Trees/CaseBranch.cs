namespace StreamDb.Expressions.Trees;

/// <summary>WHEN <paramref name="Condition"/> THEN <paramref name="Result"/>.</summary>
public sealed record CaseBranch(ScalarExpression Condition, ScalarExpression Result);
