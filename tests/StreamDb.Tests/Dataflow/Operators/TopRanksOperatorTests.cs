using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Operators;

/// <summary>Rows (group, value, id) by rank of the value, greatest first, in each group.</summary>
[Collection("Native memory counters")]
public sealed class TopRanksOperatorTests
{
    private const int Ties = 100_000;

    /// <summary>Invariant 2: an epoch that leaves the bound where it is does not look at the ties.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_tie_more_or_less_emits_one_row_and_looks_at_no_others(int limit)
    {
        using var run = new Run(isText: false, limit);
        Assert.Equal(Ties, run.Step(Enumerable.Range(0, Ties).Select(id => (1L, 7L, (long)id, 1L))).Count);
        long visited = run.RowsVisited;
        Assert.Equal([(1L, 7L, (long)Ties, 1L)], run.Step([(1, 7, Ties, 1)]));
        Assert.Equal([(1L, 7L, 50L, -1L)], run.Step([(1, 7, 50, -1)]));
        Assert.Equal([(1L, 7L, 51L, 2L)], run.Step([(1, 7, 51, 2), (1, 7, 52, 1), (1, 7, 52, -1)]));
        Assert.Empty(run.Step([(1, 6, 1, 1)]));
        Assert.InRange(run.RowsVisited - visited, 1, 8 * limit);
    }

    [Fact]
    public void Ties_come_and_go_with_the_bound()
    {
        using var run = new Run(isText: false, limit: 1);
        run.Step(Enumerable.Range(0, Ties).Select(id => (1L, 7L, (long)id, 1L)));
        Assert.Equal(Ties + 1, run.Step([(1, 8, 1, 1)]).Count);
        long visited = run.RowsVisited;
        Assert.Equal([(1L, 8L, 1L, -1L), (1L, 9L, 1L, 1L)], run.Step([(1, 8, 1, -1), (1, 9, 1, 1)]));
        Assert.Empty(run.Step([(1, 7, 0, -1)]));
        Assert.InRange(run.RowsVisited - visited, 1, 8);
        Assert.Equal(Ties, run.Step([(1, 9, 1, -1)]).Count);
        Assert.Equal(Ties - 1, run.Step(Enumerable.Range(1, Ties - 1).Select(id => (1L, 7L, (long)id, -1L))).Count);
        Assert.Equal([(1L, 2L, 1L, 1L)], run.Step([(1, 2, 1, 1)]));
    }

    [Theory]
    [InlineData(false, 1, 1)]
    [InlineData(false, 2, 2)]
    [InlineData(true, 1, 3)]
    [InlineData(true, 3, 4)]
    [InlineData(false, 1000, 5)]
    public void Every_epoch_emits_the_difference_each_row_once(bool isText, int limit, int seed)
    {
        long before = NativeHeap.TotalBytes;
        var random = new Random(seed);
        using (var run = new Run(isText, limit))
        {
            var rows = new Dictionary<(long Group, long Value, long Id), long>();
            Dictionary<(long Group, long Value, long Id), long> contributed = [];
            for (int epoch = 0; epoch < 150; epoch++)
            {
                // Grows, then shrinks to nothing; a few groups of a few values, so that lists of ties become long.
                bool shrinks = epoch % 50 > 35;
                int values = random.Next(1, 5);
                var deltas = new List<(long, long, long, long)>();
                for (int i = shrinks ? rows.Count / (50 - (epoch % 50)) : random.Next(1, 400); i > 0; i--)
                {
                    (long Group, long Value, long Id) row = (random.Next(3), random.Next(values), random.Next(2000));
                    long weight = random.Next(1, 3);
                    if (rows.Count > 0 && (shrinks || random.Next(4) == 0))
                    {
                        row = rows.Keys.ElementAt(random.Next(rows.Count));
                        weight = shrinks ? -rows[row] : -1;
                    }

                    deltas.Add((row.Group, row.Value, row.Id, weight));
                    rows[row] = rows.GetValueOrDefault(row) + weight;
                    if (rows[row] == 0)
                    {
                        rows.Remove(row);
                    }
                }

                List<(long, long, long, long)> emitted = run.Step(deltas);
                Assert.Equal(emitted.Count, emitted.Select(e => (e.Item1, e.Item2, e.Item3)).Distinct().Count());
                foreach ((long group, long value, long id, long weight) in emitted)
                {
                    Assert.NotEqual(0, weight);
                    contributed[(group, value, id)] = contributed.GetValueOrDefault((group, value, id)) + weight;
                }

                contributed = contributed.Where(c => c.Value != 0).ToDictionary();
                Assert.Equal(Ranked(rows, limit).OrderBy(r => r.Key), contributed.OrderBy(r => r.Key));
            }

            Assert.Empty(contributed);
            Assert.Equal(0, run.Rows);
        }

        Assert.Equal(before, NativeHeap.TotalBytes);
    }

