using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>
/// Random deltas through random graphs of all operators; every view equals its recomputation from scratch at every epoch.
/// Views are installed before, between and after the data, on base relations and on other views, with 1 to 3 workers, and
/// the same graphs are run as one-shot queries.
/// </summary>
public sealed class EngineOracleTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 300)]
    public void Every_view_equals_its_recomputation_at_every_epoch(int workers, int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 40; seed++)
        {
            new OracleRun(workers, seed, isRecursive: false).Run();
        }
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 1200)]
    [InlineData(3, 1300)]
    public void Every_recursive_view_equals_its_recomputation_at_every_epoch(int workers, int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 40; seed++)
        {
            new OracleRun(workers, seed, isRecursive: true).Run();
        }
    }

    private sealed class OracleRun(int workers, int seed, bool isRecursive) : IErrorCollector
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<RelationId, Multiset> _relations = [];
        private readonly List<(RelationId Id, ModelNode Node)> _views = [];
        private readonly List<ModelNode> _nodes = [];
        private Epoch _epoch = new(0);
        private long _now;

        public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

        public void Run()
        {
            using var engine = new Engine(new EngineOptions { WorkerCount = workers });
            var generator = new ModelGenerator(_random);
            for (uint i = 1; i <= 2; i++)
            {
                var id = new RelationId(i);
                _relations[id] = new Multiset();
                engine.AddRelation(id, ModelGenerator.BaseShape, _random.Next(2) == 0 ? [0] : []);
                _nodes.Add(ModelGenerator.Relation(id, ModelGenerator.BaseShape));
            }

            for (int step = 0; step < 14; step++)
            {
                if (step < 9 && step % 2 == 0)
                {
                    InstallView(engine, generator, new RelationId((uint)(10 + step)));
                    Check(engine, "after install");
                }

                if (step == 11)
                {
                    RelationId removed = _views[^1].Id;
                    engine.Remove(removed);
                    _views.RemoveAt(_views.Count - 1);
                }

                Step(engine, generator);
                Check(engine, $"after epoch {_epoch}");
            }
        }

        private void InstallView(Engine engine, ModelGenerator generator, RelationId id)
        {
            // Graphs over base relations and over views that are there already, and sometimes over an inner node of this graph.
            var local = new List<ModelNode>(_nodes);
            ModelNode node = local[0];
            for (int i = _random.Next(1, 5); i > 0; i--)
            {
                node = generator.Next(local);
                local.Add(node);
            }

            if (isRecursive)
            {
                node = generator.Recursive(local);
                node = _random.Next(2) == 0 ? node : generator.Next([node, .. local]);
            }

            var builder = new DataflowBuilder();
            Node output = node.Build(builder, []);
            int[] key = _random.Next(2) == 0 ? [] : [_random.Next(node.Shape.Count)];
            engine.Install(builder.Materialize(output, id, key), _epoch, _now, this);
            _views.Add((id, node));
            if (_views.Count < 4)
            {
                ModelNode view = new(
                    $"v{id}", node.Shape, (target, _) => target.Relation(id, node.Shape), state => node.Evaluate(state));
                _nodes.Add(view);
            }
        }

        private void Step(Engine engine, ModelGenerator generator)
        {
            _epoch = _epoch.Next;
            _now += _random.Next(2);
            var deltas = new List<RelationDelta>();
            foreach ((RelationId id, Multiset rows) in _relations)
            {
                for (int part = _random.Next(3); part > 0; part--)
                {
                    var delta = new List<(ImmutableArray<Datum> Row, long Weight)>();
                    for (int i = _random.Next(1, 10); i > 0; i--)
                    {
                        if (_random.Next(3) == 0 && rows.Count > 0)
                        {
                            (ImmutableArray<Datum> row, long weight) = rows.Rows.ElementAt(_random.Next(rows.Count));
                            delta.Add((row, -_random.NextInt64(1, weight + 1)));
                        }
                        else
                        {
                            delta.Add((generator.Row(), _random.Next(4) == 0 ? 2 : 1));
                        }

                        rows.Add(delta[^1].Row, delta[^1].Weight);
                    }

                    deltas.Add(new RelationDelta(
                        id, DeltaBatch.FromRows(ModelGenerator.BaseShape.Select(column => column.Type).ToArray(), delta)));
                }
            }

            EpochHandle handle = engine.Begin(_epoch, _now, deltas);
            handle.Wait();
            Assert.True(handle.Failures.Count == 0, $"seed {seed}: {(handle.Failures.Count > 0 ? handle.Failures[0].Reason : null)}");
            engine.Publish(_epoch);
            deltas.ForEach(delta => delta.Delta.Release());
        }

        private void Check(Engine engine, string when)
        {
            var state = new ModelState(_relations, _now);
            foreach ((RelationId id, Multiset rows) in _relations)
            {
                Compare(rows, Read(engine, id), $"relation {id}", when);
            }

            foreach ((RelationId id, ModelNode node) in _views)
            {
                Multiset expected = node.Evaluate(state);
                Compare(expected, Read(engine, id), $"view {id}: {node.Text}", when);
                if (_random.Next(3) == 0)
                {
                    Compare(expected, RunOnce(engine, node), $"one-shot: {node.Text}", when);
                }
            }
        }

        private Multiset RunOnce(Engine engine, ModelNode node)
        {
            var builder = new DataflowBuilder();
            DataflowDescription query = builder.Collect(node.Build(builder, []));
            using var snapshots = new SnapshotSet(engine, query.Inputs);
            var result = new Multiset();
            foreach (ColumnBatch batch in engine.RunOnce(query, snapshots.Inputs, _now, ThrowingErrorSink.Instance, default))
            {
                result.Add(batch);
                batch.Release();
            }

            return result;
        }

        private static Multiset Read(Engine engine, RelationId id)
        {
            using RelationSnapshot snapshot = engine.Snapshot(id);
            var result = new Multiset();
            foreach (DeltaBatch batch in snapshot.Scan())
            {
                result.Add(batch);
                batch.Release();
            }

            return result;
        }

        private void Compare(Multiset expected, Multiset actual, string what, string when) => Assert.True(
            expected.ToString() == actual.ToString(),
            $"seed {seed}, {workers} workers, {when}\n{what}\nexpected:\n{expected}\nactual:\n{actual}");
    }

    private sealed class SnapshotSet : IDisposable
    {
        private readonly List<RelationSnapshot> _snapshots = [];

        public SnapshotSet(Engine engine, IEnumerable<RelationId> relations)
        {
            foreach (RelationId relation in relations)
            {
                RelationSnapshot snapshot = engine.Snapshot(relation);
                _snapshots.Add(snapshot);
                Inputs[relation] = snapshot.Scan();
            }
        }

        public Dictionary<RelationId, IEnumerable<DeltaBatch>> Inputs { get; } = [];

        public void Dispose() => _snapshots.ForEach(snapshot => snapshot.Dispose());
    }
}
