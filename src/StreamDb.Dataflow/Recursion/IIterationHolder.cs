namespace StreamDb.Dataflow.Recursion;

/// <summary>An operator of a recursive scope that may have work for later iterations of the epoch.</summary>
internal interface IIterationHolder
{
    /// <summary>The earliest iteration it has work for; <see cref="int.MaxValue"/>: none.</summary>
    int NextIteration { get; }
}
