using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow.Operators.Windows;

/// <summary>
/// Random window functions over random deltas: small partitions with many ties and duplicates, and large ones of which few rows
/// change in an epoch, so that only affected rows are computed. Every epoch the view equals the definition.
/// </summary>
public sealed class WindowOracleTests : IErrorCollector
{
    private static readonly RelationId _table = new(1);
    private static readonly RelationId _view = new(10);

    public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

    [Theory]
    [InlineData(1, 0, 12)]
    [InlineData(1, 1000, 90)]
    [InlineData(2, 2000, 20)]
    [InlineData(3, 3000, 60)]
    public void Windows_equal_their_definition_at_every_epoch(int workers, int firstSeed, int rows)
    {
        for (int seed = firstSeed; seed < firstSeed + 120; seed++)
        {
            Run(workers, seed, rows);
        }
    }

    [Fact]
    public void Large_partitions_equal_their_definition()
    {
        for (int seed = 5000; seed < 5012; seed++)
        {
            Run(1, seed, 400, partitions: 1);
        }
    }

    private void Run(int workers, int seed, int rows, int partitions = 3)
    {
        var random = new Random(seed);
        WindowSpec spec = WindowModel.RandomSpec(random);
        int keys = random.Next(3) == 0 ? 4 : rows;
        var table = new Multiset();
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_table, WindowModel.Shape, []);
        bool early = random.Next(2) == 0;
        if (early)
        {
            Install(engine, spec, new Epoch(0));
        }

        for (ulong epoch = 1; epoch <= 8; epoch++)
        {
            var delta = new List<(ImmutableArray<Datum> Row, long Weight)>();
            int size = epoch == 1 ? rows : random.Next(1, 4);
            for (int i = 0; i < size; i++)
            {
                if (epoch > 1 && random.Next(2) == 0 && table.Count > 0)
                {
                    (ImmutableArray<Datum> row, long weight) = table.Rows.ElementAt(random.Next(table.Count));
                    delta.Add((row, -random.NextInt64(1, weight + 1)));
                }
                else
                {
                    delta.Add((WindowModel.RandomRow(random, partitions, keys), random.Next(6) == 0 ? 2 : 1));
                }

                table.Add(delta[^1].Row, delta[^1].Weight);
            }

            Step(engine, new Epoch(epoch), delta);
            if (!early && epoch == 3)
            {
                Install(engine, spec, new Epoch(epoch));
            }

            string expected = WindowModel.Evaluate(spec, table).ToString();
            if (early || epoch >= 3)
            {
                Compare(expected, Read(engine).ToString(), $"view at epoch {epoch}");
            }

            if (epoch is 1 or 8)
            {
                Compare(expected, RunOnce(engine, spec).ToString(), $"query at epoch {epoch}");
            }
        }

        void Compare(string expected, string actual, string what) => Assert.True(
            expected == actual, $"seed {seed}, {workers} workers, {what}\n{WindowModel.Describe(spec)}\nexpected:\n{expected}\nactual:\n{actual}");
    }

    private void Install(Engine engine, WindowSpec spec, Epoch epoch)
    {
        var builder = new DataflowBuilder();
        Node output = builder.Window(builder.Relation(_table, WindowModel.Shape), spec);
        engine.Install(builder.Materialize(output, _view, [0]), epoch, 0, this);
    }

    private static void Step(Engine engine, Epoch epoch, List<(ImmutableArray<Datum> Row, long Weight)> delta)
    {
        DeltaBatch batch = DeltaBatch.FromRows(WindowModel.Shape.Select(column => column.Type).ToArray(), delta);
        EpochHandle handle = engine.Begin(epoch, 0, [new RelationDelta(_table, batch)]);
        handle.Wait();
        Assert.Empty(handle.Failures.Select(failure => failure.Reason));
        engine.Publish(epoch);
        batch.Release();
    }

    private static Multiset Read(Engine engine)
    {
        using RelationSnapshot snapshot = engine.Snapshot(_view);
        var result = new Multiset();
        foreach (DeltaBatch batch in snapshot.Scan())
        {
            result.Add(batch);
            batch.Release();
        }

        return result;
    }

    private static Multiset RunOnce(Engine engine, WindowSpec spec)
    {
        var builder = new DataflowBuilder();
        Node output = builder.Window(builder.Relation(_table, WindowModel.Shape), spec);
        using RelationSnapshot snapshot = engine.Snapshot(_table);
        var result = new Multiset();
        foreach (ColumnBatch batch in engine.RunOnce(
            builder.Collect(output),
            new Dictionary<RelationId, IEnumerable<DeltaBatch>> { [_table] = snapshot.Scan() },
            0,
            ThrowingErrorSink.Instance,
            default))
        {
            result.Add(batch);
            batch.Release();
        }

        return result;
    }
}
