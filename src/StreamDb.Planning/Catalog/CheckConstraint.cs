namespace StreamDb.Planning.Catalog;

/// <summary>CHECK (<paramref name="ConditionText"/>).</summary>
public sealed record CheckConstraint(string Name, string ConditionText);
