using System.Net;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;

namespace StreamDb.Server.Commands;

/// <summary>A database that clients may connect to while it is still being opened.</summary>
/// <remarks>
/// Recovery usually takes less than clients are ready to wait for a connection, so a client first waits: it then never
/// learns that there was a restart. When it takes longer, the client is told so by 57P03, with how far it is, before
/// anybody asks for a password: that is what PostgreSQL does, what pg_isready calls "rejecting connections", and what drivers
/// with several hosts take for "try the next".
/// </remarks>
internal sealed class StartingDatabase(Task<IDatabase> opening, RecoveryProgress progress) : IDatabase, IMetricsSource
{
    /// <summary>Less than the 3 s that pg_isready waits, and than any driver's limit.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>How far it is; null once it serves.</summary>
    public string? Unready => opening.IsCompletedSuccessfully ? null : progress.ToString();

    public async ValueTask WhenReadyAsync(CancellationToken cancellation)
    {
        try
        {
            await opening.WaitAsync(_patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SqlException(SqlState.CannotConnectNow, "the database system is starting up") { Detail = $"Recovery is under way: {progress}." };
        }
        catch (Exception) when (opening.IsFaulted)
        {
            // Why, whoever runs the server is told; a client that nobody has asked for a password is not.
            throw new SqlException(SqlState.CannotConnectNow, "the database system is shutting down");
        }
    }

    public ISession Connect(string user, string database, IReadOnlyDictionary<string, string> settings, EndPoint? client)
    {
        Invariant.Check(opening.IsCompletedSuccessfully, "sessions are opened once the database is ready");
        return opening.Result.Connect(user, database, settings, client);
    }

    public void Cancel(int processId, int secretKey)
    {
        if (opening.IsCompletedSuccessfully)
        {
            opening.Result.Cancel(processId, secretKey);
        }
    }

    public IEnumerable<Metric> ReadMetrics()
    {
        (long done, long total) = progress.Figures();
        IEnumerable<Metric> own =
        [
            new("streamdb_ready", "1 once sessions are served, 0 during recovery.", IsCounter: false, opening.IsCompletedSuccessfully ? 1 : 0),
            new("streamdb_recovery_done", "What recovery has done in its present or last stage.", IsCounter: false, done),
            new("streamdb_recovery_total", "What there is to do in that stage; 0 when it is not known.", IsCounter: false, total),
        ];
        return opening is { IsCompletedSuccessfully: true, Result: IMetricsSource opened } ? [.. own, .. opened.ReadMetrics()] : own;
    }
}
