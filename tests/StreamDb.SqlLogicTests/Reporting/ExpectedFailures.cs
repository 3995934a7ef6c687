using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests.Reporting;

/// <summary>
/// The checked-in list of records known to fail: <c>key, tab, reason</c> per line. It holds in both directions: a
/// failure that is not listed is a regression, and a listed record that passes must be taken off the list.
/// </summary>
public sealed class ExpectedFailures
{
    private readonly SortedDictionary<string, string> _reasons = new(KeyOrder.Instance);

    public int Count => _reasons.Count;

    public static ExpectedFailures Load(string path) => Parse(File.Exists(path) ? File.ReadAllLines(path) : []);

    public static ExpectedFailures Parse(IEnumerable<string> lines)
    {
        ExpectedFailures list = new();
        foreach (string line in lines)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] fields = line.Split('\t', 2);
                list._reasons[fields[0]] = fields.Length > 1 ? fields[1] : "";
            }
        }

        return list;
    }

    public bool Contains(string key) => _reasons.ContainsKey(key);

    /// <summary>Failures that the list does not name.</summary>
    public IReadOnlyList<RecordResult> Regressions(IEnumerable<ScriptResult> results) =>
        [.. results.SelectMany(r => r.Records).Where(r => r.Outcome == RecordOutcome.Failed && !Contains(r.Key))];

    /// <summary>Listed records that did not fail, or that the scripts no longer have. Passes that were not run stay out.</summary>
    public IReadOnlyList<string> UnexpectedPasses(IReadOnlyList<ScriptResult> results)
    {
        HashSet<string> failed = [];
        HashSet<string> scripts = [];
        HashSet<(string, Pass)> passes = [];
        foreach (ScriptResult result in results)
        {
            scripts.Add(result.Script.Name);
            passes.Add((result.Script.Name, Pass.Direct));
            foreach (RecordResult record in result.Records)
            {
                passes.Add((result.Script.Name, record.Pass));
                if (record.Outcome == RecordOutcome.Failed)
                {
                    failed.Add(record.Key);
                }
            }
        }

        return [.. _reasons.Keys.Where(k => !failed.Contains(k)
            && scripts.Contains(RecordKey.ScriptOf(k))
            && passes.Contains((RecordKey.ScriptOf(k), PassOf(k))))];
    }

    /// <summary>Makes the list say what happened in these results; entries of scripts that were not run stay.</summary>
    public void Update(IReadOnlyList<ScriptResult> results)
    {
        foreach (string key in UnexpectedPasses(results))
        {
            _reasons.Remove(key);
        }

        foreach (RecordResult failure in Regressions(results))
        {
            _reasons[failure.Key] = failure.Reason + (failure.IsAfterFailure ? " (after failure)" : "");
        }
    }

    public void Save(string path)
    {
        IEnumerable<string> head = ["# Records known to fail, one a line: key, tab, reason. Rewritten by streamdb-slt --update-expected."];
        File.WriteAllLines(path, head.Concat(_reasons.Select(e => $"{e.Key}\t{e.Value}")));
    }

    private static Pass PassOf(string key) =>
        key.EndsWith("#view", StringComparison.Ordinal) ? Pass.ViewAfter
        : key.EndsWith("#before", StringComparison.Ordinal) ? Pass.ViewBefore
        : Pass.Direct;
}
