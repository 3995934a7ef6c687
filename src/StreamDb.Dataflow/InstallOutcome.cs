namespace StreamDb.Dataflow;

/// <summary>How a dataflow came to its state.</summary>
/// <param name="IsRestored">From a checkpoint; otherwise it was computed from its inputs.</param>
/// <param name="Reason">Why there was nothing to restore, for people; empty when it was restored.</param>
public readonly record struct InstallOutcome(bool IsRestored, string Reason);
