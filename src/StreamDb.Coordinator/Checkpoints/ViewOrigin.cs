using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Codecs;
using StreamDb.Core.Identifiers;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Physical;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>What, besides its query, the meaning of a materialized view depends on: whoever created it, when, and where.</summary>
internal sealed record ViewOrigin(string User, string TimeZone, long NowMicroseconds, IReadOnlyList<string> SearchPath)
{
    /// <summary>How many rows its relations had, as far as its plan depends on it: with these it is planned the same way again.</summary>
    public IReadOnlyDictionary<RelationId, long> Sizes { get; init; } = new Dictionary<RelationId, long>();

    /// <summary>The indexes that its relations had.</summary>
    public JoinIndexes Indexes { get; init; } = JoinIndexes.None;

    public long? SizeOf(RelationItem relation) => Sizes.TryGetValue(relation.Id, out long size) ? size : null;

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
