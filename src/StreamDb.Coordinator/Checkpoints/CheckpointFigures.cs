using StreamDb.Core.Identifiers;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>One checkpoint that was made or tried.</summary>
/// <param name="Epoch">Its epoch; of one that failed before it had one, the epoch of the one before.</param>
/// <param name="StartedMicroseconds">Since 2000-01-01 UTC.</param>
/// <param name="WrittenBytes">Bytes of the files written for it.</param>
/// <param name="TotalBytes">Bytes of all files it consists of.</param>
/// <param name="Reason">log size, interval, statement, shutdown or recovery.</param>
/// <param name="Error">Why it failed; null when it did not. For a recovery: why an older checkpoint had to be taken.</param>
internal sealed record CheckpointFigures(
    Epoch Epoch, long StartedMicroseconds, double DurationMs, long WrittenBytes, long TotalBytes, string Reason, string? Error);
