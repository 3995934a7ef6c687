using System.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Backfills;

namespace StreamDb.Benchmarks.Engine;

/// <summary>
/// A live view over a table that gets 20 rows every 2 ms, alone and while views are created over another table of 10 M rows
/// (one that counts, one that joins) which gets rows, too. Latencies run from when the rows were due, so every pause counts,
/// the cuts and the switch of the backfill among them.
/// </summary>
internal sealed class BackfillFreshness : IBenchmark
{
    private const int EpochRows = 20;
    private const double EpochMs = 2;
    private const long SwitchRowsMax = 10_000;
    private const int RoundsMax = 30;

    private static readonly TimeSpan _alone = TimeSpan.FromSeconds(5);

    private readonly List<double> _latenciesUs = [];
    private RelationId _live;
    private RelationId _large;
    private EngineRun _run = null!;
    private ulong _keys;
    private long _rows;
    private long _added;

    public string Name => "backfill";

    public string Question => "How fresh does a live view stay while another is created over 10 M rows?";

    public void Run(BenchmarkOptions options, Report report)
    {
        _rows = (long)(10_000_000 * options.Scale);
        _keys = (ulong)(1_000_000 * options.Scale);
        using var run = new EngineRun(options.Workers);
        _run = run;
        var schema = new SqlSchema(run);
        _live = schema.Table("CREATE TABLE s (k bigint NOT NULL, v bigint NOT NULL)", isStored: true);
        _large = schema.Table("CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL)", isStored: true);
        RelationId other = schema.Table("CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)", isStored: true);
        schema.MaterializedView("CREATE MATERIALIZED VIEW live AS SELECT k, count(*) AS n, sum(v % 1000) AS s FROM s GROUP BY k");
        Load(_live, 0, _rows / 10);
        Load(_large, 0, _rows);
        Load(other, 1, _rows / 10);
        Measure(() => false, TimeSpan.FromSeconds(2));
        double before = Measure(() => false, _alone);
        report.Row("alone p50", At(0.5), "us");
        report.Row("alone p99", before, "us");
        report.Row("alone max", _latenciesUs[^1], "us");
        Create("count", schema.Describe("CREATE MATERIALIZED VIEW c AS SELECT k, count(*) AS n FROM l GROUP BY k"), before, report);
        Create(
            "join",
            schema.Describe("CREATE MATERIALIZED VIEW j AS SELECT r.v & 65535 AS g, count(*) AS n, sum(l.v % 1000) AS s FROM l JOIN r ON l.k = r.k GROUP BY 1"),
            before,
            report);
    }

    private void Create(string name, DataflowDescription view, double before, Report report)
    {
        long start = Stopwatch.GetTimestamp();
        using Backfill backfill = _run.Start(view);
        Task work = Beside(() => backfill.Fill(yields: true, default));
        int rounds = 0;
        double switchUs = 0;
        double during = Measure(
            () =>
            {
                if (!work.IsCompleted)
                {
                    return false;
                }

                work.GetAwaiter().GetResult();
                if (backfill.WaitingRows > SwitchRowsMax && rounds++ < RoundsMax)
                {
                    _run.Engine.Cut(backfill, _run.Epoch);
                    work = Beside(() => backfill.CatchUp(yields: true, default));
                    return false;
                }

                long switching = Stopwatch.GetTimestamp();
                _run.Engine.Finish(backfill, _run.Epoch);
                switchUs = Stopwatch.GetElapsedTime(switching).TotalMicroseconds;
                return true;
            },
            TimeSpan.MaxValue);
        report.Row($"{name} created", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", $"{rounds} rounds of catching up");
        report.Row($"{name} switch", switchUs, "us");
        report.Row($"{name} p50", At(0.5), "us");
        report.Row($"{name} p99", during, "us", "while it is created");
        report.Row($"{name} max", _latenciesUs[^1], "us");
        report.Row($"{name} p99 ratio", during / before, "x");
    }

    private static Task Beside(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Epochs at their times until it is done or the time is over.</summary>
    /// <returns>The 99th percentile of the latencies, µs; all of them are in order then.</returns>
    private double Measure(Func<bool> isDone, TimeSpan limit)
    {
        _latenciesUs.Clear();
        long start = Stopwatch.GetTimestamp();
        for (long i = 1; ; i++)
        {
            double dueMs = i * EpochMs;
            double LeftMs() => dueMs - Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            while (LeftMs() > 0)
            {
                // Sleeps are of whole milliseconds; the rest is spun, so that lateness is the scheduler's and not the timer's.
                Thread.Sleep(LeftMs() > 1.2 ? 1 : 0);
            }

            _run.Add(_live, KeyedRows.Added(0, _rows + _added, EpochRows, _keys));
            _run.Add(_large, KeyedRows.Added(0, _rows + _added, EpochRows, _keys));
            _added += EpochRows;
            _run.Step();
            _latenciesUs.Add((Stopwatch.GetElapsedTime(start).TotalMilliseconds - dueMs) * 1000);
            if (isDone() || Stopwatch.GetElapsedTime(start) > limit)
            {
                break;
            }
        }

        _latenciesUs.Sort();
        return At(0.99);
    }

    private void Load(RelationId table, int side, long rows)
    {
        const int LoadRows = 100_000;
        for (long i = 0; i < rows; i += LoadRows)
        {
            _run.Add(table, KeyedRows.Added(side, i, (int)Math.Min(LoadRows, rows - i), _keys));
            _run.Step();
        }
    }

    private double At(double quantile) => _latenciesUs[Math.Min(_latenciesUs.Count - 1, (int)(_latenciesUs.Count * quantile))];
}
