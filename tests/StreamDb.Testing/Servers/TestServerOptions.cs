namespace StreamDb.Testing.Servers;

/// <summary>How a <see cref="TestServer"/> is started.</summary>
public sealed record TestServerOptions
{
    /// <summary>Null: in memory.</summary>
    public string? DataDirectory { get; init; }

    public string? FileRoot { get; init; }

    public string? Password { get; init; }

    public int WorkerCount { get; init; } = 2;

    /// <summary>0: no HTTP.</summary>
    public int HttpPort { get; init; }

    /// <summary>Further arguments of the command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables on top of the test's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
