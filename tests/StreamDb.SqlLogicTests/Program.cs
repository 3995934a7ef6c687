using System.Globalization;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Reporting;
using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests;

/// <summary>Runs sqllogictest scripts against a server. Exit code 0: as expected; 1: failures; 2: bad command line.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0 || arguments.Contains("--help"))
        {
            Console.WriteLine(CommandLine.Usage);
            return arguments.Length == 0 ? 2 : 0;
        }

        try
        {
            return Run(CommandLine.Parse(arguments));
        }
        catch (Exception e) when (e is ArgumentException or FileNotFoundException)
        {
            Console.Error.WriteLine($"streamdb-slt: {e.Message}");
            return 2;
        }
    }

    private static int Run(CommandLine line)
    {
        ScriptCatalog catalog = new(line.ShareRoot ?? FindAbove("shared/sqllogictest"), FindAbove("sqllogictest"));
        List<TestScript> scripts = [];
        if (line.Tiers.Count > 0 || line.Origins.Count > 0)
        {
            scripts.AddRange(catalog.Select(line.Tiers, line.Origins));
        }

        scripts.AddRange(line.Paths.SelectMany(p => catalog.At(p, line.Profile)));
        if (scripts.Count == 0)
        {
            throw new ArgumentException("no scripts selected");
        }

        if (line.OnlyLists)
        {
            scripts.ForEach(s => Console.WriteLine($"{s.Tier}\t{s.Name}"));
            return 0;
        }

        ExpectedFailures? expected = line.ExpectedPath is null ? null : ExpectedFailures.Load(line.ExpectedPath);
        ConsoleReport report = new(Console.Out, line.IsVerbose, line.FailuresShownMax, expected);
        IReadOnlyList<ScriptResult> results = new SuiteRunner(line.Settings, catalog, report.Script).Run(scripts);
        report.Summary(results);
        if (line.JUnitPath is not null)
        {
            JUnitReport.Write(line.JUnitPath, results);
        }

        return expected is null ? ExitCode(results) : Check(line, expected, results);
    }

    private static int ExitCode(IReadOnlyList<ScriptResult> results) =>
        results.Any(r => r.Records.Any(x => x.Outcome == RecordOutcome.Failed)) ? 1 : 0;

    private static int Check(CommandLine line, ExpectedFailures expected, IReadOnlyList<ScriptResult> results)
    {
        IReadOnlyList<RecordResult> regressions = expected.Regressions(results);
        IReadOnlyList<string> passes = expected.UnexpectedPasses(results);
        if (line.UpdatesExpected)
        {
            expected.Update(results);
            expected.Save(line.ExpectedPath!);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"\n{line.ExpectedPath}: {regressions.Count} added, {passes.Count} removed, {expected.Count} in all"));
            return 0;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nagainst {line.ExpectedPath}: {regressions.Count} regressions, {passes.Count} unexpected passes or stale entries"));
        foreach (string key in regressions.Select(r => $"  regression       {r.Key}  {r.Reason}").Take(line.FailuresShownMax)
            .Concat(passes.Select(k => $"  unexpected pass  {k}").Take(line.FailuresShownMax)))
        {
            Console.WriteLine(key);
        }

        return regressions.Count + passes.Count == 0 ? 0 : 1;
    }

    /// <summary>The nearest folder of that name in the working directory or above it.</summary>
    private static string? FindAbove(string name)
    {
        for (DirectoryInfo? folder = new(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
