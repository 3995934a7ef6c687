using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W1: insert mix(i) mod 1,000,000 for i &lt; 10 M from empty; count by key.</summary>
internal sealed class W1Count : IBenchmark
{
    private static readonly (int Epoch, long Outputs)[] _variants = [(1_000, 18_990_114), (10_000, 18_900_464), (100_000, 18_031_874)];

    public string Name => "w1";

    public string Question => "How fast is count by key kept up to date, with the change of every group given out?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long total = (long)(10_000_000 * options.Scale);
        foreach ((int epochRows, long outputs) in _variants.Where(v => options.Includes(v.Epoch)))
        {
            using var run = new EngineRun(options.Workers);
            var schema = new SqlSchema(run);
            RelationId relation = schema.Table("CREATE TABLE t (k bigint NOT NULL)");
            schema.Counted("SELECT k, count(*) FROM t GROUP BY k");
            run.Start();
            for (long i = 0; i < total; i += epochRows)
            {
                run.Add(relation, Keys(i, epochRows));
                run.Step();
            }

            run.Finish(report, $"{epochRows}", total);
            report.Count($"{epochRows} outputs", run.Outputs, options.Scale == 1 ? outputs : null);
        }
    }

    private static unsafe DeltaBatch Keys(long start, int count)
    {
        using var builder = new ColumnBuilder(PhysicalType.Int64, count);
        builder.Reserve(count);
        long* keys = (long*)builder.Values;
        for (int i = 0; i < count; i++)
        {
            keys[i] = (long)(Mix.Of((ulong)(start + i)) % 1_000_000);
        }

        builder.Advance(count);
        return new DeltaBatch(new ColumnBatch([builder.Finish()], count));
    }
}
