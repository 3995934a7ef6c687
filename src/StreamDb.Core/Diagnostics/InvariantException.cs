namespace StreamDb.Core.Diagnostics;

/// <summary>A broken invariant: a bug of ours, never the user's doing.</summary>
public sealed class InvariantException(string message) : Exception(message);
