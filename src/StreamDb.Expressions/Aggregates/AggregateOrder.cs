using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Aggregates;

/// <summary>One key of an ordering given by an expression over the input row.</summary>
public sealed record AggregateOrder(ScalarExpression Expression, bool Descending, bool NullsFirst);
