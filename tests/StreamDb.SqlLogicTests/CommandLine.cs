using System.Globalization;
using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests;

/// <summary>The parsed command line.</summary>
public sealed record CommandLine
{
    public const string Usage = """
        streamdb-slt [options] [script or folder]...

          --tier T0,T1a              the peers' scripts of these tiers
          --origin risingwave,...    the peers' scripts of these origins
          --share DIR                folder of the peers' suites (default: shared/sqllogictest in a folder above)
          --profile NAME             streamdb, risingwave, risinglight, materialize, sqlite (default: by path)
          --host H --port N --user U --database D
          --server-command CMD       start a server per job; {port} stands for its port
          --jobs N                   scripts at a time (default 1)
          --dual                     play queries also as materialized views, created after and before the data
          --dual-max N               at most N views per script and pass (default 400)
          --view-kind KIND           what --dual and scripts create for a MATERIALIZED VIEW (for an oracle: VIEW)
          --strict A,B,... | all     forgive less: order, errortext, numeric, timezone, json, explain, parameter, nooperation
          --label A,B,...            labels for skipif and onlyif (default: postgresql, postgres, streamdb)
          --ignore-skip TEXT         play records although a skipif with this remark excludes them
          --record-timeout S --file-timeout S
          --expected FILE            known failures: fail on regressions and on unexpected passes
          --update-expected          rewrite that file from this run
          --junit FILE               write JUnit XML
          --verbose                  show SQL and difference of each failure
          --max-failures-shown N     (default 50)
          --list                     only name the scripts
        """;

    public RunSettings Settings { get; init; } = new();

    public IReadOnlyList<string> Paths { get; init; } = [];

    public IReadOnlyList<string> Tiers { get; init; } = [];

    public IReadOnlyList<string> Origins { get; init; } = [];

    public string? ShareRoot { get; init; }

    public Profile? Profile { get; init; }

    public string? ExpectedPath { get; init; }

    public bool UpdatesExpected { get; init; }

    public string? JUnitPath { get; init; }

    public bool IsVerbose { get; init; }

    public bool OnlyLists { get; init; }

    public int FailuresShownMax { get; init; } = 50;

    /// <exception cref="ArgumentException">An option is unknown or its value does not fit.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        CommandLine line = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                line = line with { Paths = [.. line.Paths, argument] };
                continue;
            }

            string[] pair = argument.Split('=', 2);
            line = WithFlag(line, pair[0])
                ?? WithValue(line, pair[0], pair.Length > 1 ? pair[1] : i + 1 < arguments.Count ? arguments[++i] : throw Missing(argument));
        }

        return line;
    }

    private static CommandLine? WithFlag(CommandLine line, string name) => name switch
    {
        "--dual" => line with { Settings = line.Settings with { IsDual = true } },
        "--verbose" => line with { IsVerbose = true },
        "--update-expected" => line with { UpdatesExpected = true },
        "--list" => line with { OnlyLists = true },
        _ => null,
    };

    private static CommandLine WithValue(CommandLine line, string name, string value) => name switch
    {
        "--tier" => line with { Tiers = List(value) },
        "--origin" => line with { Origins = List(value) },
        "--share" => line with { ShareRoot = Path.GetFullPath(value) },
        "--profile" => line with { Profile = Profile.Find(value) ?? throw new ArgumentException($"no such profile: {value}") },
        "--expected" => line with { ExpectedPath = value },
        "--junit" => line with { JUnitPath = value },
        "--max-failures-shown" => line with { FailuresShownMax = Number(name, value) },
        _ => line with { Settings = WithSetting(line.Settings, name, value) },
    };

    private static RunSettings WithSetting(RunSettings settings, string name, string value) => name switch
    {
        "--host" => settings with { Host = value },
        "--port" => settings with { Port = Number(name, value) },
        "--user" => settings with { User = value },
        "--database" => settings with { Database = value },
        "--server-command" => settings with { ServerCommand = value },
        "--jobs" => settings with { JobCount = Number(name, value) },
        "--dual-max" => settings with { DualCountMax = Number(name, value) },
        "--view-kind" => settings with { ViewKind = value },
        "--label" => settings with { Labels = List(value) },
        "--ignore-skip" => settings with { IgnoredRemark = value },
        "--record-timeout" => settings with { RecordTimeout = TimeSpan.FromSeconds(Number(name, value)) },
        "--file-timeout" => settings with { FileTimeout = TimeSpan.FromSeconds(Number(name, value)) },
        "--strict" => settings with { Allowed = Leniency.All & ~Strict(value) },
        _ => throw new ArgumentException($"unknown option: {name}"),
    };

    private static Leniency Strict(string value)
    {
        Leniency strict = Leniency.None;
        foreach (string name in List(value))
        {
            strict |= Enum.TryParse(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out Leniency one) && one != Leniency.None
                ? one
                : throw new ArgumentException($"no such leniency: {name}");
        }

        return strict;
    }

    private static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Number(string name, string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out int number) ? number : throw new ArgumentException($"{name} needs a number, not {value}");

    private static ArgumentException Missing(string name) => new($"{name} needs a value");
}
