using System.Globalization;

namespace StreamDb.Testing.Crash;

/// <summary>What a crash run did. Anything lost, doubled or torn ends the run with a <see cref="CrashException"/> instead.</summary>
public sealed record CrashFigures(
    int Kills, int StartKills, int PointKills, long Acknowledged, long Transactions, int Unacknowledged, int UnacknowledgedApplied, double RestartMsMedian, int ViewsRestored, int ViewsRecomputed)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"crash: {Kills} kills under load ({PointKills} of them at kill points), {StartKills} more while starting; {Acknowledged} acknowledged writes ({Transactions} transactions), none lost, none doubled; {Unacknowledged} unacknowledged, {UnacknowledgedApplied} of them applied, each whole; every view equals its query; restart median {RestartMsMedian:F0} ms, {ViewsRestored} times a view was restored from a checkpoint, {ViewsRecomputed} times computed again from one");
}

/// <summary>Something acknowledged is missing, something is there twice or in part, or a view differs from its query.</summary>
public sealed class CrashException(string message) : Exception(message);
