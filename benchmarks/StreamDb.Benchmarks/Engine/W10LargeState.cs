using System.Diagnostics;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W10: from empty, insert 100 M rows with keys mix(i) mod 100 M in epochs of 100k, then more in epochs of 1k; count and sum by key, in 1 GB of memory.</summary>
/// <remarks>
/// That state begins empty, as in W1, is our reading of the row: in the end 63 M keys have rows. The gigabyte is for state, beside
/// what the process has before it begins; keys and memory scale together. The memory of the spill file that is not the process's own
/// is the kernel's: to bound that, too, run it in a memory control group.
/// </remarks>
internal sealed class W10LargeState : IBenchmark
{
    private const string Query = "SELECT k, count(*) AS n, sum(v) AS total FROM e GROUP BY k";

    /// <summary>However far it is then, inserting ends.</summary>
    private static readonly TimeSpan _fillMax = TimeSpan.FromMinutes(15);

    private const long Keys = 100_000_000;

    /// <summary>Rows in epochs of 1k.</summary>
    private const long SmallRows = 3_000_000;

    public string Name => "w10";

    public string Question => "How fast are count and sum kept by key when the state is several times the memory?";

    public void Run(BenchmarkOptions options, Report report)
    {
        string directory = Directory.CreateTempSubdirectory("streamdb-w10-").FullName;
        try
        {
            WarmUp();
            using StateSpace space = StateSpace.Reserve();
            space.SpillTo(directory);
            long limit = EngineRun.ResidentBytes() + (long)((1L << 30) * options.Scale);
            using var run = new EngineRun(options.Workers, space);
            RelationId table = Install(run);
            using var guard = new MemoryGuard(limit);
            guard.Add(space);
            long keys = (long)(Keys * options.Scale);
            long rows = Insert(run, table, keys, 0, keys * 9 / 10, 100_000);
            report.Row("100000 rate, the first nine tenths", rows / run.Seconds, "rows/s", $"{rows} rows");
            double seconds = run.Seconds;
            rows = Insert(run, table, keys, rows, keys, 100_000);
            seconds += run.Finish(report, "100000, the last tenth", rows - (keys * 9 / 10));
            report.Row("100000 rate, all", rows / seconds, "rows/s", $"{rows} rows");
            double held = keys * (1 - Math.Exp(-rows / (double)keys));
            report.Row("state", space.UsedBytes, "bytes", $"{space.UsedBytes / held:F1} a key, {space.UsedBytes / (double)limit:F2} times the limit");
            rows = Insert(run, table, keys, rows, rows + (long)(SmallRows * options.Scale), 1_000) - rows;
            run.Finish(report, "1000", rows);
            report.Row("resident at the end", EngineRun.ResidentBytes(), "bytes", $"limit {limit}");
            report.Row("asked to leave memory", guard.EvictedBytes, "bytes");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static RelationId Install(EngineRun run)
    {
        var schema = new SqlSchema(run);
        RelationId table = schema.Table("CREATE TABLE e (k bigint NOT NULL, v bigint NOT NULL)");
        schema.Counted(Query);
        return table;
    }

    /// <summary>Lets the runtime and the program take what they take in any case: that is not to count as memory for state.</summary>
    private static void WarmUp()
    {
        using var run = new EngineRun(1);
        Insert(run, Install(run), 100_000, 0, 1_000_000, 100_000);
    }

    /// <returns>How many rows there are then: <paramref name="end"/> unless it took too long.</returns>
    private static long Insert(EngineRun run, RelationId table, long keys, long first, long end, int epochRows)
    {
        run.Start();
        long start = Stopwatch.GetTimestamp();
        for (; first < end && Stopwatch.GetElapsedTime(start) < _fillMax; first += epochRows)
        {
            run.Add(table, Rows(first, epochRows, keys));
            run.Step();
        }

        return first;
    }

    private static DeltaBatch Rows(long first, int count, long keys)
    {
        using var keyBuilder = new ColumnBuilder(PhysicalType.Int64, count);
        using var valueBuilder = new ColumnBuilder(PhysicalType.Int64, count);
        for (int i = 0; i < count; i++)
        {
            keyBuilder.Append((long)(Mix.Of((ulong)(first + i)) % (ulong)keys));
            valueBuilder.Append((first + i) % 1000);
        }

        return new DeltaBatch(new ColumnBatch([keyBuilder.Finish(), valueBuilder.Finish()], count), null);
    }
}
