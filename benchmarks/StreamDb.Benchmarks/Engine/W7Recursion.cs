using System.Diagnostics;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>A random directed graph, edge i from mix(2i) to mix(2i + 1), and a recursive view over it.</summary>
internal sealed class GraphRun : IDisposable
{
    private readonly EngineRun _engine;
    private readonly SqlSchema _schema;
    private readonly RelationId _edges;
    private readonly long _nodeCount;
    private readonly long _edgeCount;
    private long _replaced;

    public GraphRun(BenchmarkOptions options, long nodes, long edges)
    {
        _engine = new EngineRun(options.Workers);
        _schema = new SqlSchema(_engine);
        _edges = _schema.Table("CREATE TABLE edge (a bigint NOT NULL, b bigint NOT NULL)", isStored: true);
        _nodeCount = nodes;
        _edgeCount = edges;
        const int LoadRows = 100_000;
        for (long i = 0; i < edges; i += LoadRows)
        {
            _engine.Add(_edges, Edges(i, (int)Math.Min(LoadRows, edges - i), 0, 0));
            _engine.Step();
        }
    }

    public EngineRun Engine => _engine;

    /// <summary>A node with an edge that is never replaced: the source of the last one. (At full size it reaches 796,695 nodes of W7's graph; node 0 reaches none.)</summary>
    public long Root => (long)(Mix.Of(2 * (ulong)(_edgeCount - 1)) % (ulong)_nodeCount);

    /// <summary>Installs the view; the seconds it took.</summary>
    public double Install(string query)
    {
        long start = Stopwatch.GetTimestamp();
        _schema.Counted(query);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Epochs in each of which the <paramref name="count"/> oldest edges go and as many new ones come.</summary>
    public void Replace(int count, int epochs)
    {
        for (int epoch = 0; epoch < epochs; epoch++, _replaced += count)
        {
            _engine.Add(_edges, Edges(_edgeCount + _replaced, count, _replaced, count));
            _engine.Step();
        }
    }

    public void Dispose() => _engine.Dispose();

    private DeltaBatch Edges(long added, int addedCount, long removed, int removedCount)
    {
        int total = addedCount + removedCount;
        using var sources = new ColumnBuilder(PhysicalType.Int64, total);
        using var targets = new ColumnBuilder(PhysicalType.Int64, total);
        using var weights = new ColumnBuilder(PhysicalType.Int64, total);
        for (int i = 0; i < total; i++)
        {
            ulong edge = (ulong)(i < addedCount ? added + i : removed + i - addedCount);
            sources.Append((long)(Mix.Of(2 * edge) % (ulong)_nodeCount));
            targets.Append((long)(Mix.Of((2 * edge) + 1) % (ulong)_nodeCount));
            weights.Append(i < addedCount ? 1L : -1L);
        }

        return new DeltaBatch(new ColumnBatch([sources.Finish(), targets.Finish()], total), weights.Finish());
    }
}

/// <summary>W7: distances from one node in a graph of 1 M nodes and 2 M edges.</summary>
internal sealed class W7Bfs : IBenchmark
{
    public string Name => "w7";

    public string Question => "How fast are BFS distances on 1 M nodes and 2 M edges computed, and kept up to date?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long nodes = (long)(1_000_000 * options.Scale);
        using var run = new GraphRun(options, nodes, 2 * nodes);
        report.Row("initial", run.Install(
            $"""
            WITH MUTUALLY RECURSIVE distance (n bigint, steps bigint) AS (
                SELECT n, min(steps)
                FROM (SELECT {run.Root}::bigint AS n, 0::bigint AS steps UNION ALL SELECT e.b, d.steps + 1 FROM distance d JOIN edge e ON e.a = d.n) s
                GROUP BY n)
            SELECT n, steps FROM distance
            """), "s");
        run.Replace(1, 200);
        run.Engine.Start();
        run.Replace(1, 2_000);
        run.Engine.Finish(report, "1 + 1", 4_000);
        report.Row("1 + 1 outputs", run.Engine.Outputs, "rows");
        run.Engine.Start();
        run.Replace(1_000, 20);
        run.Engine.Finish(report, "1000 + 1000", 40_000);
        report.Row("state", run.Engine.Engine.Figures().Sum(figure => figure.StateBytes) / (2.0 * nodes), "bytes/edge");
    }
}

internal sealed class Reachability : IBenchmark
{
    public string Name => "reach";

    public string Question => "What does one changed edge cost a view of the reachable nodes of a graph of 100 k nodes and 300 k edges?";

    public void Run(BenchmarkOptions options, Report report)
    {
        const int Epochs = 2_000;
        long nodes = (long)(100_000 * options.Scale);
        using var run = new GraphRun(options, nodes, 3 * nodes);
        double initial = run.Install(
            $"WITH RECURSIVE reach (n) AS (SELECT {run.Root}::bigint UNION SELECT e.b FROM reach r JOIN edge e ON e.a = r.n) SELECT n FROM reach");
        report.Row("initial", initial, "s");
        run.Replace(1, 200);
        run.Engine.Start();
        long start = Stopwatch.GetTimestamp();
        run.Replace(1, Epochs);
        double each = Stopwatch.GetElapsedTime(start).TotalSeconds / Epochs;
        run.Engine.Finish(report, "1 + 1", 2 * Epochs);
        report.Row("1 + 1 outputs", run.Engine.Outputs, "rows");
        report.Row("from scratch / one epoch", initial / each, "x", "an edge in and an edge out against all edges");
    }
}
