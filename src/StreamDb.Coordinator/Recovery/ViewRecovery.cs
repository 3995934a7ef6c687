using StreamDb.Core.Identifiers;

namespace StreamDb.Coordinator.Recovery;

/// <summary>How one view, or an index, came back when the database was opened.</summary>
/// <param name="IsRestored">Its state was read from the checkpoint; otherwise it was computed again from its inputs.</param>
/// <param name="Reason">Why it was computed again; null when it was not.</param>
internal sealed record ViewRecovery(RelationId Id, bool IsRestored, string? Reason, double DurationMs);
