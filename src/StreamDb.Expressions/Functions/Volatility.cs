namespace StreamDb.Expressions.Functions;

/// <summary>PostgreSQL's volatility classes.</summary>
public enum Volatility : byte
{
    Immutable,

    /// <summary>One value per statement, such as now().</summary>
    Stable,
    Volatile,
}
