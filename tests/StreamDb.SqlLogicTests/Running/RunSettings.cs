using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Profiles;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>What the command line asks for. Immutable; shared by all jobs.</summary>
public sealed record RunSettings
{
    public const string Materialized = "MATERIALIZED VIEW";

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 4566;

    public string User { get; init; } = "root";

    /// <summary>The database from which databases are created; null takes each profile's default.</summary>
    public string? Database { get; init; }

    /// <summary>Command line of a server to start, <c>{port}</c> stands for its port; null uses the running one.</summary>
    public string? ServerCommand { get; init; }

    public int JobCount { get; init; } = 1;

    /// <summary>Runs queries over tables also as views, created after the data and before it.</summary>
    public bool IsDual { get; init; }

    /// <summary>
    /// What dual mode creates, and what scripts create in place of materialized views. A plain VIEW suits an oracle
    /// that does not maintain its materialized views.
    /// </summary>
    public string ViewKind { get; init; } = Materialized;

    /// <summary>At most so many queries of a file become views in each view pass, spread evenly.</summary>
    public int DualCountMax { get; init; } = 400;

    public IReadOnlyList<string> Labels { get; init; } = ["postgresql", "postgres", "streamdb"];

    /// <summary>Conditions whose remark contains this text are ignored, so that their records run.</summary>
    public string? IgnoredRemark { get; init; }

    public Leniency Allowed { get; init; } = Leniency.All;

    public TimeSpan RecordTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan FileTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public Leniency AllowedFor(Profile profile) => profile.IsStrict ? Leniency.None : Allowed;
}