    private static Dictionary<(long Group, long Value, long Id), long> Ranked(Dictionary<(long Group, long Value, long Id), long> rows, int limit)
    {
        return rows.Where(row => rows.Where(o => o.Key.Group == row.Key.Group && o.Key.Value > row.Key.Value).Sum(o => o.Value) < limit).ToDictionary();
    }

    /// <summary>The operator alone, and what it emits.</summary>
    private sealed class Run : IDisposable
    {
        private readonly ColumnShape[] _shape;
        private readonly bool _isText;
        private readonly StateSpace _space = StateSpace.Reserve(verifiesBarriers: true);
        private readonly StateArena _arena;
        private readonly Scheduler _scheduler = new();
        private readonly TopRanksOperator _operator;
        private readonly Capture _capture;

        /// <param name="isText">Whether values are text, so that rows differ in length.</param>
        public Run(bool isText, int limit)
        {
            _isText = isText;
            _shape = [new(PhysicalType.Int64, false), new(isText ? PhysicalType.Bytes : PhysicalType.Int64, true), new(PhysicalType.Int64, false)];
            _arena = _space.CreateArena();
            var context = new OperatorContext(0, 1, new EpochClock()) { Arena = _arena };
            _operator = new TopRanksOperator(
                context, _shape, new TopNSpec { PartitionBy = [0], OrderBy = [new SortKey(1, true, false)], Limit = limit, WithTies = true });
            _capture = new Capture(context);
            _operator.Targets.Add((_capture, 0));
            var group = new OperatorGroup(default);
            foreach (Operator member in (Operator[])[_operator, _capture])
            {
                member.Group = group;
                group.Operators.Add(member);
            }

            _scheduler.SetOperators(group.Operators);
        }

        public long RowsVisited => _operator.RowsVisited;

        public long Rows => _operator.RowCount;

        /// <summary>One epoch, in batches of any size; the deltas that it emits, in order.</summary>
        public List<(long Group, long Value, long Id, long Weight)> Step(IEnumerable<(long Group, long Value, long Id, long Weight)> deltas)
        {
            foreach ((long, long, long, long)[] part in deltas.Chunk(300))
            {
                DeltaBatch batch = DeltaBatch.FromRows(
                    [.. _shape.Select(column => column.Type)],
                    [.. part.Select(d => (ImmutableArray.Create(new Datum(d.Item1), Value(d.Item2), new Datum(d.Item3)), d.Item4))]);
                _operator.Enqueue(0, batch);
                batch.Release();
            }

            _scheduler.Run(flushes: true);
            var result = new List<(long, long, long, long)>();
            foreach ((ImmutableArray<Datum> row, long weight) in _capture.Take())
            {
                long value = _isText ? row[1].IsNull ? 0 : ((byte[])row[1].Value!).Length / 10 : (long)row[1].Value!;
                result.Add(((long)row[0].Value!, value, (long)row[2].Value!, weight));
            }

            return [.. result.OrderBy(d => d)];
        }

        public void Dispose()
        {
            _operator.Dispose();
            _capture.Dispose();
            _arena.Dispose();
            _space.Dispose();
        }

        // Texts that differ behind the first 8 bytes only; with NULL as the least.
        private Datum Value(long value) => !_isText ? new Datum(value) : value == 0 ? Datum.Null : Datum.Text(new string('x', (int)value * 10));
    }

    private sealed class Capture(OperatorContext context) : Operator(context)
    {
        private readonly List<(ImmutableArray<Datum>, long)> _deltas = [];

        public List<(ImmutableArray<Datum> Row, long Weight)> Take()
        {
            List<(ImmutableArray<Datum>, long)> taken = [.. _deltas];
            _deltas.Clear();
            return taken;
        }

        protected override void Process(int port, DeltaBatch batch)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                _deltas.Add((Multiset.RowOf(batch.Rows, i), batch.Weight(i)));
            }
        }
    }
}
