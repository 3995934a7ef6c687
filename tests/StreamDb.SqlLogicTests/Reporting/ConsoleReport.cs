using System.Globalization;
using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests.Reporting;

/// <summary>One line a script while running, then totals by origin and tier and the most frequent reasons.</summary>
public sealed class ConsoleReport
{
    private const int ReasonCountMax = 25;

    private readonly TextWriter _out;
    private readonly bool _isVerbose;
    private readonly ExpectedFailures? _expected;
    private int _failuresLeft;

    /// <param name="output">Where the report goes.</param>
    /// <param name="isVerbose">Show the SQL and the difference of failures.</param>
    /// <param name="failuresMax">Show so many failures at most.</param>
    /// <param name="expected">Failures that it lists are not shown.</param>
    public ConsoleReport(TextWriter output, bool isVerbose, int failuresMax, ExpectedFailures? expected)
    {
        _out = output;
        _isVerbose = isVerbose;
        _failuresLeft = failuresMax;
        _expected = expected;
    }

    public void Script(ScriptResult result)
    {
        List<string> parts = [string.Create(CultureInfo.InvariantCulture, $"passed {result.Count(Pass.Direct, RecordOutcome.Passed)}")];
        AddCount(parts, "failed", result.Count(Pass.Direct, RecordOutcome.Failed));
        AddCount(parts, "better", result.Count(Pass.Direct, RecordOutcome.Better));
        AddCount(parts, "n/a", result.Count(Pass.Direct, RecordOutcome.NotApplicable));
        foreach (IGrouping<string, RecordResult> skipped in result.Records
            .Where(r => r.Pass == Pass.Direct && r.Outcome == RecordOutcome.Skipped).GroupBy(r => r.Reason))
        {
            AddCount(parts, $"skipped ({skipped.Key})", skipped.Count());
        }

        foreach (Pass pass in new[] { Pass.ViewAfter, Pass.ViewBefore })
        {
            AddCount(parts, $"{pass}: passed", result.Count(pass, RecordOutcome.Passed));
            AddCount(parts, $"{pass}: failed", result.Count(pass, RecordOutcome.Failed));
        }

        string mark = result.Records.Any(r => r.Outcome == RecordOutcome.Failed) ? "FAIL" : "ok  ";
        _out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{mark} {result.Script.Name}  {string.Join("  ", parts)}  {result.Duration.TotalSeconds:F1} s"));
        foreach (RecordResult failure in result.Records.Where(r => r.Outcome == RecordOutcome.Failed))
        {
            Failure(failure);
        }
    }

    public void Summary(IReadOnlyList<ScriptResult> results)
    {
        _out.WriteLine();
        foreach (Pass pass in Enum.GetValues<Pass>())
        {
            Group($"{pass}, all", results, pass);
            foreach (IGrouping<(string Origin, string Tier), ScriptResult> group in results
                .GroupBy(r => (r.Script.Origin, r.Script.Tier)).OrderBy(g => g.Key.Tier, StringComparer.Ordinal))
            {
                Group($"  {group.Key.Tier} {group.Key.Origin}", group, pass);
            }
        }

        IReadOnlyList<IGrouping<string, RecordResult>> reasons = [.. results.SelectMany(r => r.Records)
            .Where(r => r.Outcome == RecordOutcome.Failed && !r.IsAfterFailure)
            .GroupBy(r => r.Reason).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)];
        if (reasons.Count > 0)
        {
            _out.WriteLine("\nreasons of failures (without those after a failed CREATE, INSERT, ALTER or COPY):");
            foreach (IGrouping<string, RecordResult> reason in reasons.Take(ReasonCountMax))
            {
                _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reason.Count(),7}  {reason.Key}   e.g. {reason.First().Key}"));
            }
        }
    }

    private void Group(string name, IEnumerable<ScriptResult> results, Pass pass)
    {
        Totals totals = new();
        foreach (RecordResult record in results.SelectMany(r => r.Records).Where(r => r.Pass == pass))
        {
            totals.Add(record);
        }

        if (totals.Applicable == 0)
        {
            return;
        }

        _out.WriteLine($"{name,-28} {totals}");
        if (totals.Leniencies() is { Length: > 0 } leniencies)
        {
            _out.WriteLine($"{"",-28} by leniency: {leniencies}");
        }
    }

    private void Failure(RecordResult failure)
    {
        if (_expected?.Contains(failure.Key) == true || _failuresLeft <= 0)
        {
            return;
        }

        _failuresLeft--;
        _out.WriteLine($"     {failure.Key}  {failure.Reason}{(failure.IsAfterFailure ? "  (after failure)" : "")}");
        if (_isVerbose)
        {
            _out.WriteLine("       | " + failure.Detail.TrimEnd().Replace("\n", "\n       | ", StringComparison.Ordinal));
        }
    }

    private static void AddCount(List<string> parts, string name, int count)
    {
        if (count > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {count}"));
        }
    }
}
