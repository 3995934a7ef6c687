using System.Collections.Immutable;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow.Sharing;

/// <summary>What parts of several dataflows are one, and what are not.</summary>
public sealed class SubplansTests : IErrorCollector
{
    private static readonly RelationId _table = new(1);
    private static readonly ColumnShape _long = new(PhysicalType.Int64, false);
    private static readonly ColumnShape _numeric = new(PhysicalType.Numeric, false);
    private static readonly ColumnShape[] _longs = [_long, _long];
    private readonly List<RelationId> _creating = [];
    private readonly Dictionary<RelationId, long> _errors = [];

    public IErrorSink CreateSink(OperatorContext context) => new CountingSink(_errors, _creating[^1]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Equal_groups_are_kept_once_and_outlive_the_view_that_brought_them(bool beside)
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Push(engine, 1, Enumerable.Range(0, 1000).Select(key => (key, 1, 1)));
        Install(engine, 10, beside, builder => Filtered(builder, Count(builder, builder.Relation(_table, _longs)), "all", _ => true));
        long alone = engine.Figures().Sum(figure => figure.StateBytes);
        Install(engine, 11, beside, builder => Filtered(builder, Count(builder, builder.Relation(_table, _longs)), "even", row => (long)row[0].Value! % 2 == 0));
        Assert.Equal(alone, engine.Figures().Sum(figure => figure.StateBytes));
        Assert.Equal(0, engine.Figures().Single(figure => figure.Id.Value == 11).StateBytes);
        engine.Remove(new RelationId(10));
        Assert.Equal(alone, engine.Figures().Single(figure => figure.Id.Value == 11).StateBytes);
        Push(engine, 2, [(4, 7, 2), (5, 7, 1), (6, 1, -1)]);
        Assert.Equal((499, 501L), (Rows(engine, 11).Count, Rows(engine, 11).Values.Sum()));
        engine.Remove(new RelationId(11));
        engine.Remove(_table);
        Assert.Empty(engine.Figures());
    }

    [Fact]
    public void What_a_part_reads_is_found_however_often_its_nodes_are_read()
    {
        var builder = new DataflowBuilder();
        Node node = builder.Relation(_table, _longs);
        for (int i = 0; i < 60; i++)
        {
            node = builder.Union([node, node]);
        }

        Assert.Equal([_table], new StreamDb.Dataflow.Sharing.Subplans(node).OwnInputs(node));
    }

