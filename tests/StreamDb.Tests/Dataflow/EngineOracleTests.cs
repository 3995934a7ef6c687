using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Backfills;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.State.Spaces;
using StreamDb.Tests.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>
/// Random deltas through random graphs of all operators; every view equals its recomputation from scratch at every epoch.
/// Views are installed before, between and after the data, on base relations and on other views, with 1 to 3 workers: at once,
/// or filled beside the epochs that go on, with any number of cuts and buffers that overflow, or abandoned. The same graphs
/// are run as one-shot queries. Where restarts are, keyed state is packed after each epoch in some lives and stays as it is in others.
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
    [InlineData(1, 2000)]
    [InlineData(2, 2100)]
    [InlineData(3, 2200)]
    [InlineData(4, 2300)]
    public void Views_go_on_from_a_checkpoint_without_being_computed_again(int workers, int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 20; seed++)
        {
            new OracleRun(workers, seed, isRecursive: false).RunWithRestarts();
        }
    }

    [Theory]
    [InlineData(1, 2600)]
    [InlineData(2, 2700)]
    public void Every_write_to_a_page_is_announced_where_few_rows_of_many_change(int workers, int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 30; seed++)
        {
            new OracleRun(workers, seed, isRecursive: false).RunWithCaptures();
        }
    }

    [Theory]
    [InlineData(1, 2400)]
    [InlineData(2, 2500)]
    public void Recursive_views_go_on_from_a_checkpoint_without_being_computed_again(int workers, int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 10; seed++)
        {
            new OracleRun(workers, seed, isRecursive: true).RunWithRestarts();
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
        private readonly Dictionary<RelationId, int[]> _keys = [];
        private readonly List<(Backfill Backfill, ModelNode Node, Task Work)> _backfills = [];
        private Dictionary<RelationId, Multiset> _relations = [];
        private List<(RelationId Id, ModelNode Node)> _views = [];
        private List<ModelNode> _nodes = [];
        private List<ModelNode> _parts = [];
        private Epoch _epoch = new(0);
        private long _now;
        private int _lives;

        public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

        public void Run()
        {
            long bufferBytesMax = _random.Next(3) == 0 ? _random.Next(2000) : 1 << 20;
            using var engine = new Engine(new EngineOptions { WorkerCount = workers, BackfillBufferBytesMax = bufferBytesMax });
            var generator = new ModelGenerator(_random);
            for (uint i = 1; i <= 2; i++)
            {
                var id = new RelationId(i);
                AddRelation(engine, id);
            }

            for (int step = 0; step < 14; step++)
            {
                if (step < 9 && step % 2 == 0)
                {
                    InstallView(engine, generator, new RelationId((uint)(10 + step)));
                    Check(engine, "after install");
                }

                if (step > 5 && step % 2 == 1 && _backfills.Count == 0)
                {
                    RemoveView(engine);
                }

                Step(engine, generator);
                Check(engine, $"after epoch {_epoch}");
                foreach ((Backfill Backfill, ModelNode Node, Task Work) backfill in _backfills.ToArray())
                {
                    if (_random.Next(3) > 0)
                    {
                        Advance(engine, backfill);
                        Check(engine, $"after a step of a backfill at {_epoch}");
                    }
                }
            }

            while (_backfills.Count > 0)
            {
                Advance(engine, _backfills[0]);
            }

            Step(engine, generator);
            Check(engine, $"after epoch {_epoch}, everything live");
        }

        /// <summary>The next step of a backfill, while epochs and other backfills go on.</summary>
        private void Advance(Engine engine, (Backfill Backfill, ModelNode Node, Task Work) entry)
        {
            (Backfill backfill, ModelNode node, Task work) = entry;
            try
            {
                work.GetAwaiter().GetResult();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, backfill of {node.Text}", exception);
            }

            _backfills.Remove(entry);
            switch (_random.Next(8))
            {
                case 0:
                    engine.Abandon(backfill);
                    break;
                case < 4:
                    engine.Cut(backfill, _epoch);
                    bool yields = _random.Next(2) == 0;
                    _backfills.Add((backfill, node, Task.Run(() => backfill.CatchUp(yields, default))));
                    break;
                default:
                    engine.Finish(backfill, _epoch);
                    backfill.Dispose();
                    AddView(backfill.Id, node);
                    break;
            }
        }

        /// <summary>As <see cref="Run"/>, with checkpoints beside epochs and restarts from them, and pages checked for missing barriers.</summary>
        public void RunWithRestarts()
        {
            using var checkpoints = new EngineCheckpoints();
            var generator = new ModelGenerator(_random);
            var options = new EngineOptions { WorkerCount = workers, Space = TestSpaces.Reserve() };
            options.Space.LooseKeysMax = LooseKeysMax();
            options.Space.IsPartlyOut = seed % 2 == 0;
            var engine = new Engine(options);
            AddRelation(engine, new RelationId(1));
            AddRelation(engine, new RelationId(2));
            Memory? memory = null;
            for (int step = 0; step < 24; step++)
            {
                if (step < 9 && step % 2 == 0)
                {
                    InstallView(engine, generator, new RelationId((uint)(10 + step)), restarts: true);
                }
                else if (step % 6 == 5)
                {
                    RemoveView(engine);
                }

                if (_random.Next(3) == 0)
                {
                    bool fails = _random.Next(4) == 0;
                    Memory now = Remember();
                    checkpoints.Take(engine, fails, () => Step(engine, generator));
                    memory = fails ? memory : now;
                }
                else
                {
                    Step(engine, generator);
                }

                Check(engine, $"after epoch {_epoch}");
                if (memory is not null && _random.Next(5) == 0)
                {
                    engine.Dispose();
                    engine.Options.Space.Dispose();
                    Recall(memory);
                    engine = Restart(checkpoints);
                    Check(engine, $"after a restart at epoch {_epoch}");
                }
            }

            engine.Dispose();
            engine.Options.Space.Dispose();
        }

        /// <summary>State of many pages, and then epochs of a row or two, each followed by a capture that verifies all pages. Results are not looked at.</summary>
        public void RunWithCaptures()
        {
            using StateSpace space = TestSpaces.Reserve();
            space.LooseKeysMax = LooseKeysMax();
            space.IsPartlyOut = seed % 2 == 0;
            using var engine = new Engine(new EngineOptions { WorkerCount = workers, Space = space });
            var generator = new ModelGenerator(_random);
            AddRelation(engine, new RelationId(1));
            AddRelation(engine, new RelationId(2));
            for (uint view = 10; view < 14; view++)
            {
                InstallView(engine, generator, new RelationId(view), restarts: true);
            }

            Step(engine, [.. _relations.Keys.Select(id => (id, Enumerable.Range(0, 40).Select(_ => (generator.Row(), _random.NextInt64(1, 15))).ToList()))]);
            for (int epoch = 0; epoch < 15; epoch++)
            {
                Confirm(engine);
                _now += _random.Next(2);
                RelationId id = _relations.Keys.ElementAt(_random.Next(_relations.Count));
                (ImmutableArray<Datum> Row, long Weight) change = _random.Next(2) == 0
                    ? (generator.Row(), 1)
                    : (_relations[id].Rows.ElementAt(_random.Next(_relations[id].Count)).Row, -1);
                Step(engine, [(id, [change])]);
            }

            Confirm(engine);
        }

        private static void Confirm(Engine engine)
        {
            using EngineImage image = engine.Capture(withDataflows: true);
            byte[] content = new byte[StateSpace.PageBytes];
            foreach (ArenaImage arena in image.Dataflows.SelectMany(dataflow => dataflow.Workers).Select(worker => worker.Arena))
            {
                foreach (ulong page in arena.ChangedPages)
                {
                    arena.CopyPage(page, content);
                }

                arena.Confirm();
            }
        }

        private int LooseKeysMax() => ((seed + _lives++) % 3) switch
        {
            0 => 0,
            1 => int.MaxValue,
            _ => 3,
        };

        private Engine Restart(EngineCheckpoints checkpoints)
        {
            bool hasOtherOwners = (seed + _lives) % 4 == 0;
            StoredRelations rows = checkpoints.Restore(workers, _now, hasOtherOwners, out Engine engine);
            engine.Options.Space.LooseKeysMax = LooseKeysMax();
            engine.Options.Space.IsPartlyOut = _lives % 2 == 0;
            Assert.Equal(_epoch, engine.Published);
            foreach (RelationId id in _relations.Keys)
            {
                engine.AddRelation(id, ModelGenerator.BaseShape, _keys[id], stored: rows[id]);
            }

            foreach ((RelationId id, ModelNode node) in _views)
            {
                InstallOutcome outcome = Install(engine, id, node);
                Assert.True(outcome.IsRestored != hasOtherOwners, $"seed {seed}: {outcome.Reason}");
            }

            engine.EndRestore();
            return engine;
        }

        private Memory Remember() => new(
            _epoch, _now, _relations.ToDictionary(relation => relation.Key, relation => relation.Value.Copy()), [.. _views], [.. _nodes], [.. _parts]);

        private void Recall(Memory memory)
        {
            _epoch = memory.Epoch;
            _now = memory.Now;
            _relations = memory.Relations.ToDictionary(relation => relation.Key, relation => relation.Value.Copy());
            _views = [.. memory.Views];
            _nodes = [.. memory.Nodes];
            _parts = [.. memory.Parts];
        }

        private void AddRelation(Engine engine, RelationId id)
        {
            _relations[id] = new Multiset();
            _keys[id] = _random.Next(2) == 0 ? [0] : [];
            engine.AddRelation(id, ModelGenerator.BaseShape, _keys[id]);
            _nodes.Add(ModelGenerator.Relation(id, ModelGenerator.BaseShape));
        }

        private InstallOutcome Install(Engine engine, RelationId id, ModelNode node) => engine.Install(Describe(id, node), _epoch, _now, this);

        private DataflowDescription Describe(RelationId id, ModelNode node)
        {
            var builder = new DataflowBuilder();
            Node output = node.Build(builder, []);
            return builder.Materialize(output, id, _keys[id], node.Text);
        }

        private void InstallView(Engine engine, ModelGenerator generator, RelationId id, bool restarts = false)
        {
            // Graphs over base relations and over views that are there already, and sometimes over an inner node of this graph.
            // Or over what other views are made of, which they then share.
            var local = new List<ModelNode>(_nodes);
            ModelNode node = local[0];
            if (_parts.Count > 0 && _random.Next(2) == 0)
            {
                node = _parts[_random.Next(_parts.Count)];
                local.AddRange([node, node, _parts[_random.Next(_parts.Count)]]);
            }

            for (int i = node == local[0] ? _random.Next(1, 5) : _random.Next(4); i > 0; i--)
            {
                node = generator.Next(local);
                local.Add(node);
            }

            _parts.AddRange(local);

            if (isRecursive)
            {
                node = generator.Recursive(local);
                node = _random.Next(2) == 0 ? node : generator.Next([node, .. local]);
            }

            _keys[id] = _random.Next(2) == 0 ? [] : [_random.Next(node.Shape.Count)];
            if (_random.Next(2) == 0)
            {
                Install(engine, id, node);
                AddView(id, node);
                return;
            }

            Backfill backfill = engine.StartBackfill(Describe(id, node), _epoch, _now, this);
            if (!restarts)
            {
                _backfills.Add((backfill, node, Task.Run(() => backfill.Fill(yields: false, default))));
                return;
            }

            backfill.Fill(yields: false, default);
            Step(engine, generator);
            engine.Finish(backfill, _epoch);
            backfill.Dispose();
            AddView(id, node);
        }

        /// <summary>Removes a view that no other can be made of.</summary>
        private void RemoveView(Engine engine)
        {
            if (_views.Count > 3)
            {
                int removed = _random.Next(3, _views.Count);
                engine.Remove(_views[removed].Id);
                _views.RemoveAt(removed);
            }
        }

        private void AddView(RelationId id, ModelNode node)
        {
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
            _now += _random.Next(2);
            var changes = new List<(RelationId Id, List<(ImmutableArray<Datum> Row, long Weight)> Rows)>();
            foreach ((RelationId id, Multiset rows) in _relations)
            {
                Multiset left = rows.Copy();
                for (int part = _random.Next(3); part > 0; part--)
                {
                    var delta = new List<(ImmutableArray<Datum> Row, long Weight)>();
                    for (int i = _random.Next(1, 10); i > 0; i--)
                    {
                        if (_random.Next(3) == 0 && left.Count > 0)
                        {
                            (ImmutableArray<Datum> row, long weight) = left.Rows.ElementAt(_random.Next(left.Count));
                            delta.Add((row, -_random.NextInt64(1, weight + 1)));
                        }
                        else
                        {
                            delta.Add((generator.Row(), _random.Next(4) == 0 ? 2 : 1));
                        }

                        left.Add(delta[^1].Row, delta[^1].Weight);
                    }

                    changes.Add((id, delta));
                }
            }

            Step(engine, changes);
        }

        private void Step(Engine engine, List<(RelationId Id, List<(ImmutableArray<Datum> Row, long Weight)> Rows)> changes)
        {
            _epoch = _epoch.Next;
            var deltas = new List<RelationDelta>();
            foreach ((RelationId id, List<(ImmutableArray<Datum> Row, long Weight)> rows) in changes)
            {
                rows.ForEach(change => _relations[id].Add(change.Row, change.Weight));
                deltas.Add(new RelationDelta(id, DeltaBatch.FromRows(ModelGenerator.BaseShape.Select(column => column.Type).ToArray(), rows)));
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

    /// <summary>What the model was at a checkpoint.</summary>
    private sealed record Memory(
        Epoch Epoch,
        long Now,
        Dictionary<RelationId, Multiset> Relations,
        List<(RelationId Id, ModelNode Node)> Views,
        List<ModelNode> Nodes,
        List<ModelNode> Parts);

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
