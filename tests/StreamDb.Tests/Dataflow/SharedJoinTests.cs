using System.Collections.Immutable;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>Several dataflows over one join: made early and late, dropped in any order, always equal to the join.</summary>
public sealed class SharedJoinTests : IErrorCollector
{
    private static readonly RelationId _left = new(1);
    private static readonly RelationId _right = new(2);
    private static readonly ColumnShape[] _shape = [new(PhysicalType.Int64, false), new(PhysicalType.Int64, false)];

    public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(1, 4)]
    [InlineData(2, 5)]
    public void Views_over_one_join_come_and_go(int workers, int seed)
    {
        var random = new Random(seed);
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_left, _shape, [0]);
        engine.AddRelation(_right, _shape, []);
        var rows = new Dictionary<RelationId, Dictionary<(long, long), long>> { [_left] = [], [_right] = [] };
        var views = new Dictionary<RelationId, long>();
        uint nextId = 10;
        ulong epoch = 0;
        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var id = new RelationId(nextId++);
                    views.Add(id, random.Next(3));
                    Install(engine, id, views[id], new Epoch(epoch), selfJoin: false);
                    break;
                case 1 when views.Count > 0:
                    RelationId dropped = views.Keys.ElementAt(random.Next(views.Count));
                    engine.Remove(dropped);
                    views.Remove(dropped);
                    break;
                default:
                    RandomPairs.Step(engine, new Epoch(++epoch), random, rows, 400, 40, 12);
                    break;
            }

            foreach ((RelationId view, long remainder) in views)
            {
                Assert.Equal(Expected(rows, remainder), Actual(engine, view));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Keys_with_many_rows_come_and_go_whole(int workers)
    {
        const int Keys = 90;
        var random = new Random(workers);
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_left, _shape, [0]);
        engine.AddRelation(_right, _shape, []);
        var view = new RelationId(10);
        Install(engine, view, 0, default, selfJoin: false);
        var rows = new Dictionary<RelationId, Dictionary<(long, long), long>> { [_left] = [], [_right] = [] };
        for (ulong epoch = 1; epoch < 60; epoch++)
        {
            var changes = new List<(RelationId Relation, long Key, long Value, long Weight)>();
            foreach (long key in Enumerable.Range(0, Keys).Where(_ => random.Next(10) == 0))
            {
                long weight = rows[_right].Remove((key, key)) ? -1 : 1;
                changes.Add((_right, key, key, weight));
                if (weight > 0)
                {
                    rows[_right].Add((key, key), 1);
                }
            }

            foreach (long key in Enumerable.Range(0, Keys).Where(_ => random.Next(10) == 0))
            {
                (long, long)[] present = [.. rows[_left].Keys.Where(row => row.Item1 == key)];
                foreach ((long, long) row in present)
                {
                    rows[_left].Remove(row);
                    changes.Add((_left, row.Item1, row.Item2, -1));
                }

                for (int i = present.Length > 0 ? 0 : random.Next(400); i > 0; i--)
                {
                    rows[_left][(key, i)] = 1;
                    changes.Add((_left, key, i, 1));
                }
            }

            Push(engine, epoch, [.. changes]);
            Assert.Equal(Expected(rows, 0), Actual(engine, view));
        }
    }

    [Fact]
    public void The_join_ends_with_its_last_reader()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_left, _shape, [0]);
        engine.AddRelation(_right, _shape, [0]);
        Install(engine, new RelationId(10), 0, default, selfJoin: false);
        Install(engine, new RelationId(11), 1, default, selfJoin: true);
        Install(engine, new RelationId(12), 2, default, selfJoin: false);
        engine.Remove(new RelationId(10));
        engine.Remove(new RelationId(11));
        engine.Remove(new RelationId(12));
        engine.Remove(_left);
        engine.Remove(_right);
        Assert.Equal(0, engine.Figures().Sum(figure => figure.StateBytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_view_made_after_a_failure_does_not_share_what_failed(int workers)
    {
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_left, _shape, [0], isStored: false);
        engine.AddRelation(_right, _shape, [0], isStored: false);
        Install(engine, new RelationId(10), 0, default, selfJoin: false);
        Assert.Empty(Push(engine, 1, [(_left, 1, 1, long.MaxValue)]));

        // More copies of a row than can be counted.
        Assert.Equal(new RelationId(10), Assert.Single(Push(engine, 2, [(_left, 1, 1, long.MaxValue)])).Id);
        Install(engine, new RelationId(11), 0, new Epoch(2), selfJoin: false);
        Assert.Empty(Push(engine, 3, [(_left, 2, 5, 1), (_right, 2, 1, 1)]));
        Assert.Equal(((5L, 1L), 1L), Assert.Single(Actual(engine, new RelationId(11)).Select(row => (row.Key, row.Value))));
        engine.Remove(new RelationId(10));
        Assert.Empty(Push(engine, 4, [(_right, 2, 4, 1)]));
        Assert.Equal(2, Actual(engine, new RelationId(11)).Count);
    }

    private static IReadOnlyList<DataflowFailure> Push(Engine engine, ulong epoch, (RelationId Relation, long Key, long Value, long Weight)[] rows)
    {
        RelationDelta[] inputs =
        [
            .. rows.GroupBy(row => row.Relation, row => (ImmutableArray.Create(new Datum(row.Key), new Datum(row.Value)), row.Weight))
                .Select(changes => new RelationDelta(changes.Key, DeltaBatch.FromRows([PhysicalType.Int64, PhysicalType.Int64], [.. changes]))),
        ];
        EpochHandle handle = engine.Begin(new Epoch(epoch), 0, inputs);
        handle.Wait();
        engine.Publish(new Epoch(epoch));
        Array.ForEach(inputs, input => input.Delta.Release());
        return [.. handle.Failures.DistinctBy(failure => failure.Id)];
    }

    private void Install(Engine engine, RelationId id, long remainder, Epoch epoch, bool selfJoin)
    {
        var builder = new DataflowBuilder();
        Node left = builder.Relation(_left, _shape);
        Node right = selfJoin ? left : builder.Relation(_right, _shape);
        Node join = builder.Join(left, right, new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] });
        Node kept = builder.Map(join, new TestTransform(
            [_shape[0], _shape[0]],
            row => ((long)row[1].Value! + (long)row[3].Value!) % 3 == remainder,
            row => [row[1], row[3]]));
        engine.Install(builder.Materialize(kept, id, [0]), epoch, 0, this);
    }

    private static SortedDictionary<(long, long), long> Expected(Dictionary<RelationId, Dictionary<(long, long), long>> rows, long remainder)
    {
        var result = new SortedDictionary<(long, long), long>();
        foreach (((long key, long left), long leftWeight) in rows[_left])
        {
            foreach (((long other, long right), long rightWeight) in rows[_right])
            {
                if (key == other && (left + right) % 3 == remainder && leftWeight * rightWeight != 0)
                {
                    result[(left, right)] = result.GetValueOrDefault((left, right)) + (leftWeight * rightWeight);
                }
            }
        }

        return result;
    }

    private static SortedDictionary<(long, long), long> Actual(Engine engine, RelationId view)
    {
        var result = new SortedDictionary<(long, long), long>();
        using RelationSnapshot snapshot = engine.Snapshot(view);
        foreach (DeltaBatch batch in snapshot.Scan())
        {
            for (int row = 0; row < batch.Count; row++)
            {
                result.Add((batch.Rows[0].Get<long>(row), batch.Rows[1].Get<long>(row)), batch.Weight(row));
            }

            batch.Release();
        }

        return result;
    }
}
