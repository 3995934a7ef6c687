using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Codecs;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>What, besides its query, the meaning of a materialized view depends on: whoever created it, when, and where.</summary>
internal sealed record ViewOrigin(string User, string TimeZone, long NowMicroseconds, IReadOnlyList<string> SearchPath)
{
    public static ViewOrigin Of(StatementContext context) =>
        new(context.User, context.Format.TimeZone.Id, context.NowMicroseconds, context.SearchPath);

    public StatementContext Context(Database database) => new(
        database,
        User,
        SearchPath,
        TextFormat.Default with { TimeZone = TimeZones.Find(TimeZone) ?? TimeZoneInfo.Utc },
        NowMicroseconds,
        CancellationToken.None);
}
