using StreamDb.State.Spaces;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W2: 5 M ⋈ 5 M rows over 1 M keys, then updates that replace rows on both sides.</summary>
internal abstract class JoinWorkload
{
    /// <summary>The view that is kept up to date.</summary>
    private const string Query = "SELECT l.k, l.v AS l, r.v AS r FROM l JOIN r ON l.k = r.k";

    private const string StoredView =
        "CREATE MATERIALIZED VIEW joined AS SELECT l.k % 1000 AS g, count(*) AS n, sum(l.v % 1000 - r.v % 1000) AS total FROM l JOIN r ON l.k = r.k GROUP BY l.k % 1000";

    /// <summary>Loads both sides; all rows in.</summary>
    /// <param name="isStored">The tables keep their rows, as they do in a server, and the view is one that a server would keep: aggregated.</param>
    protected static JoinRun Load(BenchmarkOptions options, bool isStored = false)
    {
        var engine = new EngineRun(options.Workers, isStored ? StateSpace.Reserve() : null);
        var schema = new SqlSchema(engine);
        var run = new JoinRun(
            engine,
            schema.Table("CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL)", isStored),
            schema.Table("CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)", isStored),
            (long)(5_000_000 * options.Scale),
            (ulong)(1_000_000 * options.Scale));
        if (isStored)
        {
            schema.MaterializedView(StoredView);
        }
        else
        {
            schema.Counted(Query);
        }

        run.Load();
        return run;
    }
}

internal sealed class W2Join : JoinWorkload, IBenchmark
{
    private static readonly (int Epoch, long Outputs)[] _variants = [(1_000, 19_999_259), (10_000, 19_999_313), (100_000, 19_999_457)];

    public string Name => "w2";

    public string Question => "How fast is a join kept up to date under replacements on both sides?";

    public void Run(BenchmarkOptions options, Report report)
    {
        foreach ((int epochRows, long outputs) in _variants.Where(v => options.Includes(v.Epoch)))
        {
            using JoinRun run = Load(options);
            run.Engine.Start();
            long total = (long)(4_000_000 * options.Scale);
            for (long done = 0; done < total; done += epochRows)
            {
                run.Update(done / 4, epochRows);
            }

            run.Engine.Finish(report, $"{epochRows}", total);
            report.Count($"{epochRows} outputs", run.Engine.Outputs, options.Scale == 1 ? outputs : null);
        }
    }
}

internal sealed class W2SmallEpochs : JoinWorkload, IBenchmark
{
    public string Name => "w2s";

    public string Question => "How long does an epoch of four updates to W2's join take?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using JoinRun run = Load(options);
        const int Warmup = 20_000;
        const int Epochs = 100_000;
        for (long j = 0; j < Warmup; j++)
        {
            run.Update(j, 4);
        }

        run.Engine.Start();
        for (long j = Warmup; j < Warmup + Epochs; j++)
        {
            run.Update(j, 4);
        }

        run.Engine.Finish(report, "4", Epochs * 4L);
    }
}

internal sealed class W2Memory : JoinWorkload, IBenchmark
{
    public string Name => "w2m";

    public string Question => "How many resident bytes does a row of W2's state take?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long before = EngineRun.ResidentBytes();
        using JoinRun run = Load(options);
        long loaded = EngineRun.ResidentBytes();
        long peak = loaded;
        for (long done = 0; done < (long)(4_000_000 * options.Scale); done += 10_000)
        {
            run.Update(done / 4, 10_000);
            if (done % 200_000 == 0)
            {
                peak = Math.Max(peak, EngineRun.ResidentBytes());
            }
        }

        long steady = EngineRun.ResidentBytes();
        long state = run.Engine.Engine.Figures().Sum(figure => figure.StateBytes);
        double count = run.RowsPerSide * 2;
        report.Row("after load", (loaded - before) / count, "bytes/row");
        report.Row("steady", (steady - before) / count, "bytes/row");
        report.Row("peak", (peak - before) / count, "bytes/row");
        report.Row("state", state / count, "bytes/row", "as the engine counts it");
    }
}
