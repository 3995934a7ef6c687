using System.Globalization;
using System.Runtime.CompilerServices;

namespace StreamDb.State.Devices;

/// <summary>Named places at which a test may have the process die at once, as if by <c>kill -9</c>.</summary>
/// <remarks>
/// Off unless the environment variable STREAMDB_KILL_POINT names one: <c>name</c> for the first time it is passed, or
/// <c>name:n</c> for the n-th. Off, passing one costs a comparison of a static field.
/// </remarks>
public static class KillPoints
{
    public const string Variable = "STREAMDB_KILL_POINT";

    public const string AfterAppend = "after-append";
    public const string AfterSync = "after-sync";
    public const string DuringSegments = "during-segments";
    public const string AfterSegments = "after-segments";
    public const string BeforeManifestRename = "before-manifest-rename";
    public const string AfterManifestRename = "after-manifest-rename";
    public const string BeforeTruncation = "before-truncation";
    public const string DuringTruncation = "during-truncation";
    public const string AfterTruncation = "after-truncation";
    public const string AfterRestore = "after-restore";
    public const string DuringReplay = "during-replay";

    private static readonly string? _name = NameOf(Environment.GetEnvironmentVariable(Variable));
    private static int _left = CountOf(Environment.GetEnvironmentVariable(Variable));

    /// <summary>All of them, in the order in which a database that writes, makes a checkpoint and starts again passes them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AfterAppend, AfterSync, DuringSegments, AfterSegments, BeforeManifestRename, AfterManifestRename, BeforeTruncation,
        DuringTruncation, AfterTruncation, AfterRestore, DuringReplay,
    ];

    /// <summary>Dies here when this is the place and the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pass(string name)
    {
        if (_name is not null)
        {
            DieIfMeant(name);
        }
    }

    private static void DieIfMeant(string name)
    {
        if (_name == name && Interlocked.Decrement(ref _left) == 0)
        {
            _ = Posix.Kill(Environment.ProcessId, Posix.SignalKill);
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static string? NameOf(string? setting) => string.IsNullOrEmpty(setting) ? null : setting.Split(':')[0];

    private static int CountOf(string? setting) =>
        setting?.Split(':') is [_, string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 1;
}
