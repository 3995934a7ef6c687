using System.Globalization;
using StreamDb.Core.Identifiers;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W9: fifty views, each of its own fiftieth of one join of 10 M rows in and 25 M out.</summary>
internal sealed class W9SharedJoin : IBenchmark
{
    private const int Views = 50; // As the query takes remainders.

    public string Name => "w9";

    public string Question => "What does the fiftieth view over a join cost, in memory and in speed?";

    public void Run(BenchmarkOptions options, Report report)
    {
        var engine = new EngineRun(options.Workers);
        var schema = new SqlSchema(engine);
        using var run = new JoinRun(
            engine,
            schema.Table("CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL)", isStored: true),
            schema.Table("CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)", isStored: true),
            (long)(5_000_000 * options.Scale),
            (ulong)(1_000_000 * options.Scale));
        Add(0);
        run.Load();
        long one = engine.Engine.Figures().Sum(f => f.StateBytes);
        for (int i = 1; i < Views; i++)
        {
            Add(i);
        }

        long all = engine.Engine.Figures().Sum(f => f.StateBytes);
        report.Row("memory per further view", (all - one) / (double)(Views - 1) / (1 << 20), "MB");
        engine.Start();
        long total = (long)(400_000 * options.Scale);
        for (long done = 0; done < total; done += 10_000)
        {
            run.Update(done / 4, 10_000);
        }

        engine.Finish(report, "10000", total);

        void Add(int i) => schema.Counted(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT l.k % 1000 AS g, count(*) AS n, sum(l.v % 1000 + r.v % 1000) AS s FROM l JOIN r ON l.k = r.k WHERE (l.v % 50 + r.v % 50 + 98) % 50 = {i} GROUP BY 1"));
    }
}
