using StreamDb.Core.Identifiers;

namespace StreamDb.Benchmarks.Engine;

/// <summary>5 M keyed rows over 1 M keys; then rows are replaced, and every group that changes gives out its change.</summary>
internal abstract class GroupedWorkload
{
    private static readonly int[] _epochs = [1_000, 10_000, 100_000];

    protected static void Run(BenchmarkOptions options, Report report, string label, string query)
    {
        long rows = (long)(5_000_000 * options.Scale);
        ulong keyCount = (ulong)(1_000_000 * options.Scale);
        long total = (long)(2_000_000 * options.Scale);
        foreach (int epochRows in _epochs.Where(options.Includes))
        {
            using var run = new EngineRun(options.Workers);
            var schema = new SqlSchema(run);
            RelationId table = schema.Table("CREATE TABLE t (k bigint NOT NULL, v bigint NOT NULL)");
            schema.Counted(query);
            for (long i = 0; i < rows; i += 100_000)
            {
                run.Add(table, KeyedRows.Added(0, i, (int)Math.Min(100_000, rows - i), keyCount));
                run.Step();
            }

            run.Start();
            for (long done = 0; done < total; done += epochRows)
            {
                run.Add(table, KeyedRows.Replaced(0, done / 2, epochRows / 2, rows, keyCount));
                run.Step();
            }

            run.Finish(report, $"{label}{epochRows}", total);
            report.Count($"{label}{epochRows} outputs", run.Outputs, null);
        }
    }
}

internal sealed class W3Extremes : GroupedWorkload, IBenchmark
{
    public string Name => "w3";

    public string Question => "How fast are the least (and greatest) values of each key kept, when rows also leave?";

    public void Run(BenchmarkOptions options, Report report)
    {
        Run(options, report, "min ", "SELECT k, min(v) FROM t GROUP BY k");
        Run(options, report, "min+max ", "SELECT k, min(v), max(v) FROM t GROUP BY k");
    }
}

internal sealed class W4TopThree : GroupedWorkload, IBenchmark
{
    public string Name => "w4";

    public string Question => "How fast are the three greatest values of each key kept, when rows also leave?";

    public void Run(BenchmarkOptions options, Report report) => Run(
        options,
        report,
        string.Empty,
        "SELECT k, v FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS place FROM t) ranked WHERE place <= 3");
}
