using System.Collections.Concurrent;
using System.Net;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;

namespace StreamDb.Tests.PgWire;

/// <summary>A database of canned statements, see <see cref="FakeStatements"/>. Database "missing" does not exist.</summary>
internal sealed class FakeDatabase : IDatabase
{
    private int _lastProcessId;

    public ConcurrentDictionary<int, FakeSession> Sessions { get; } = [];

    /// <summary>What the latest session was connected with.</summary>
    public IReadOnlyDictionary<string, string> LastSettings { get; private set; } = new Dictionary<string, string>();

    public ISession Connect(string user, string database, IReadOnlyDictionary<string, string> settings, EndPoint? client)
    {
        if (database == "missing")
        {
            throw new SqlException(SqlState.InvalidCatalogName, "database \"missing\" does not exist");
        }

        LastSettings = settings;
        int processId = Interlocked.Increment(ref _lastProcessId);
        var session = new FakeSession(this, processId, secretKey: processId * 7919, user, settings);
        Sessions[processId] = session;
        return session;
    }

    public void Cancel(int processId, int secretKey)
    {
        if (Sessions.TryGetValue(processId, out FakeSession? session) && session.SecretKey == secretKey)
        {
            session.Cancel();
        }
    }
}
