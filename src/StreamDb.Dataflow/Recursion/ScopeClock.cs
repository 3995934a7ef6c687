namespace StreamDb.Dataflow.Recursion;

/// <summary>The iteration that a recursive scope is computing on one worker.</summary>
internal sealed class ScopeClock
{
    public int Iteration { get; set; }
}
