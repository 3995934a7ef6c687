using System.Diagnostics;
using StreamDb.Core.Identifiers;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W8: how long CREATE MATERIALIZED VIEW takes over rows that are there.</summary>
internal sealed class W8Backfill : IBenchmark
{
    private const int Rounds = 3;

    private static readonly (string Name, long Left, long Right, ulong Keys, string Query)[] _variants =
    [
        ("count 10 M to 1 M groups", 10_000_000, 0, 1_000_000, "SELECT k, count(*) AS n FROM l GROUP BY k"),
        ("join 5 M + 5 M", 5_000_000, 5_000_000, 5_000_000, "SELECT l.k, l.v AS a, r.v AS b FROM l JOIN r ON l.k = r.k"),
        (
            "join 5 M + 1 M to 100 k groups",
            5_000_000,
            1_000_000,
            1_000_000,
            "SELECT r.v & 65535 AS g, count(*) AS n, sum(l.v) AS s FROM l JOIN r ON l.k = r.k GROUP BY r.v & 65535"),
    ];

    public string Name => "w8";

    public string Question => "How long does a view over existing rows take to be created?";

    public void Run(BenchmarkOptions options, Report report)
    {
        foreach ((string name, long left, long right, ulong keys, string query) in _variants)
        {
            using var run = new EngineRun(options.Workers);
            var schema = new SqlSchema(run);
            RelationId l = schema.Table("CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL)", isStored: true);
            RelationId r = schema.Table("CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)", isStored: true);
            Fill(run, l, 0, (long)(left * options.Scale), (ulong)(keys * options.Scale));
            Fill(run, r, 1, (long)(right * options.Scale), (ulong)(keys * options.Scale));
            double[] seconds = new double[Rounds];
            for (int i = 0; i < Rounds; i++)
            {
                long start = Stopwatch.GetTimestamp();
                RelationId view = schema.MaterializedView($"CREATE MATERIALIZED VIEW v{i} AS {query}");
                seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (i == 0)
                {
                    using Dataflow.RelationSnapshot rows = run.Engine.Snapshot(view);
                    report.Count($"{name}, rows", rows.Scan().Sum(batch => Released(batch)), null);
                }

                run.Engine.Remove(view);
            }

            Array.Sort(seconds);
            report.Row(name, seconds[Rounds / 2], "s", "median of 3");
        }
    }

    private static long Released(Dataflow.Deltas.DeltaBatch batch)
    {
        long count = batch.Count;
        batch.Release();
        return count;
    }

    private static void Fill(EngineRun run, RelationId table, int side, long rows, ulong keys)
    {
        const int EpochRows = 100_000;
        for (long i = 0; i < rows; i += EpochRows)
        {
            run.Add(table, KeyedRows.Added(side, i, (int)Math.Min(EpochRows, rows - i), keys));
            run.Step();
        }
    }
}
