using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow.Recursion;

/// <summary>Recursive scopes: the nodes reachable from node 0, and recursions without end.</summary>
public sealed class RecursionTests
{
    private static readonly RelationId _edges = new(1);
    private static readonly RelationId _view = new(10);
    private static readonly ColumnShape[] _edgeShape = [new(PhysicalType.Int64, false), new(PhysicalType.Int64, false)];
    private static readonly ColumnShape[] _nodeShape = [new(PhysicalType.Int64, false)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Work_is_in_proportion_to_the_change(int workers)
    {
        const int Length = 500;
        using var run = new Run(workers);
        run.Step([.. Enumerable.Range(0, Length).Select(i => ((long)i, (long)i + 1, 1L))]);
        long steps = run.Install(new RecursionLimit(10_000, Returns: false));
        Assert.Equal(Length + 1, run.Rows(_view).Count);
        Assert.Equal(Length, steps);

        // The last edge goes and comes back: one node each time, whatever is in front of it.
        Assert.InRange(run.Step([(Length - 1, Length, -1)]), 1, 3);
        Assert.Equal(Length, run.Rows(_view).Count);
        Assert.InRange(run.Step([(Length - 1, Length, 1)]), 1, 3);
        Assert.Equal(Length + 1, run.Rows(_view).Count);

        // A cycle beside the chain is not reached, and costs nothing.
        Assert.InRange(run.Step([(9000, 9001, 1), (9001, 9000, 1)]), 0, 0);

        // Reached, it stays until the way to it is gone, not as long as it reaches itself.
        Assert.InRange(run.Step([(1, 9000, 1)]), 1, 6);
        Assert.Equal(Length + 3, run.Rows(_view).Count);
        Assert.InRange(run.Step([(1, 9000, -1)]), 1, 6);
        Assert.Equal(Length + 1, run.Rows(_view).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_recursion_without_end_pauses_its_view_alone(int workers)
    {
        using var run = new Run(workers);
        run.Install(new RecursionLimit(50, Returns: false));
        run.InstallCopy(new RelationId(11));
        run.Step([.. Enumerable.Range(0, 60).Select(i => ((long)i, (long)i + 1, 1L))], fails: true);
        SqlException reason = Assert.IsType<SqlException>(run.Failure);
        Assert.Equal(SqlState.ProgramLimitExceeded, reason.State);
        run.Step([(0, 100, 1)]);
        Assert.Equal(61, run.Rows(new RelationId(11)).Count);
    }

    [Fact]
    public void A_recursion_feeds_back_a_bounded_number_of_rows()
    {
        using var run = new Run(1);
        run.Install(new RecursionLimit(1_000_000, Returns: false) { RowsMax = 1_000 });
        run.Step([.. Enumerable.Range(0, 2_000).Select(i => ((long)i, (long)i + 1, 1L))], fails: true);
        Assert.Equal(SqlState.ProgramLimitExceeded, Assert.IsType<SqlException>(run.Failure).State);
    }

    [Fact]
    public void A_query_without_end_can_be_cancelled()
    {
        using var run = new Run(1);
        var builder = new DataflowBuilder();
        Node variable = builder.Variable(_nodeShape);
        Node next = builder.Map(variable, new TestTransform(_nodeShape, _ => true, row => [new Datum((long)row[0].Value! + 1)]));
        Node body = builder.Distinct(builder.Union([Zero(builder), next]));
        Node output = builder.Recursive([new RecursiveBinding(variable, body)], new RecursionLimit(int.MaxValue, Returns: false))[0];
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.ThrowsAny<OperationCanceledException>(() => run.Engine.RunOnce(
            builder.Collect(output), new Dictionary<RelationId, IEnumerable<DeltaBatch>>(), 0, ThrowingErrorSink.Instance, source.Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Row_errors_inside_are_taken_back(int workers)
    {
        using var run = new Run(workers);
        run.Install(new RecursionLimit(100, Returns: false), isSingle: true);
        run.Step([(0, 1, 1), (1, 2, 1), (2, 3, 1)]);
        Assert.Equal(4, run.Rows(_view).Count);
        Assert.Equal(0, run.ErrorCount);
        run.Step([(1, 7, 1), (7, 8, 1), (7, 9, 1)]);
        Assert.Equal(1, run.ErrorCount);
        run.Step([(1, 2, -1)]);
        Assert.Equal(1, run.ErrorCount);
        run.Step([(7, 9, -1)]);
        Assert.Equal(0, run.ErrorCount);
        Assert.Equal(4, run.Rows(_view).Count);
    }

    private static Node Zero(DataflowBuilder builder)
    {
        ColumnBatch rows = ColumnBatch.FromRows([PhysicalType.Int64], [[new Datum(0L)]]);
        Node node = builder.Constant(rows, _nodeShape);
        rows.Release();
        return node;
    }

    private sealed class Run : IDisposable, IErrorCollector, IErrorSink
    {
        private Epoch _epoch = new(0);
        private long _steps;
        private long _errors;

        public Run(int workers)
        {
            Engine = new Engine(new EngineOptions { WorkerCount = workers });
            Engine.AddRelation(_edges, _edgeShape, [0]);
        }

        public Engine Engine { get; }

        public Exception? Failure { get; private set; }

        public long ErrorCount => Interlocked.Read(ref _errors);

        public IErrorSink CreateSink(OperatorContext context) => this;

        public void Report(string state, string message, long weight) => Interlocked.Add(ref _errors, weight);

        /// <summary>Installs the view of reachable nodes; how many rows its step made.</summary>
        /// <param name="isSingle">Each node may have one edge only.</param>
        public long Install(RecursionLimit limit, bool isSingle = false)
        {
            var builder = new DataflowBuilder();
            Node variable = builder.Variable(_nodeShape);
            Node joined = builder.Join(
                variable, builder.Relation(_edges, _edgeShape), new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [0], RightKeys = [0] });
            joined = isSingle ? builder.AssertSingle(joined, [0]) : joined;
            Node step = builder.Map(joined, new TestTransform(_nodeShape, _ => true, row =>
            {
                Interlocked.Increment(ref _steps);
                return [row[2]];
            }));
            Node body = builder.Distinct(builder.Union([Zero(builder), step]));
            Node output = builder.Recursive([new RecursiveBinding(variable, body)], limit)[0];
            Engine.Install(builder.Materialize(output, _view, []), _epoch, 0, this);
            return Interlocked.Exchange(ref _steps, 0);
        }

        public void InstallCopy(RelationId id)
        {
            var builder = new DataflowBuilder();
            Engine.Install(builder.Materialize(builder.Relation(_edges, _edgeShape), id, []), _epoch, 0, this);
        }

        /// <summary>One epoch; how many rows the view's step made.</summary>
        public long Step(IReadOnlyList<(long From, long To, long Weight)> edges, bool fails = false)
        {
            _epoch = _epoch.Next;
            DeltaBatch delta = DeltaBatch.FromRows(
                [PhysicalType.Int64, PhysicalType.Int64],
                [.. edges.Select(edge => (ImmutableArray.Create(new Datum(edge.From), new Datum(edge.To)), edge.Weight))]);
            EpochHandle handle = Engine.Begin(_epoch, 0, [new RelationDelta(_edges, delta)]);
            handle.Wait();
            Engine.Publish(_epoch);
            delta.Release();
            Assert.Equal(fails ? 1 : 0, handle.Failures.Count);
            Failure = handle.Failures.Count > 0 ? handle.Failures[0].Reason : null;
            return Interlocked.Exchange(ref _steps, 0);
        }

        public Multiset Rows(RelationId id)
        {
            using RelationSnapshot snapshot = Engine.Snapshot(id);
            var rows = new Multiset();
            foreach (DeltaBatch batch in snapshot.Scan())
            {
                rows.Add(batch);
                batch.Release();
            }

            return rows;
        }

        public void Dispose() => Engine.Dispose();
    }
}
