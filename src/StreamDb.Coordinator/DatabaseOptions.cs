using StreamDb.Core.Clocks;
using StreamDb.State.Log;

namespace StreamDb.Coordinator;

/// <summary>How an instance is opened.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Directory of all data; null keeps everything in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Worker threads of each database.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>The directory below which the file connector may read; null: nowhere.</summary>
    public string? FileRoot { get; init; }

    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Gives each database without a directory a log: for tests, which break it.</summary>
    internal Func<IWriteAheadLog>? OpenLog { get; init; }

    /// <summary>Connections at once; more are 53300.</summary>
    public int SessionsMax { get; init; } = 1000;
}
