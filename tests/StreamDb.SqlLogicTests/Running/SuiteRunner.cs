using System.Collections.Concurrent;
using System.Diagnostics;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>Plays scripts, several at a time, each on databases of its own.</summary>
public sealed class SuiteRunner
{
    private const int ViewRoundsMax = 10;

    private readonly RunSettings _settings;
    private readonly ScriptCatalog _catalog;
    private readonly Action<ScriptResult> _onResult;

    /// <param name="settings">How to run.</param>
    /// <param name="catalog">Names files in reports.</param>
    /// <param name="onResult">Called once per script, from one thread at a time.</param>
    public SuiteRunner(RunSettings settings, ScriptCatalog catalog, Action<ScriptResult> onResult)
    {
        _settings = settings;
        _catalog = catalog;
        _onResult = onResult;
    }

    /// <summary>Results in the order of <paramref name="scripts"/>.</summary>
    public IReadOnlyList<ScriptResult> Run(IReadOnlyList<TestScript> scripts)
    {
        ScriptResult[] results = new ScriptResult[scripts.Count];
        ConcurrentQueue<int> queue = new(Enumerable.Range(0, scripts.Count));
        Thread[] jobs = new Thread[Math.Clamp(_settings.JobCount, 1, Math.Max(1, scripts.Count))];
        for (int i = 0; i < jobs.Length; i++)
        {
            jobs[i] = new Thread(() => Work(scripts, queue, results)) { Name = $"job {i}" };
            jobs[i].Start();
        }

        foreach (Thread job in jobs)
        {
            job.Join();
        }

        return results;
    }

    private void Work(IReadOnlyList<TestScript> scripts, ConcurrentQueue<int> queue, ScriptResult[] results)
    {
        using DatabaseProvider provider = new(_settings);
        while (queue.TryDequeue(out int index))
        {
            results[index] = RunScript(scripts[index], provider);
            lock (_onResult)
            {
                _onResult(results[index]);
            }
        }
    }

    private ScriptResult RunScript(TestScript script, DatabaseProvider provider)
    {
        Stopwatch watch = Stopwatch.StartNew();
        List<RecordResult> results = [];
        IReadOnlyList<SltRecord> records = [];
        try
        {
            records = ScriptParser.ParseFile(script.FullPath, script.Profile.Dialect, _catalog.DisplayName);
            List<ViewCandidate> candidates = [];
            using (SessionPool sessions = new(provider, script.Profile, _settings.RecordTimeout))
            {
                ScriptRunner runner = new(script, records, _settings, sessions);
                results.AddRange(runner.Run());
                candidates.AddRange(runner.Candidates);
                results.AddRange(runner.ViewResults);
            }

            if (candidates.Count > 0)
            {
                results.AddRange(RunWithViewsFirst(script, records, candidates, provider));
            }
        }
        catch (Exception e) when (e is ConnectionFailedException or IOException or InvalidOperationException)
        {
            results.AddRange(NotRun(script, records, results.Count, e.Message));
        }

        return new ScriptResult(script, results, watch.Elapsed);
    }

    /// <summary>Failures for all records of a script that could not start, so that the totals still count them.</summary>
    private static IEnumerable<RecordResult> NotRun(TestScript script, IReadOnlyList<SltRecord> records, int playedCount, string problem)
    {
        string reason = $"not run: {problem.ReplaceLineEndings(" ")}";
        IEnumerable<string> keys = playedCount > 0 || records.Count == 0
            ? [$"{script.Name}:0"]
            : records.Where(r => r.IsTest).Select(r => RecordKey.Of(script, r, Pass.Direct));
        return keys.Select(k => new RecordResult(k, Pass.Direct, RecordOutcome.Failed, reason, problem));
    }

    private List<RecordResult> RunWithViewsFirst(
        TestScript script, IReadOnlyList<SltRecord> records, List<ViewCandidate> candidates, DatabaseProvider provider)
    {
        List<RecordResult> results = [];
        for (int round = 0; round < ViewRoundsMax && candidates.Count > 0; round++)
        {
            using SessionPool sessions = new(provider, script.Profile, _settings.RecordTimeout);
            MaintainedViews views = new(script, records, candidates, _settings, sessions);
            new ScriptRunner(script, records, _settings, sessions) { Views = views }.Run();
            results.AddRange(views.Results);
            candidates = views.CrowdedOut;
        }

        return results;
    }
}
