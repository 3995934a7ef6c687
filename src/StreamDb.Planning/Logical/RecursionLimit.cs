namespace StreamDb.Planning.Logical;

/// <summary>How often the queries of a recursive scope are evaluated at most.</summary>
/// <param name="Returns">Whether the result is then what they gave; otherwise going on is error 54000.</param>
public sealed record RecursionLimit(int Iterations, bool Returns)
{
    /// <summary>Far beyond what ends by itself in reasonable time; a recursion without end meets it after seconds.</summary>
    public static RecursionLimit Default { get; } = new(10_000, Returns: false);
}
