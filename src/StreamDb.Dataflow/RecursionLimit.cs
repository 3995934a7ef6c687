namespace StreamDb.Dataflow;

/// <summary>How far a recursive scope may go.</summary>
/// <param name="Iterations">How often its bodies are evaluated at most.</param>
/// <param name="Returns">Whether the result is then what they are; otherwise going on is error 54000.</param>
public sealed record RecursionLimit(int Iterations, bool Returns)
{
    /// <summary>Rows that one worker may feed back in one epoch: beyond it the recursion is taken to be endless, error 54000.</summary>
    public long RowsMax { get; init; } = 1L << 26;
}
