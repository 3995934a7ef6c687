using StreamDb.Coordinator.SystemRelations;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Physical;

namespace StreamDb.Coordinator.Statements;

/// <summary>What a statement reads: relations at one epoch, plus the transaction's own writes.</summary>
/// <remarks>Invariant: every snapshot in it is of the same epoch. Dispose it to let go of the state it holds.</remarks>
internal sealed class ReadView : IDisposable
{
    private readonly Dictionary<RelationId, RelationSnapshot> _snapshots;
    private readonly Dictionary<RelationId, SqlException> _paused;
    private readonly Dictionary<RelationId, List<DeltaBatch>> _pending;
    private readonly bool _isOwner;

    private ReadView(Catalog catalog, Epoch epoch, Dictionary<RelationId, SqlException> paused)
    {
        _snapshots = [];
        _paused = paused;
        _pending = [];
        _isOwner = true;
        Catalog = catalog;
        Epoch = epoch;
    }

    private ReadView(ReadView view)
    {
        _snapshots = view._snapshots;
        _paused = view._paused;
        _pending = view._pending;
        Catalog = view.Catalog;
        Epoch = view.Epoch;
    }

    public Catalog Catalog { get; }

    public Epoch Epoch { get; }

    /// <summary>The given arrangements at the newest published epoch.</summary>
    /// <exception cref="SqlException">42P01: one was dropped since the statement was bound. 55000: one is paused.</exception>
    public static ReadView Latest(Database database, Catalog catalog, IEnumerable<RelationId> arrangements) =>
        Latest(database, catalog, arrangements, []);

    /// <summary>Every arrangement of the catalog at the newest published epoch: what a transaction reads until it ends.</summary>
    /// <remarks>What is paused fails when it is read.</remarks>
    public static ReadView Everything(Database database)
    {
        lock (database.PublishGate)
        {
            Catalog catalog = database.Catalog;
            List<RelationId> running = [];
            Dictionary<RelationId, SqlException> paused = [];
            foreach (CatalogItem item in catalog.Items.Where(i => i is TableItem or SourceItem or MaterializedViewItem or IndexItem))
            {
                var id = new RelationId(item.Oid);
                if (database.PausedError(id) is { } error)
                {
                    paused.Add(id, error);
                }
                else
                {
                    running.Add(id);
                }
            }

            return Latest(database, catalog, running, paused);
        }
    }

    /// <summary>The arrangements a plan reads.</summary>
    public static IEnumerable<RelationId> ArrangementsOf(IEnumerable<PhysicalGet> gets) => gets
        .Where(g => g.Relation is not SystemRelationItem)
        .Select(g => g.Lookup is { } lookup ? new RelationId(lookup.ArrangementOid) : g.Relation.Id);

    /// <summary>The same view for a part of the work: disposing it leaves the state to its owner.</summary>
    public ReadView Shared() => new(this);

    /// <summary>Makes the transaction's own deltas visible to its later reads. Takes over one reference.</summary>
    public void AddPending(RelationId relation, DeltaBatch deltas)
    {
        if (!_pending.TryGetValue(relation, out List<DeltaBatch>? list))
        {
            _pending.Add(relation, list = []);
        }

        list.Add(deltas);
    }

    /// <summary>Forgets the transaction's own deltas.</summary>
    public void ClearPending()
    {
        foreach (DeltaBatch batch in _pending.Values.SelectMany(l => l))
        {
            batch.Release();
        }

        _pending.Clear();
    }

    /// <summary>The rows that a plan's read asks for, as deltas that the receiver releases.</summary>
    public IEnumerable<DeltaBatch> Read(PhysicalGet get, SystemRelationContext context)
    {
        if (get.Relation is SystemRelationItem system)
        {
            yield return new DeltaBatch(SystemRelationRegistry.Read(system, context));
            yield break;
        }

        if (get.Relation is MaterializedViewItem { FailsOnError: true } && context.Database.ViewErrors.TryGetValue(get.Relation.Id, out ViewErrorCollector? errors))
        {
            errors.ThrowAny();
        }

        if (get.Lookup is { } lookup)
        {
            if (lookup.Values.Any(v => v is LiteralExpression { Value.IsNull: true }))
            {
                // Equality with NULL is never true.
                yield break;
            }

            ColumnBatch key = KeyOf(get, lookup);
            DeltaBatch found = Snapshot(new RelationId(lookup.ArrangementOid)).Lookup(key);
            key.Release();
            yield return found;
        }
        else
        {
            foreach (DeltaBatch batch in Snapshot(get.Relation.Id).Scan())
            {
                yield return batch;
            }
        }

        if (_pending.TryGetValue(get.Relation.Id, out List<DeltaBatch>? own))
        {
            foreach (DeltaBatch batch in own)
            {
                yield return batch.Acquire();
            }
        }
    }

    /// <exception cref="SqlException">55000: it was paused.</exception>
    public RelationSnapshot Snapshot(RelationId arrangement) =>
        _paused.TryGetValue(arrangement, out SqlException? paused)
            ? throw new SqlException(paused.State, paused.Message) { Hint = paused.Hint }
            : _snapshots[arrangement];

    /// <summary>The transaction's own deltas of a relation, in order (borrowed).</summary>
    public IReadOnlyList<DeltaBatch> Pending(RelationId relation) => _pending.GetValueOrDefault(relation) ?? [];

    public void Dispose()
    {
        if (!_isOwner)
        {
            return;
        }

        foreach (RelationSnapshot snapshot in _snapshots.Values)
        {
            snapshot.Dispose();
        }

        ClearPending();
        _snapshots.Clear();
    }

    private static ReadView Latest(
        Database database, Catalog catalog, IEnumerable<RelationId> arrangements, Dictionary<RelationId, SqlException> paused)
    {
        lock (database.PublishGate)
        {
            var view = new ReadView(catalog, database.Published, paused);
            try
            {
                foreach (RelationId id in arrangements.Distinct())
                {
                    view._snapshots.Add(id, database.Snapshot(id));
                }
            }
            catch
            {
                view.Dispose();
                throw;
            }

            return view;
        }
    }

    private static ColumnBatch KeyOf(PhysicalGet get, PhysicalLookup lookup)
    {
        PhysicalType[] types = [.. lookup.KeyColumns.Select(c => get.Columns[c].Type.Physical)];
        Datum[] values = [.. lookup.Values.Select(v => v is LiteralExpression literal
            ? literal.Value
            : throw new InvariantException("parameters are substituted before a lookup runs"))];
        return ColumnBatch.FromRows(types, [[.. values]]);
    }
}
