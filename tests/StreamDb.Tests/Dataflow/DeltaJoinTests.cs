using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Backfills;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>Delta joins over tables and views, beside joins of two by the same indexes, made early and late, dropped in any order: always equal to the join.</summary>
public sealed class DeltaJoinTests : IErrorCollector
{
    private const int Columns = 2;
    private static readonly ColumnShape[] _shape = [new(PhysicalType.Int64, false), new(PhysicalType.Int64, false)];
    private static readonly RelationId[] _tables = [new(1), new(2), new(3)];

    /// <summary>The rows of the second table of which the first column is even; made after the first and before the third table is joined to anything.</summary>
    private static readonly RelationId _view = new(4);

    public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(2, 4)]
    [InlineData(3, 5)]
    public void Views_equal_their_joins_at_every_epoch(int workers, int seed)
    {
        var random = new Random(seed);
        using var engine = new Engine(new EngineOptions { WorkerCount = workers });
        foreach (RelationId table in _tables)
        {
            engine.AddRelation(table, _shape, []);
        }

        InstallEven(engine);
        var rows = _tables.ToDictionary(table => table, _ => new Dictionary<(long, long), long>());
        var joins = new Dictionary<RelationId, Join>();
        uint nextId = 10;
        ulong epoch = 0;
        int filled = 0;
        for (int step = 0; step < 80; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var join = Join.Draw(random, new RelationId(nextId++));
                    joins.Add(join.Id, join);
                    if (random.Next(2) == 0)
                    {
                        engine.Install(join.Describe(), new Epoch(epoch), 0, this);
                    }
                    else
                    {
                        using Backfill backfill = engine.StartBackfill(join.Describe(), new Epoch(epoch), 0, this);
                        backfill.Fill(yields: false, CancellationToken.None);
                        RandomPairs.Step(engine, new Epoch(++epoch), random, rows, 8, 6, 6);
                        engine.Finish(backfill, new Epoch(epoch));
                    }

                    break;
                case 1 when joins.Count > 1:
                    RelationId dropped = joins.Keys.ElementAt(random.Next(joins.Count));
                    engine.Remove(dropped);
                    joins.Remove(dropped);
                    break;
                default:
                    RandomPairs.Step(engine, new Epoch(++epoch), random, rows, 8, 6, 6);
                    break;
            }

            foreach (Join view in joins.Values)
            {
                SortedDictionary<string, long> expected = view.Expected(rows);
                Assert.Equal(expected, Actual(engine, view.Id, view.Width));
                filled += view.IsDelta && expected.Count > 0 ? 1 : 0;
            }
        }

        Assert.NotEqual(0, filled);
    }

    [Fact]
    public void It_keeps_nothing_but_the_indexes_and_they_end_with_it()
    {
        using var engine = new Engine(new EngineOptions());
        foreach (RelationId table in _tables)
        {
            engine.AddRelation(table, _shape, []);
        }

        var chain = new Join(new RelationId(10), IsDelta: true, [_tables[0], _tables[1], _tables[2]], [(0, 1, 1, 0), (1, 1, 2, 0)]);
        engine.Install(chain.Describe(), default, 0, this);
        var other = chain with { Id = new RelationId(11) };
        long alone = engine.Figures().Sum(figure => figure.StateBytes);
        engine.Install(other.Describe(), default, 0, this);
        Assert.Equal(alone, engine.Figures().Sum(figure => figure.StateBytes));
        engine.Remove(chain.Id);
        engine.Remove(other.Id);
        Assert.Equal(0, engine.Figures().Sum(figure => figure.StateBytes));
    }

    private void InstallEven(Engine engine)
    {
        var builder = new DataflowBuilder();
        Node even = builder.Map(builder.Relation(_tables[1], _shape), new TestTransform(_shape, row => (long)row[0].Value! % 2 == 0, row => row));
        engine.Install(builder.Materialize(even, _view, []), default, 0, this);
    }

    private static SortedDictionary<string, long> Actual(Engine engine, RelationId view, int width)
    {
        var result = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using RelationSnapshot snapshot = engine.Snapshot(view);
        foreach (DeltaBatch batch in snapshot.Scan())
        {
            for (int row = 0; row < batch.Count; row++)
            {
                string text = string.Join(' ', Enumerable.Range(0, width).Select(column => batch.Rows[column].Get<long>(row)));
                result[text] = result.GetValueOrDefault(text) + batch.Weight(row);
            }

            batch.Release();
        }

        return result;
    }

    /// <summary>A join along a tree: each edge equates a column of one relation with a column of another.</summary>
    private sealed record Join(RelationId Id, bool IsDelta, RelationId[] Relations, (int Left, int LeftColumn, int Right, int RightColumn)[] Edges)
    {
        public int Width => Relations.Length * Columns;

        public static Join Draw(Random random, RelationId id)
        {
            bool isDelta = random.Next(4) > 0;
            RelationId[] all = [.. _tables, _view];
            RelationId[] relations = random.GetItems(all, isDelta ? 3 + random.Next(2) : 2);
            while (relations.CountBy(relation => relation).Any(same => same.Value > 2))
            {
                relations = random.GetItems(all, relations.Length);
            }

            return new Join(
                id, isDelta, relations, [.. Enumerable.Range(1, relations.Length - 1).Select(i => (random.Next(i), random.Next(Columns), i, random.Next(Columns)))]);
        }

        public DataflowDescription Describe()
        {
            var builder = new DataflowBuilder();
            Node[] nodes = [.. Relations.Select(relation => builder.Relation(relation, _shape))];
            Node joined = IsDelta
                ? builder.DeltaJoin(nodes, new DeltaJoinSpec { Paths = [.. Relations.Select((_, start) => Path(start))], FillPath = Relations.Length - 1 })
                : builder.Join(nodes[0], nodes[1], new JoinSpec { Kind = JoinKind.Inner, LeftKeys = [Edges[0].LeftColumn], RightKeys = [Edges[0].RightColumn] });
            return builder.Materialize(joined, Id, [0]);
        }

        public SortedDictionary<string, long> Expected(Dictionary<RelationId, Dictionary<(long, long), long>> tables)
        {
            List<(long[] Row, long Weight)> joined = [([], 1)];
            for (int i = 0; i < Relations.Length; i++)
            {
                int at = i;
                IEnumerable<((long, long) Key, long Weight)> rows = Relations[i] == _view
                    ? tables[_tables[1]].Where(row => row.Key.Item1 % 2 == 0).Select(row => (row.Key, row.Value))
                    : tables[Relations[i]].Select(row => (row.Key, row.Value));
                joined =
                [
                    .. joined.SelectMany(row => rows.Select(next => (Row: (long[])[.. row.Row, next.Key.Item1, next.Key.Item2], Weight: row.Weight * next.Weight)))
                        .Where(row => row.Weight != 0
                            && Edges.Where(edge => edge.Right == at).All(edge => row.Row[(edge.Left * Columns) + edge.LeftColumn] == row.Row[(at * Columns) + edge.RightColumn])),
                ];
            }

            var result = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach ((long[] row, long weight) in joined)
            {
                string text = string.Join(' ', row);
                result[text] = result.GetValueOrDefault(text) + weight;
            }

            return result;
        }

        /// <summary>Along the edges; the last step puts the columns in order.</summary>
        private DeltaPath Path(int start)
        {
            List<int> known = [start];
            var steps = new List<DeltaStep>();
            while (known.Count < Relations.Length)
            {
                (int from, int fromColumn, int to, int toColumn) = Edges
                    .SelectMany(edge => new[] { edge, (edge.Right, edge.RightColumn, edge.Left, edge.LeftColumn) })
                    .First(edge => known.Contains(edge.Item1) && !known.Contains(edge.Item3));
                int probe = (known.IndexOf(from) * Columns) + fromColumn;
                known.Add(to);
                int[] kept = known.Count < Relations.Length
                    ? [.. Enumerable.Range(0, known.Count * Columns)]
                    : [.. Enumerable.Range(0, Relations.Length).SelectMany(i => Enumerable.Range(known.IndexOf(i) * Columns, Columns))];
                steps.Add(new DeltaStep(to, [probe], [toColumn], new Selection(kept)));
            }

            return new DeltaPath(new Selection([0, 1]), steps);
        }
    }

    /// <summary>Picks columns, all of them numbers.</summary>
    private sealed class Selection(int[] columns) : ITransformFactory
    {
        public IReadOnlyList<ColumnShape> Output { get; } = [.. columns.Select(_ => _shape[0])];

        public bool IsSelection => true;

        public string? Name => string.Join(',', columns);

        public int SourceOf(int column) => columns[column];

        public IBatchTransform Create(OperatorContext context) =>
            new TestTransform(Output, _ => true, row => [.. columns.Select(column => row[column])]).Create(context);
    }
}
