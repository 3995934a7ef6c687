using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamDb.Core.Clocks;
using StreamDb.Core.Diagnostics;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.State.Spaces;

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

    /// <summary>A checkpoint is made when so much time has passed since the last one and something has changed; 0: never for this reason.</summary>
    public int CheckpointIntervalMs { get; init; } = 60_000;

    /// <summary>A checkpoint is made when the log has grown by so many bytes since the last one; 0: never for this reason.</summary>
    public long CheckpointLogBytes { get; init; } = 512L << 20;

    /// <summary>Memory of the process beyond which keyed state and rows go to spill files in the data directory (in memory: the system's temporary directory); 0: all stays in memory.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Memory for keyed state that each database takes at the start and never gives back. Not together with a limit.</summary>
    public long KeptMemoryBytes { get; init; }

    /// <summary>What one query may take, its result included; more is 53200.</summary>
    public long QueryMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Where opening tells how far it is.</summary>
    public RecoveryProgress Progress { get; init; } = new();

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Gives each database without a directory a log: for tests, which break it.</summary>
    internal Func<IWriteAheadLog>? OpenLog { get; init; }

    /// <summary>The files of a data directory: for tests, which break them; null for the machine's.</summary>
    internal IFileSystem? Files { get; init; }

    /// <summary>Makes a space, at an address if it can be had: for tests, which share a process; null for the usual way.</summary>
    internal Func<ulong?, StateSpace>? OpenSpace { get; init; }

    /// <summary>Sizes of a new data directory's log: for tests; null for the usual ones.</summary>
    internal WriteAheadLogOptions? LogOptions { get; init; }

    /// <summary>Connections at once; more are 53300.</summary>
    public int SessionsMax { get; init; } = 1000;
}
