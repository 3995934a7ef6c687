using System.Net;
using Microsoft.Extensions.Logging;

namespace StreamDb.Server.Configuration;

/// <summary>What the program was started with.</summary>
internal sealed record ServerOptions
{
    /// <summary>Null: everything is in memory and gone at the end.</summary>
    public string? DataDirectory { get; init; }

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>For PostgreSQL clients; 0 takes a free port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>0: no HTTP.</summary>
    public int HttpPort { get; init; } = DefaultHttpPort;

    public int WorkerCount { get; init; } = WorkerCountDefault;

    /// <summary>0: no checkpoints by time.</summary>
    public int CheckpointIntervalMs { get; init; } = CheckpointIntervalMsDefault;

    /// <summary>0: no checkpoints by the size of the log.</summary>
    public int CheckpointLogMiB { get; init; } = CheckpointLogMiBDefault;

    /// <summary>0: none.</summary>
    public int MemoryLimitMiB { get; init; }

    /// <summary>For the state of views: taken at the start and kept. 0: what is needed, when it is needed.</summary>
    public int KeptMemoryMiB { get; init; }

    /// <summary>What one query may take.</summary>
    public int QueryMemoryMiB { get; init; } = QueryMemoryMiBDefault;

    /// <summary>The directory the file connector may read. Null: it may read nothing.</summary>
    public string? FileRoot { get; init; }

    /// <summary>Null: every client is trusted.</summary>
    public string? Password { get; init; }

    /// <summary>PEM file with the certificate, and with its key unless that has a file of its own. Null: no TLS.</summary>
    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Half the processors: the others read requests, order and log writes, and answer.</summary>
    public static int WorkerCountDefault => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>A quarter of the memory that the process may have.</summary>
    public static int QueryMemoryMiBDefault => (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 22, 64, int.MaxValue);

    public const int CheckpointIntervalMsDefault = 60_000;

    public const int CheckpointLogMiBDefault = 512;

    public const int DefaultPort = 4566;

    public const int DefaultHttpPort = 5691;
}
