using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
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

    private const string Sliding = "OVER (ORDER BY k ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)";

    private static readonly (string Name, bool Appends, string Call)[] _cases =
    [
        ("replace lag", false, "lag(v) OVER (ORDER BY k)"),
        ("replace sum of 11", false, $"sum(v) {Sliding}"),
        ("replace min of 11", false, $"min(v) {Sliding}"),
        ("append row_number", true, "row_number() OVER (ORDER BY k)"),
        ("append running sum", true, "sum(v) OVER (ORDER BY k)"),
        ("append rank", true, "rank() OVER (ORDER BY k)"),
    ];

    public string Name => "window";

    public string Question => "What does one changed row cost under window functions, and does it depend on the size of the partition?";

    public void Run(BenchmarkOptions options, Report report)
    {
        foreach ((string name, bool appends, string call) in _cases)
        {
            foreach (int size in new[] { 10_000, 100_000, 1_000_000 })
            {
                Measure($"{name} {size}", (int)(size * options.Scale), appends, call, options, report);
            }
        }
    }

    private static void Measure(string label, int rows, bool appends, string call, BenchmarkOptions options, Report report)
    {
        using var run = new EngineRun(options.Workers);
        var schema = new SqlSchema(run);
        RelationId relation = schema.Table("CREATE TABLE t (k bigint NOT NULL, v bigint)");
        schema.Counted($"SELECT k, v, {call} FROM t");
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
