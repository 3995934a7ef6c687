using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Dataflow.Deltas;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Transactions;

/// <summary>An open transaction: reads one epoch and its own writes; its writes become visible together, at commit, or not at all.</summary>
/// <remarks>
/// Snapshot isolation: at commit every row that was updated or deleted must still be as it was read (else 40001), and keys
/// are checked again. Materialized views inside the transaction show the epoch it reads, without its own writes.
/// </remarks>
internal sealed class Transaction(Database database) : IDisposable
{
    private readonly List<TableWrite> _writes = [];
    private readonly List<(string Name, int WriteCount)> _savepoints = [];
    private ReadView? _view;
    private EpochBuilder? _changes;

    /// <summary>SET TRANSACTION READ ONLY.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>A statement failed: only ROLLBACK helps.</summary>
    public bool IsFailed { get; set; }

    /// <summary>Begun by BEGIN, not by a query of several statements.</summary>
    public bool IsExplicit { get; init; }

    public bool HasWrites => _writes.Count > 0;

    /// <summary>now() of every statement in it.</summary>
    public long NowMicroseconds { get; } = database.Options.Clock.NowMicroseconds;

    /// <summary>Whether a statement has read already.</summary>
    public bool HasView => _view is not null;

    /// <summary>What its statements read. Stays open until the transaction ends.</summary>
    public ReadView View
    {
        get
        {
            if (_view is null)
            {
                _view = ReadView.Everything(database);
                _changes = new EpochBuilder(database, _view.Epoch.Next, NowMicroseconds, _view) { RefusesNewKeys = true };
            }

            return _view;
        }
    }

    /// <summary>Adds a statement's writes; takes them over.</summary>
    /// <returns>The rows the first of them really inserted (borrowed); null when it inserts none.</returns>
    /// <exception cref="SqlException">23505: a key exists already. The check that counts is made again at commit.</exception>
    public ColumnBatch? Add(IReadOnlyList<TableWrite> writes)
    {
        ReadView view = View;
        ColumnBatch? first = null;
        var kept = new List<TableWrite>(writes.Count);
        int before = _changes!.Deltas.Count;
        try
        {
            for (int i = 0; i < writes.Count; i++)
            {
                TableWrite write = writes[i];
                ColumnBatch? inserted = _changes.Apply(write with { MustStillExist = false });
                first = i == 0 ? inserted : first;

                // Rows that a conflict left out here stay out at commit.
                kept.Add(write with { Inserts = inserted, MustStillExist = write.Deletes is not null });
            }
        }
        catch
        {
            _changes.Undo();
            throw;
        }

        _changes.Accept();
        _writes.AddRange(kept);
        for (int i = before; i < _changes.Deltas.Count; i++)
        {
            view.AddPending(_changes.Deltas[i].Relation, _changes.Deltas[i].Delta.Acquire());
        }

        return first;
    }

    /// <summary>After a commit in the middle: the next statement reads the newest epoch again.</summary>
    public void Restart()
    {
        Dispose();
        _savepoints.Clear();
    }

    /// <summary>Hands everything over to <paramref name="target"/>, which goes on in this one's place.</summary>
    public void MoveTo(Transaction target)
    {
        target._writes.AddRange(_writes);
        target._view = _view;
        target._changes = _changes;
        _writes.Clear();
        _view = null;
        _changes = null;
    }

    public void Savepoint(string name) => _savepoints.Add((name, _writes.Count));

    public void Release(string name)
    {
        int index = Find(name);
        _savepoints.RemoveRange(index, _savepoints.Count - index);
    }

    public void RollbackTo(string name)
    {
        int index = Find(name);
        int count = _savepoints[index].WriteCount;
        _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
        if (_writes.Count > count)
        {
            List<TableWrite> left = _writes[..count];
            _writes.RemoveRange(0, count);
            ReleaseWrites();
            _view!.ClearPending();
            ReleaseChanges();
            _changes = new EpochBuilder(database, _view.Epoch.Next, NowMicroseconds, _view);
            Add(left);
            _changes.RefusesNewKeys = true;
        }

        IsFailed = false;
    }

    /// <summary>Hands the writes to the sequencer and waits until they are durable and visible.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (_writes.Count > 0)
        {
            var request = new CommitRequest(_writes) { Cancellation = cancellation };
            database.Sequencer.Submit(request);
            await request.Completion.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        ReleaseChanges();
        _view?.Dispose();
        _view = null;
        ReleaseWrites();
    }

    private void ReleaseChanges()
    {
        foreach (Dataflow.RelationDelta delta in _changes?.Deltas ?? [])
        {
            delta.Delta.Release();
        }

        _changes = null;
    }

    private void ReleaseWrites()
    {
        foreach (TableWrite write in _writes)
        {
            write.Release();
        }

        _writes.Clear();
    }

    private int Find(string name)
    {
        int index = _savepoints.FindLastIndex(s => s.Name == name);
        return index >= 0
            ? index
            : throw new SqlException(SqlState.InvalidSavepointSpecification, $"savepoint \"{name}\" does not exist");
    }

    private sealed class CommitRequest(IReadOnlyList<TableWrite> writes) : WriteRequest
    {
        public override void Prepare(EpochBuilder epoch)
        {
            foreach (TableWrite write in writes)
            {
                if (epoch.Catalog.Find(write.Table.Oid) is null)
                {
                    throw new SqlException(SqlState.UndefinedTable, $"relation \"{write.Table.Name}\" does not exist");
                }

                epoch.Apply(write);
            }
        }
    }
}
