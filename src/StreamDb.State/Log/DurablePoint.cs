namespace StreamDb.State.Log;

/// <summary>How far a log is known to be durable.</summary>
/// <param name="Sequence">The last durable record.</param>
/// <param name="Address">The first address after it.</param>
public readonly record struct DurablePoint(long Sequence, long Address);
