using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>The named sessions of one script on its own database. A broken session is opened anew at its next use.</summary>
public sealed class SessionPool : IDisposable
{
    private readonly DatabaseProvider _provider;
    private readonly Profile _profile;
    private readonly TimeSpan _timeout;
    private readonly Dictionary<string, WireConnection> _sessions = new(StringComparer.Ordinal);
    private ConnectionTarget _target;

    public SessionPool(DatabaseProvider provider, Profile profile, TimeSpan timeout)
    {
        _provider = provider;
        _profile = profile;
        _timeout = timeout;
        _target = provider.Acquire(profile);
    }

    public string DatabaseName => _target.Database;

    public WireConnection Get(string? name, string? user)
    {
        string key = $"{name}/{user}";
        if (_sessions.TryGetValue(key, out WireConnection? session) && !session.IsBroken)
        {
            return session;
        }

        session?.Dispose();
        _sessions.Remove(key);
        return _sessions[key] = WireConnection.Open(user is null ? _target : _target with { User = user }, _timeout);
    }

    /// <summary>Everything forgotten: sessions closed, database replaced by an empty one.</summary>
    public void Reset()
    {
        Dispose();
        _target = _provider.Acquire(_profile);
    }

    public void Dispose()
    {
        foreach (WireConnection session in _sessions.Values)
        {
            session.Dispose();
        }

        _sessions.Clear();
        _provider.Release(_target);
    }
}
