using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>Behaviour of the engine around the operators: reads, failure, removal, memory, sharing.</summary>
[Collection("Native memory counters")]
public sealed class EngineTests : IErrorCollector
{
    private static readonly RelationId _table = new(1);
    private static readonly RelationId _other = new(2);
    private static readonly RelationId _view = new(10);
    private static readonly RelationId _view2 = new(11);
    private static readonly ColumnShape[] _longs = [new(PhysicalType.Int64, false), new(PhysicalType.Int64, false)];
    private readonly List<(string State, long Weight)> _errors = [];

    public IErrorSink CreateSink(OperatorContext context) => new ListSink(_errors);

    [Fact]
    public void Snapshots_answer_lookups_prefixes_and_ranges_in_both_directions()
    {
        using var engine = new Engine(new EngineOptions { WorkerCount = 2 });
        engine.AddRelation(_table, _longs, [0, 1]);
        Step(engine, 1, Deltas(Enumerable.Range(0, 500).Select(i => ((long)i % 50, (long)i, 1L))));
        Step(engine, 2, Deltas([(7, 7, -1), (7, 1000, 1)]));
        using RelationSnapshot snapshot = engine.Snapshot(_table);
        Assert.Equal(500, snapshot.RowCount);
        Assert.Equal([57, 107, 157, 207, 257, 307, 357, 407, 457, 1000], Column(snapshot.Lookup(Key([7])), 1));
        Assert.Equal([57], Column(snapshot.Lookup(Key([7], [57])), 1));
        Assert.Empty(Column(snapshot.Lookup(Key([7], [7])), 1));
        Assert.Equal(20, snapshot.Lookup(Key([7, 8, 7])).Count);
        Assert.Equal([3L, 4, 5], snapshot.Range(Key([2]), false, Key([5]), true).SelectMany(batch => Column(batch, 0)).Distinct());
        Assert.Equal([5L, 4, 3, 2], snapshot.Range(Key([2]), true, Key([6]), false, descending: true).SelectMany(batch => Column(batch, 0)).Distinct());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), snapshot.Scan().SelectMany(batch => Column(batch, 0)).Distinct());
    }

    [Fact]
    public void A_snapshot_keeps_its_epoch_and_unpublished_epochs_stay_hidden()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Step(engine, 1, Deltas([(1, 1, 1)]));
        using RelationSnapshot first = engine.Snapshot(_table);
        DeltaBatch delta = Deltas([(2, 2, 1)]);
        engine.Begin(new Epoch(2), 0, [new RelationDelta(_table, delta)]).Wait();
        using RelationSnapshot hidden = engine.Snapshot(_table);
        Assert.Equal(1, hidden.RowCount);
        engine.Publish(new Epoch(2));
        using RelationSnapshot second = engine.Snapshot(_table);
        Assert.Equal([1, 2], second.Scan().SelectMany(batch => Column(batch, 0)));
        Assert.Equal([1], first.Scan().SelectMany(batch => Column(batch, 0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failing_operator_pauses_its_view_and_the_views_above_alone(int workers)
    {
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_table, _longs, [0]);
        var builder = new DataflowBuilder();
        Node failing = builder.Map(builder.Relation(_table, _longs), new TestTransform(
            _longs, row => (long)row[1].Value! != 13 ? true : throw new SqlException(SqlState.DivisionByZero, "division by zero"), row => row));
        engine.Install(builder.Materialize(failing, _view, [0]), default, 0, this);
        builder = new DataflowBuilder();
        engine.Install(builder.Materialize(builder.Distinct(builder.Relation(_view, _longs)), _view2, [0]), default, 0, this);
        var healthy = new RelationId(12);
        builder = new DataflowBuilder();
        engine.Install(builder.Materialize(builder.Distinct(builder.Relation(_table, _longs)), healthy, [0]), default, 0, this);

        Step(engine, 1, Deltas([(1, 1, 1)]));
        EpochHandle handle = Step(engine, 2, Deltas([(2, 13, 1)]));
        Assert.Equal([_view, _view2], handle.Failures.Select(failure => failure.Id).Order(Comparer<RelationId>.Create((a, b) => a.Value.CompareTo(b.Value))));
        Assert.All(handle.Failures, failure => Assert.IsType<SqlException>(failure.Reason));
        Assert.Empty(Step(engine, 3, Deltas([(3, 3, 1)])).Failures);
        using (RelationSnapshot view = engine.Snapshot(_view))
        using (RelationSnapshot other = engine.Snapshot(healthy))
        {
            Assert.Equal(1, view.RowCount);
            Assert.Equal(3, other.RowCount);
        }

        Assert.True(engine.Figures().Single(figure => figure.Id == _view).IsPaused);
        engine.Remove(_view2);
        engine.Remove(_view);
        Assert.Empty(Step(engine, 4, Deltas([(4, 13, 1)])).Failures);
    }

    [Fact]
    public void An_installation_that_fails_leaves_nothing_behind()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Step(engine, 1, Deltas([(1, 13, 1)]));
        var builder = new DataflowBuilder();
        Node failing = builder.Map(builder.Relation(_table, _longs), new TestTransform(
            _longs, row => throw new SqlException(SqlState.DivisionByZero, "division by zero"), row => row));
        Assert.Throws<SqlException>(() => engine.Install(builder.Materialize(failing, _view, [0]), new Epoch(1), 0, this));
        builder = new DataflowBuilder();
        engine.Install(builder.Materialize(builder.Relation(_table, _longs), _view, [0]), new Epoch(1), 0, this);
        using RelationSnapshot snapshot = engine.Snapshot(_view);
        Assert.Equal(1, snapshot.RowCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Removing_a_view_frees_its_native_memory(int workers)
    {
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_table, _longs, [0]);
        engine.AddRelation(_other, _longs, [0]);
        Step(engine, 1, Deltas(Enumerable.Range(0, 30_000).Select(i => ((long)i % 5_000, (long)i, 1L))), Deltas([(1, 1, 1)]));
        long before = NativeHeap.TotalBytes;
        var builder = new DataflowBuilder();
        Node left = builder.Relation(_table, _longs);
        Node join = builder.Join(left, builder.Relation(_other, _longs), new JoinSpec { Kind = JoinKind.Left, LeftKeys = [0], RightKeys = [0] });
        Node reduce = builder.Reduce(join, new ReduceSpec
        {
            Keys = [1],
            Aggregates = [new ExtremeAggregate { Column = 0, Output = new ColumnShape(PhysicalType.Int64, true) }],
        });
        engine.Install(builder.Materialize(reduce, _view, [0]), new Epoch(1), 0, this);
        RelationFigures figures = engine.Figures().Single(figure => figure.Id == _view);
        Assert.Equal(30_000, figures.Rows);
        Assert.InRange(figures.StateBytes, 30_000 * 16, 30_000 * 400);
        Assert.True(NativeHeap.TotalBytes > before + figures.ArrangementBytes);
        engine.Remove(_view);
        Assert.True(NativeHeap.TotalBytes <= before, $"{NativeHeap.TotalBytes - before} bytes left");
    }

    [Fact]
    public void Two_joins_on_the_same_relation_and_key_share_one_index()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0]);
        Step(engine, 1, Deltas(Enumerable.Range(0, 20_000).Select(i => ((long)i, (long)i % 10, 1L))));
        InstallSelfJoin(engine, _view);
        long first = engine.Figures().Sum(figure => figure.StateBytes);
        InstallSelfJoin(engine, _view2);
        Assert.Equal(first, engine.Figures().Sum(figure => figure.StateBytes));
        engine.Remove(_view);
        Step(engine, 2, Deltas([(5, 7, 1)]));
        using RelationSnapshot snapshot = engine.Snapshot(_view2);
        Assert.Equal(20_000 + 3, snapshot.RowCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Several_epochs_in_flight_are_computed_in_order(int workers)
    {
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        engine.AddRelation(_table, _longs, [0]);
        InstallSelfJoin(engine, _view);
        var handles = new List<EpochHandle>();
        for (ulong epoch = 1; epoch <= 50; epoch++)
        {
            handles.Add(engine.Begin(new Epoch(epoch), 0, [new RelationDelta(_table, Deltas([((long)epoch % 5, (long)epoch, 1)]))]));
        }

        handles.ForEach(handle => handle.Wait());
        engine.Publish(new Epoch(20));
        using (RelationSnapshot middle = engine.Snapshot(_view))
        {
            Assert.Equal(5 * 16, middle.RowCount);
        }

        engine.Publish(new Epoch(50));
        using RelationSnapshot last = engine.Snapshot(_view);
        Assert.Equal(5 * 100, last.RowCount);
    }

    [Fact]
    public void More_than_one_row_for_a_key_is_an_error_that_is_taken_back()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, []);
        var builder = new DataflowBuilder();
        engine.Install(builder.Materialize(builder.AssertSingle(builder.Relation(_table, _longs), [0]), _view, [0]), default, 0, this);
        Step(engine, 1, Deltas([(1, 1, 1), (2, 1, 1)]));
        Assert.Empty(_errors);
        Step(engine, 2, Deltas([(1, 2, 1)]));
        Assert.Equal([(SqlState.CardinalityViolation, 1)], _errors);
        Step(engine, 3, Deltas([(1, 1, -1)]));
        Assert.Equal([(SqlState.CardinalityViolation, 1), (SqlState.CardinalityViolation, -1)], _errors);
    }

    [Fact]
    public void A_temporal_filter_says_when_it_changes_next()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, []);
        var builder = new DataflowBuilder();
        engine.Install(builder.Materialize(builder.TemporalFilter(builder.Relation(_table, _longs), 0, 1, true), _view, [0]), default, 0, this);
        Assert.Null(engine.NextTemporalEvent);
        Step(engine, 1, Deltas([(100, 200, 1), (50, long.MaxValue, 1)]));
        Assert.Equal(50, engine.NextTemporalEvent);
        Assert.Equal(0, Rows(engine, _view));
        engine.Begin(new Epoch(2), 100, []).Wait();
        engine.Publish(new Epoch(2));
        Assert.Equal(2, Rows(engine, _view));
        Assert.Equal(200, engine.NextTemporalEvent);
        engine.Begin(new Epoch(3), 250, []).Wait();
        engine.Publish(new Epoch(3));
        Assert.Equal(1, Rows(engine, _view));
        Assert.Null(engine.NextTemporalEvent);
    }

    [Fact]
    public void Groups_and_joins_take_numerics_of_different_scale_as_equal_and_give_back_what_they_got()
    {
        using var engine = new Engine(new EngineOptions());
        ColumnShape[] shape = [new(PhysicalType.Numeric, true), new(PhysicalType.Int64, false)];
        engine.AddRelation(_table, shape, []);
        engine.AddRelation(_other, shape, [0]);
        var builder = new DataflowBuilder();
        Node table = builder.Relation(_table, shape);
        engine.Install(builder.Materialize(builder.Distinct(builder.Map(table, new TestTransform([shape[0]], _ => true, row => [row[0]]))), _view, []), default, 0, this);
        builder = new DataflowBuilder();
        Node join = builder.Join(builder.Relation(_table, shape), builder.Relation(_other, shape), new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] });
        engine.Install(builder.Materialize(join, _view2, []), default, 0, this);
        DeltaBatch Numerics(params decimal[] values) => DeltaBatch.FromRows(
            [PhysicalType.Numeric, PhysicalType.Int64], values.Select((value, i) => (ImmutableArray.Create(new Datum((Numeric)value), new Datum((long)i)), 1L)).ToList());
        Step(engine, 1, Numerics(1.50m, 2m), Numerics(1.5m, 2.000m));
        Step(engine, 2, Numerics(1.500m, 3.0m));
        Assert.Equal("1.50|2|3.0", Texts(engine, _view, 1));
        Assert.Equal("1.50|0|1.5|0 2|1|2.000|1 1.500|0|1.5|0", Texts(engine, _view2, 4));
    }

    [Fact]
    public void Steady_epochs_allocate_little_and_nothing_per_row()
    {
        using var engine = new Engine(new EngineOptions());
        engine.AddRelation(_table, _longs, [0], isStored: false);
        engine.AddRelation(_other, _longs, [0], isStored: false);
        var builder = new DataflowBuilder();
        Node join = builder.Join(
            builder.Relation(_table, _longs), builder.Relation(_other, _longs), new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] });
        Node reduce = builder.Reduce(join, new ReduceSpec
        {
            Keys = [0],
            Aggregates = [new AccumulableAggregate { Accumulator = new TestCount(), Output = new ColumnShape(PhysicalType.Int64, false) }],
        });
        engine.Install(builder.Emit(reduce, _view, new NullConsumer()), default, 0, this);
        DeltaBatch[] batches = Enumerable.Range(0, 4).Select(k => Deltas(Enumerable.Range(0, 2_000).Select(i => ((long)i, (long)k, 1L)))).ToArray();
        DeltaBatch[] undo = batches.Select(batch => batch.Negate()).ToArray();
        ulong epoch = 0;
        long Run(DeltaBatch left, DeltaBatch right)
        {
            RelationDelta[] inputs = [new RelationDelta(_table, left), new RelationDelta(_other, right)];
            long before = GC.GetTotalAllocatedBytes(precise: true);
            engine.Begin(new Epoch(++epoch), 0, inputs).Wait();
            engine.Publish(new Epoch(epoch));
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        for (int i = 0; i < 40; i++)
        {
            Run(batches[i % 4], batches[(i + 1) % 4]);
            Run(undo[i % 4], undo[(i + 1) % 4]);
        }

        long bytes = Enumerable.Range(0, 20).Min(i => Run(batches[i % 4], batches[(i + 1) % 4]) + Run(undo[i % 4], undo[(i + 1) % 4]));
        Assert.InRange(bytes, 0, 20_000);
    }

    private static long Rows(Engine engine, RelationId id)
    {
        using RelationSnapshot snapshot = engine.Snapshot(id);
        return snapshot.RowCount;
    }

    private static string Texts(Engine engine, RelationId id, int columns)
    {
        using RelationSnapshot snapshot = engine.Snapshot(id);
        IEnumerable<string> rows = snapshot.Scan().SelectMany(batch => Enumerable.Range(0, batch.Count).Select(row => Multiset.Text(Multiset.RowOf(batch.Rows, row))));
        return string.Join(columns == 1 ? "|" : " ", columns == 1 ? rows : rows.OrderBy(row => row.StartsWith("1.500", StringComparison.Ordinal) ? "9" : row, StringComparer.Ordinal));
    }

    private void InstallSelfJoin(Engine engine, RelationId id)
    {
        var builder = new DataflowBuilder();
        Node join = builder.Join(
            builder.Relation(_table, _longs), builder.Relation(_table, _longs), new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] });
        engine.Install(builder.Materialize(join, id, [0]), engine.Published, 0, this);
    }

    private static EpochHandle Step(Engine engine, ulong epoch, DeltaBatch delta, DeltaBatch? other = null)
    {
        var inputs = new List<RelationDelta> { new(_table, delta) };
        if (other is not null)
        {
            inputs.Add(new RelationDelta(_other, other));
        }

        EpochHandle handle = engine.Begin(new Epoch(epoch), 0, inputs);
        handle.Wait();
        engine.Publish(handle.Epoch);
        inputs.ForEach(input => input.Delta.Release());
        return handle;
    }

    private static DeltaBatch Deltas(IEnumerable<(long First, long Second, long Weight)> deltas) => DeltaBatch.FromRows(
        [PhysicalType.Int64, PhysicalType.Int64],
        deltas.Select(delta => (ImmutableArray.Create(new Datum(delta.First), new Datum(delta.Second)), delta.Weight)).ToList());

    private static ColumnBatch Key(params long[][] columns) => ColumnBatch.FromRows(
        columns.Select(_ => PhysicalType.Int64).ToArray(),
        Enumerable.Range(0, columns[0].Length).Select(row => columns.Select(column => new Datum(column[row])).ToImmutableArray()).ToList());

    private static List<long> Column(DeltaBatch batch, int column) =>
        Enumerable.Range(0, batch.Count).Select(row => batch.Rows[column].Get<long>(row)).ToList();

    private sealed class ListSink(List<(string State, long Weight)> errors) : IErrorSink
    {
        public void Report(string state, string message, long weight) => errors.Add((state, weight));
    }

    private sealed class NullConsumer : IDeltaConsumer
    {
        public void Consume(Epoch epoch, DeltaBatch deltas)
        {
        }
    }
}

/// <summary>Counters of the whole process are read: nothing else runs meanwhile.</summary>
[CollectionDefinition("Native memory counters", DisableParallelization = true)]
public static class NativeMemoryCountersCollection;
