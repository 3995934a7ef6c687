using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>One partition of 10 k, 100 k and 1 M rows (key, value); each epoch changes one row. The cost must not grow with the partition.</summary>
/// <remarks>
/// "replace": the value of a row at a random place, so that lag, sliding sum and sliding min change for the few rows around it.
/// "append": a row at the end, so that row_number, the running sum and rank change for that row alone.
/// </remarks>
internal sealed class WindowChange : IBenchmark
{
    private const int Epochs = 2000;

    private static readonly ColumnShape _long = new(PhysicalType.Int64, true);

    private static readonly WindowFrame _sliding = new(new FrameEdge(FrameEdgeKind.Row, -10), new FrameEdge(FrameEdgeKind.Row));

    public string Name => "window";

    public string Question => "What does one changed row cost under window functions, and does it depend on the size of the partition?";

    public void Run(BenchmarkOptions options, Report report)
    {
        (string Name, bool Appends, WindowFunctionSpec Function)[] cases =
        [
            ("replace lag", false, new OffsetFunction { Output = _long, Column = 1, Offset = -1 }),
            ("replace sum of 11", false, Sum(_sliding)),
            ("replace min of 11", false, new FrameAggregateFunction
            {
                Output = _long,
                Frame = _sliding,
                Aggregate = new ExtremeAggregate { Output = _long, Column = 1 },
            }),
            ("append row_number", true, new RankingFunction { Output = _long with { IsNullable = false }, Kind = RankingKind.RowNumber }),
            ("append running sum", true, Sum(WindowFrame.Default)),
            ("append rank", true, new RankingFunction { Output = _long with { IsNullable = false }, Kind = RankingKind.Rank }),
        ];
        foreach ((string name, bool appends, WindowFunctionSpec function) in cases)
        {
            foreach (int size in new[] { 10_000, 100_000, 1_000_000 })
            {
                Measure($"{name} {size}", (int)(size * options.Scale), appends, function, options, report);
            }
        }
    }

    private static FrameAggregateFunction Sum(WindowFrame frame) => new()
    {
        Output = _long,
        Frame = frame,
        Aggregate = new AccumulableAggregate { Output = _long, Accumulator = new SumAccumulator(), Arguments = [1] },
    };

    private static void Measure(string label, int rows, bool appends, WindowFunctionSpec function, BenchmarkOptions options, Report report)
    {
        using var run = new EngineRun(options.Workers);
        var relation = new RelationId(1);
        run.Engine.AddRelation(relation, EngineRun.LongColumns(2), [], isStored: false);
        var builder = new DataflowBuilder();
        run.Install(builder, builder.Window(
            builder.Relation(relation, EngineRun.LongColumns(2)), new WindowSpec { OrderBy = [new SortKey(0)], Functions = [function] }));
        var values = new long[rows];
        var load = new List<(long Key, long Value, long Weight)>();
        for (int i = 0; i < rows; i++)
        {
            values[i] = (long)(Mix.Of((ulong)i) % 1_000_000);
            load.Add((i, values[i], 1));
        }

        run.Start();
        run.Add(relation, Batch(load));
        run.Step();
        run.Finish(report, $"{label} load", rows);
        run.Start();
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            long value = (long)(Mix.Of((ulong)(rows + epoch)) % 1_000_000);
            if (appends)
            {
                run.Add(relation, Batch([(rows + epoch, value, 1)]));
            }
            else
            {
                int key = (int)(Mix.Of((ulong)epoch) % (ulong)rows);
                run.Add(relation, Batch([(key, values[key], -1), (key, value, 1)]));
                values[key] = value;
            }

            run.Step();
        }

        run.Finish(report, label, Epochs);
        report.Count($"{label} outputs", run.Outputs, null);
    }

    private static DeltaBatch Batch(List<(long Key, long Value, long Weight)> rows)
    {
        using var keys = new ColumnBuilder(PhysicalType.Int64, rows.Count);
        using var values = new ColumnBuilder(PhysicalType.Int64, rows.Count);
        using var weights = new ColumnBuilder(PhysicalType.Int64, rows.Count);
        foreach ((long key, long value, long weight) in rows)
        {
            keys.Append(key);
            values.Append(value);
            weights.Append(weight);
        }

        return new DeltaBatch(new ColumnBatch([keys.Finish(), values.Finish()], rows.Count), weights.Finish());
    }
}
