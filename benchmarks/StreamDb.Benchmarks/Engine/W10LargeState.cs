using System.Diagnostics;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W10: count and sum by 100 M uniform keys in 1 GB of memory; the rest of the state is in a spill file.</summary>
internal sealed class W10LargeState : IBenchmark
{
    private const string Query = "SELECT k, count(*) AS n, sum(v) AS total FROM e GROUP BY k";

    /// <summary>However far it is then, filling ends: the figures then are of the keys that there are.</summary>
    private static readonly TimeSpan _fillMax = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _length = TimeSpan.FromSeconds(30);

    public string Name => "w10";

    public string Question => "How fast are count and sum kept by key when the state is several times the memory?";

    public void Run(BenchmarkOptions options, Report report)
    {
        string directory = Directory.CreateTempSubdirectory("streamdb-w10-").FullName;
        try
        {
            using StateSpace space = StateSpace.Reserve();
            space.SpillTo(directory);
            long limit = EngineRun.ResidentBytes() + (long)((1L << 30) * options.Scale);
            using var run = new EngineRun(options.Workers, space);
            var schema = new SqlSchema(run);
            RelationId table = schema.Table("CREATE TABLE e (k bigint NOT NULL, v bigint NOT NULL)");
            schema.Counted(Query);
            using var guard = new MemoryGuard(limit);
            guard.Add(space);
            long keys = Fill(run, table, (long)(100_000_000 * options.Scale), report);
            report.Row("state", space.UsedBytes, "bytes", $"{space.UsedBytes / (double)limit:F2} times the limit");
            foreach (int epochRows in (int[])[100_000, 1_000])
            {
                if (options.Includes(epochRows))
                {
                    Update(run, table, keys, epochRows, report);
                }
            }

            report.Row("resident at the end", EngineRun.ResidentBytes(), "bytes", $"limit {limit}");
            report.Row("asked to leave memory", guard.EvictedBytes, "bytes");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static long Fill(EngineRun run, RelationId table, long keys, Report report)
    {
        const int epochRows = 100_000;
        run.Start();
        long start = Stopwatch.GetTimestamp();
        long filled = 0;
        for (; filled < keys && Stopwatch.GetElapsedTime(start) < _fillMax; filled += epochRows)
        {
            long first = filled;
            run.Add(table, Rows(epochRows, i => first + i));
            run.Step();
        }

        report.Row("fill", filled / Stopwatch.GetElapsedTime(start).TotalMicroseconds, "M/s", $"{filled} of {keys} keys");
        return filled;
    }

    private static void Update(EngineRun run, RelationId table, long keys, int epochRows, Report report)
    {
        run.Start();
        long start = Stopwatch.GetTimestamp();
        long done = 0;
        for (; Stopwatch.GetElapsedTime(start) < _length; done += epochRows)
        {
            long first = done;
            run.Add(table, Rows(epochRows, i => (long)(Mix.Of((ulong)(first + i)) % (ulong)keys)));
            run.Step();
        }

        run.Finish(report, $"{epochRows}", done);
    }

    private static DeltaBatch Rows(int count, Func<int, long> key)
    {
        using var keys = new ColumnBuilder(PhysicalType.Int64, count);
        using var values = new ColumnBuilder(PhysicalType.Int64, count);
        for (int i = 0; i < count; i++)
        {
            keys.Append(key(i));
            values.Append((long)i);
        }

        return new DeltaBatch(new ColumnBatch([keys.Finish(), values.Finish()], count), null);
    }
}
