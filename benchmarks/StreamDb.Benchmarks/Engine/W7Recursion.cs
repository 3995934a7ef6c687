using System.Diagnostics;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Benchmarks.Engine;

/// <summary>A random directed graph, edge i from mix(2i) to mix(2i + 1), and a recursive view over it.</summary>
internal abstract class GraphWorkload
{
    private static readonly RelationId _edges = new(1);

    protected static EngineRun Load(BenchmarkOptions options, long nodes, long edges)
    {
        var run = new EngineRun(options.Workers);
        run.Engine.AddRelation(_edges, EngineRun.LongColumns(2), [0]);
        const int LoadRows = 100_000;
        for (long i = 0; i < edges; i += LoadRows)
        {
            run.Add(_edges, Edges(nodes, i, (int)Math.Min(LoadRows, edges - i), i, 0));
            run.Step();
        }

        return run;
    }

    /// <summary>Installs a view of the nodes reachable from node 0, with their least number of steps or without; the seconds it took.</summary>
    protected static double Install(EngineRun run, bool withDistance)
    {
        var builder = new DataflowBuilder();
        IReadOnlyList<ColumnShape> shape = EngineRun.LongColumns(withDistance ? 2 : 1);
        using var zero = new ColumnBuilder(PhysicalType.Int64, 1);
        zero.Append(0L);
        Column column = zero.Finish();
        var row = new ColumnBatch(withDistance ? [column, column.Acquire()] : [column], 1);
        Node root = builder.Constant(row, shape);
        row.Release();
        Node variable = builder.Variable(shape);
        Node step = builder.Join(variable, builder.Relation(_edges, EngineRun.LongColumns(2)), new JoinSpec
        {
            Kind = JoinKind.Inner,
            LeftKeys = [0],
            RightKeys = [0],
            Transform = new StepTransform(withDistance),
        });
        Node all = builder.Union([root, step]);
        var min = new ExtremeAggregate { Column = withDistance ? 1 : 0, IsMax = false, Output = new ColumnShape(PhysicalType.Int64, false) };
        Node body = withDistance ? builder.Reduce(all, new ReduceSpec { Keys = [0], Aggregates = [min] }) : builder.Distinct(all);
        long start = Stopwatch.GetTimestamp();
        run.Install(builder, builder.Recursive([new RecursiveBinding(variable, body)], new RecursionLimit(1_000_000, Returns: false))[0]);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Epochs in each of which the oldest edges go and as many new ones come.</summary>
    protected static void Replace(EngineRun run, long nodes, long edges, long done, int count, int epochs)
    {
        for (int epoch = 0; epoch < epochs; epoch++, done += count)
        {
            run.Add(_edges, Edges(nodes, edges + done, count, done, count));
            run.Step();
        }
    }

    private static DeltaBatch Edges(long nodes, long added, int addedCount, long removed, int removedCount)
    {
        int total = addedCount + removedCount;
        using var sources = new ColumnBuilder(PhysicalType.Int64, total);
        using var targets = new ColumnBuilder(PhysicalType.Int64, total);
        using var weights = new ColumnBuilder(PhysicalType.Int64, total);
        for (int i = 0; i < total; i++)
        {
            ulong edge = (ulong)(i < addedCount ? added + i : removed + i - addedCount);
            sources.Append((long)(Mix.Of(2 * edge) % (ulong)nodes));
            targets.Append((long)(Mix.Of((2 * edge) + 1) % (ulong)nodes));
            weights.Append(i < addedCount ? 1L : -1L);
        }

        return new DeltaBatch(new ColumnBatch([sources.Finish(), targets.Finish()], total), weights.Finish());
    }

    /// <summary>(node[, steps], source, target) to (target[, steps + 1]).</summary>
    private sealed unsafe class StepTransform(bool withDistance) : ITransformFactory, IBatchTransform
    {
        public IReadOnlyList<ColumnShape> Output { get; } = EngineRun.LongColumns(withDistance ? 2 : 1);

        public IBatchTransform Create(OperatorContext context) => this;

        public DeltaBatch? Apply(DeltaBatch input)
        {
            int count = input.Count;
            Column target = input.Rows[withDistance ? 3 : 2].Acquire();
            if (!withDistance)
            {
                return new DeltaBatch(new ColumnBatch([target], count), input.Weights?.Acquire());
            }

            using var steps = new ColumnBuilder(PhysicalType.Int64, count);
            steps.Reserve(count);
            long* from = (long*)input.Rows[1].Values;
            long* to = (long*)steps.Values;
            for (int i = 0; i < count; i++)
            {
                to[i] = from[i] + 1;
            }

            steps.Advance(count);
            return new DeltaBatch(new ColumnBatch([target, steps.Finish()], count), input.Weights?.Acquire());
        }
    }
}

internal sealed class W7Bfs : GraphWorkload, IBenchmark
{
    public string Name => "w7";

    public string Question => "How fast are BFS distances on 1 M nodes and 2 M edges computed, and kept up to date?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long nodes = (long)(1_000_000 * options.Scale);
        long edges = 2 * nodes;
        using EngineRun run = Load(options, nodes, edges);
        report.Row("initial", Install(run, withDistance: true), "s");
        Replace(run, nodes, edges, 0, 1, 200);
        run.Start();
        Replace(run, nodes, edges, 200, 1, 2_000);
        run.Finish(report, "1 + 1", 4_000);
        report.Row("1 + 1 outputs", run.Outputs, "rows");
        run.Start();
        Replace(run, nodes, edges, 2_200, 1_000, 20);
        run.Finish(report, "1000 + 1000", 40_000);
        report.Row("state", run.Engine.Figures().Sum(figure => figure.StateBytes) / (double)edges, "bytes/edge");
    }
}

internal sealed class Reachability : GraphWorkload, IBenchmark
{
    public string Name => "reach";

    public string Question => "What does one changed edge cost a view of the reachable nodes of a graph of 100 k nodes and 300 k edges?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long nodes = (long)(100_000 * options.Scale);
        long edges = 3 * nodes;
        using EngineRun run = Load(options, nodes, edges);
        double initial = Install(run, withDistance: false);
        report.Row("initial", initial, "s");
        Replace(run, nodes, edges, 0, 1, 200);
        run.Start();
        long start = Stopwatch.GetTimestamp();
        const int Epochs = 2_000;
        Replace(run, nodes, edges, 200, 1, Epochs);
        double each = Stopwatch.GetElapsedTime(start).TotalSeconds / Epochs;
        run.Finish(report, "1 + 1", 2 * Epochs);
        report.Row("1 + 1 outputs", run.Outputs, "rows");
        report.Row("from scratch / one epoch", initial / each, "x", "an edge in and an edge out against all edges");
    }
}
