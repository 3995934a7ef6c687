using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Statements;
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
                foreach (TableWrite write in _writes)
                {
                    AddPending(_view, write);
                }
            }

            return _view;
        }
    }

    /// <summary>Adds a statement's writes; takes them over.</summary>
    /// <exception cref="SqlException">23505: a key exists already in what the transaction reads.</exception>
    public void Add(IReadOnlyList<TableWrite> writes)
    {
        foreach (TableWrite write in writes)
        {
            CheckKeys(write);
            TableWrite kept = write with { MustStillExist = write.Deletes is not null };
            _writes.Add(kept);
            if (_view is not null)
            {
                AddPending(_view, kept);
            }
        }
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
        _writes.Clear();
        _view = null;
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
        foreach (TableWrite write in _writes.Skip(count))
        {
            write.Release();
        }

        bool hadView = _view is not null && _writes.Count > count;
        _writes.RemoveRange(count, _writes.Count - count);
        if (hadView)
        {
            _view!.ClearPending();
            foreach (TableWrite write in _writes)
            {
                AddPending(_view, write);
            }
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
        _view?.Dispose();
        _view = null;
        foreach (TableWrite write in _writes)
        {
            write.Release();
        }

        _writes.Clear();
    }

    private static void AddPending(ReadView view, TableWrite write)
    {
        if (write.Deletes is not null)
        {
            view.AddPending(write.Table.Id, DeltaBatch.Create(write.Deletes, -1));
        }

        if (write.Inserts is not null)
        {
            view.AddPending(write.Table.Id, DeltaBatch.Create(write.Inserts, 1));
        }
    }

    /// <summary>An early check, so that the statement at fault gets the error; the one that counts is made at commit.</summary>
    private void CheckKeys(TableWrite write)
    {
        if (write.Table.PrimaryKey.IsEmpty || write.Inserts is null || write.OnConflict != ConflictBehavior.Error)
        {
            return;
        }

        var probe = new EpochBuilder(database, database.Published.Next, NowMicroseconds);
        foreach (TableWrite earlier in _writes.Where(w => w.Table.Oid == write.Table.Oid))
        {
            probe.Apply(earlier with { MustStillExist = false });
        }

        probe.Apply(write with { MustStillExist = false });
        foreach (Dataflow.RelationDelta delta in probe.Deltas)
        {
            delta.Delta.Release();
        }
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
