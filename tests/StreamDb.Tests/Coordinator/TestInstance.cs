using StreamDb.Coordinator;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Clocks;

namespace StreamDb.Tests.Coordinator;

/// <summary>A database instance for one test; in memory unless the options name a directory.</summary>
internal sealed class TestInstance : IAsyncDisposable
{
    private readonly List<TestSession> _sessions = [];

    public TestInstance(DatabaseOptions? options = null, IConnectorRegistry? connectors = null)
    {
        Instance = Instance.Open(options ?? new DatabaseOptions(), connectors ?? BuiltInConnectors.Instance);
    }

    public Instance Instance { get; }

    public TestSession Connect(params (string Name, string Value)[] settings)
    {
        var session = new TestSession(Instance.Connect(
            "root", Instance.DefaultDatabase, settings.ToDictionary(s => s.Name, s => s.Value), null));
        _sessions.Add(session);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestSession session in _sessions)
        {
            await session.Session.DisposeAsync();
        }

        await Instance.DisposeAsync();
    }
}

/// <summary>Time that a test moves by hand.</summary>
internal sealed class ManualClock(long nowMicroseconds) : IClock
{
    private long _nowMicroseconds = nowMicroseconds;

    public long NowMicroseconds
    {
        get => Volatile.Read(ref _nowMicroseconds);
        set => Volatile.Write(ref _nowMicroseconds, value);
    }
}
