using Microsoft.Extensions.Logging;

namespace StreamDb.Coordinator;

/// <summary>What databases log. Event ids 6000–6099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(6000, LogLevel.Information, "database {Database}: view or index {Name} computed again in {DurationMs} ms: {Reason}")]
    public static partial void Recomputed(this ILogger logger, string database, string name, double durationMs, string? reason);

    [LoggerMessage(6001, LogLevel.Information, "database {Database}: opened at epoch {Epoch} in {DurationMs} ms; {Restored} views and indexes restored, {Recomputed} computed again, {Records} records replayed")]
    public static partial void Opened(this ILogger logger, string database, ulong epoch, long durationMs, int restored, int recomputed, long records);

    [LoggerMessage(6002, LogLevel.Warning, "database {Database}: checkpoint not made, the one before still holds: {Reason}")]
    public static partial void CheckpointFailed(this ILogger logger, string database, string reason);

    [LoggerMessage(6003, LogLevel.Error, "database {Database}: read-only: {Reason}")]
    public static partial void ReadOnly(this ILogger logger, string database, string reason);

    [LoggerMessage(6004, LogLevel.Information, "database {Database}: writes work again")]
    public static partial void WritesAgain(this ILogger logger, string database);

    [LoggerMessage(6005, LogLevel.Warning, "database {Database}: an older checkpoint was taken: {Reason}")]
    public static partial void FellBack(this ILogger logger, string database, string reason);
}
