namespace StreamDb.Testing.Crash;

/// <summary>How a crash run goes.</summary>
public sealed record CrashOptions
{
    /// <summary>How often the server is killed.</summary>
    public int Cycles { get; init; } = 20;

    /// <summary>Every so many cycles the data starts empty again: history would only make the checks longer.</summary>
    public int CyclesPerDirectory { get; init; } = 20;

    public int WriterCount { get; init; } = 8;

    public int WorkerCount { get; init; } = 2;

    /// <summary>The server is killed after at most so many more writes were acknowledged, and a few milliseconds.</summary>
    public int WritesMax { get; init; } = 400;

    /// <summary>However few writes were acknowledged, it is killed then.</summary>
    public int LoadMsMax { get; init; } = 5000;

    /// <summary>How many restarts in a hundred are killed too, before the server listens.</summary>
    public int StartKillPercent { get; init; } = 15;

    /// <summary>Checkpoints are made so often under load; 0: only by the usual rules.</summary>
    public int CheckpointIntervalMs { get; init; }

    /// <summary>How many lives in a hundred end by the server's own hand, at a kill point, rather than by SIGKILL.</summary>
    public int KillPointPercent { get; init; }

    public int Seed { get; init; } = 1;
}
