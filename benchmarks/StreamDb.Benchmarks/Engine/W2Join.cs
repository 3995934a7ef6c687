using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W2: 5 M ⋈ 5 M rows over 1 M keys, then updates that replace rows on both sides.</summary>
internal abstract class JoinWorkload
{
    private static readonly RelationId _left = new(1);
    private static readonly RelationId _right = new(2);

    /// <summary>Loads both sides; rows per side.</summary>
    protected static EngineRun Load(BenchmarkOptions options, out long rows)
    {
        rows = (long)(5_000_000 * options.Scale);
        var run = new EngineRun(options.Workers);
        run.Engine.AddRelation(_left, EngineRun.LongColumns(2), [0], isStored: false);
        run.Engine.AddRelation(_right, EngineRun.LongColumns(2), [0], isStored: false);
        var builder = new DataflowBuilder();
        Node left = builder.Relation(_left, EngineRun.LongColumns(2));
        Node right = builder.Relation(_right, EngineRun.LongColumns(2));
        run.Install(builder, builder.Join(left, right, new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] }));
        const int LoadRows = 10_000;
        for (long i = 0; i < rows; i += LoadRows)
        {
            run.Add(_left, Rows(0, i, LoadRows, options, isReplacement: false, 0));
            run.Add(_right, Rows(1, i, LoadRows, options, isReplacement: false, 0));
            run.Step();
        }

        return run;
    }

    /// <summary>One epoch of <paramref name="updates"/> updates from replacement <paramref name="j"/> on.</summary>
    protected static void Update(EngineRun run, BenchmarkOptions options, long rows, long j, int updates)
    {
        run.Add(_left, Rows(0, j, updates / 4, options, isReplacement: true, rows));
        run.Add(_right, Rows(1, j, updates / 4, options, isReplacement: true, rows));
        run.Step();
    }

    private static unsafe DeltaBatch Rows(int side, long start, int count, BenchmarkOptions options, bool isReplacement, long loaded)
    {
        ulong keyCount = (ulong)(1_000_000 * options.Scale);
        int total = isReplacement ? count * 2 : count;
        using var keys = new ColumnBuilder(PhysicalType.Int64, total);
        using var values = new ColumnBuilder(PhysicalType.Int64, total);
        using var weights = new ColumnBuilder(PhysicalType.Int64, total);
        for (int i = 0; i < count; i++)
        {
            (long key, long value) = Mix.Row(side, loaded + start + i, keyCount);
            keys.Append(key);
            values.Append(value);
            weights.Append(1L);
            if (isReplacement)
            {
                (key, value) = Mix.Row(side, start + i, keyCount);
                keys.Append(key);
                values.Append(value);
                weights.Append(-1L);
            }
        }

        return new DeltaBatch(new ColumnBatch([keys.Finish(), values.Finish()], total), isReplacement ? weights.Finish() : null);
    }
}

internal sealed class W2Join : JoinWorkload, IBenchmark
{
    private static readonly (int Epoch, long Outputs)[] _variants = [(1_000, 19_999_259), (10_000, 19_999_313), (100_000, 19_999_457)];

    public string Name => "w2";

    public string Question => "How fast is a join kept up to date under replacements on both sides?";

    public void Run(BenchmarkOptions options, Report report)
    {
        foreach ((int epochRows, long outputs) in _variants)
        {
            using EngineRun run = Load(options, out long rows);
            run.Start();
            long total = (long)(4_000_000 * options.Scale);
            for (long done = 0; done < total; done += epochRows)
            {
                Update(run, options, rows, done / 4, epochRows);
            }

            run.Finish(report, $"{epochRows}", total);
            report.Count($"{epochRows} outputs", run.Outputs, options.Scale == 1 ? outputs : null);
        }
    }
}

internal sealed class W2SmallEpochs : JoinWorkload, IBenchmark
{
    public string Name => "w2s";

    public string Question => "How long does an epoch of four updates to W2's join take?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using EngineRun run = Load(options, out long rows);
        const int Warmup = 20_000;
        const int Epochs = 100_000;
        for (long j = 0; j < Warmup; j++)
        {
            Update(run, options, rows, j, 4);
        }

        run.Start();
        for (long j = Warmup; j < Warmup + Epochs; j++)
        {
            Update(run, options, rows, j, 4);
        }

        run.Finish(report, "4", Epochs * 4L);
    }
}

internal sealed class W2Memory : JoinWorkload, IBenchmark
{
    public string Name => "w2m";

    public string Question => "How many resident bytes does a row of W2's state take?";

    public void Run(BenchmarkOptions options, Report report)
    {
        long before = EngineRun.ResidentBytes();
        using EngineRun run = Load(options, out long rows);
        long loaded = EngineRun.ResidentBytes();
        long peak = loaded;
        run.Start();
        for (long done = 0; done < (long)(4_000_000 * options.Scale); done += 10_000)
        {
            Update(run, options, rows, done / 4, 10_000);
            if (done % 200_000 == 0)
            {
                peak = Math.Max(peak, EngineRun.ResidentBytes());
            }
        }

        long steady = EngineRun.ResidentBytes();
        long state = run.Engine.Figures().Sum(figure => figure.StateBytes);
        double count = rows * 2;
        report.Row("after load", (loaded - before) / count, "bytes/row");
        report.Row("steady", (steady - before) / count, "bytes/row");
        report.Row("peak", (peak - before) / count, "bytes/row");
        report.Row("state", state / count, "bytes/row", "as the engine counts it");
    }
}