    [Fact]
    public void Which_parts_a_view_has_in_common_is_told_before_it_is_made()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Install(engine, 10, false, builder => Count(builder, builder.Relation(_table, _longs)));
        Install(engine, 12, false, builder => Count(builder, builder.Relation(_table, _longs)));
        var builder = new DataflowBuilder();
        Node counted = Count(builder, builder.Relation(_table, _longs));
        SharedPart part = Assert.Single(engine.SharedParts(builder.Materialize(counted, new RelationId(11), [])));
        Assert.Equal([new RelationId(10), new RelationId(12)], part.Users);
        Assert.Same(counted, part.Node);
    }

    [Fact]
    public void A_transform_without_a_name_is_not_shared_nor_what_is_above_it() =>
        Assert.Equal(0, PartsOf(builder => Count(builder, Filtered(builder, builder.Relation(_table, _longs), null, _ => true))));

    [Fact]
    public void Groups_by_a_key_that_may_look_different_are_not_shared()
    {
        // SELECT n, count(*) FROM t GROUP BY n: a group of 1.0 and 1.00 shows the one that came first.
        ColumnShape[] shape = [_numeric, _long];
        Assert.Equal(0, PartsOf(builder => Count(builder, builder.Relation(_table, shape))));
        Assert.Equal(0, PartsOf(builder => builder.Distinct(builder.Relation(_table, shape))));
    }

    [Fact]
    public void What_reads_a_filter_that_others_read_too_is_not_shared()
    {
        // Its row errors would be counted in each place.
        Assert.Equal(0, PartsOf(builder =>
        {
            Node filtered = Filtered(builder, builder.Relation(_table, _longs), "all", _ => true);
            return builder.Union([Count(builder, filtered), builder.Reduce(filtered, new ReduceSpec { Keys = [1], Aggregates = [Counting] })]);
        }));
    }

    [Fact]
    public void Every_view_has_the_row_errors_of_a_shared_part()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Push(engine, 1, [(1, 1, 1), (1, 2, 1)]);
        for (uint view = 10; view < 12; view++)
        {
            Install(engine, view, view == 11, builder => builder.AssertSingle(builder.Relation(_table, _longs), [0]));
        }

        Push(engine, 2, [(2, 1, 2)]);
        Assert.Equal([2L, 2L], _errors.Values);
        engine.Remove(new RelationId(10));
        Push(engine, 3, [(2, 1, -1), (1, 1, -1)]);
        Assert.Equal((2L, 0L), (_errors[new RelationId(10)], _errors[new RelationId(11)]));
    }

    private static AggregateSpec Counting => new AccumulableAggregate { Accumulator = new TestCount(), Arguments = [0], Name = "count", Output = _long };

    private static Node Count(DataflowBuilder builder, Node input) => builder.Reduce(input, new ReduceSpec { Keys = [0], Aggregates = [Counting] });

    private static Node Filtered(DataflowBuilder builder, Node input, string? name, Func<ImmutableArray<Datum>, bool> keeps) =>
        builder.Map(input, new TestTransform([.. input.Shape], keeps, row => row) { Name = name });

    private static int PartsOf(Func<DataflowBuilder, Node> make)
    {
        using var engine = new Engine(new EngineOptions());
        var builder = new DataflowBuilder();
        return engine.SharedParts(builder.Materialize(make(builder), new RelationId(10), [])).Count;
    }

    private void Install(Engine engine, uint id, bool beside, Func<DataflowBuilder, Node> make)
    {
        var builder = new DataflowBuilder();
        DataflowDescription view = builder.Materialize(make(builder), new RelationId(id), [0]);
        _creating.Add(view.Id);
        if (!beside)
        {
            engine.Install(view, engine.Published, 0, this);
            return;
        }

        StreamDb.Dataflow.Backfills.Backfill backfill = engine.StartBackfill(view, engine.Published, 0, this);
        backfill.Fill(yields: false, default);
        engine.Finish(backfill, engine.Published);
        backfill.Dispose();
    }

    private static void Push(Engine engine, ulong epoch, IEnumerable<(int Key, int Value, int Weight)> rows)
    {
        var delta = new RelationDelta(_table, DeltaBatch.FromRows(
            [PhysicalType.Int64, PhysicalType.Int64],
            [.. rows.Select(row => (ImmutableArray.Create(new Datum((long)row.Key), new Datum((long)row.Value)), (long)row.Weight))]));
        EpochHandle handle = engine.Begin(new Epoch(epoch), 0, [delta]);
        handle.Wait();
        Assert.Empty(handle.Failures);
        engine.Publish(new Epoch(epoch));
        delta.Delta.Release();
    }

    private static Dictionary<long, long> Rows(Engine engine, uint view)
    {
        var result = new Dictionary<long, long>();
        using RelationSnapshot snapshot = engine.Snapshot(new RelationId(view));
        foreach (DeltaBatch batch in snapshot.Scan())
        {
            for (int row = 0; row < batch.Count; row++)
            {
                result.Add(batch.Rows[0].Get<long>(row), batch.Rows[1].Get<long>(row));
            }

            batch.Release();
        }

        return result;
    }

    private sealed class CountingSink(Dictionary<RelationId, long> errors, RelationId view) : IErrorSink
    {
        public void Report(string state, string message, long weight) => errors[view] = errors.GetValueOrDefault(view) + weight;
    }
}
