using System.Buffers;
using System.Collections.Immutable;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Epochs;

/// <summary>Collects the effects of the requests of one epoch and checks keys in commit order.</summary>
/// <remarks>
/// Invariant: the deltas collected, applied to the published state, give a state in which every primary key is unique.
/// Used by the sequencer's thread only, but for a transaction's own, which stands on what the transaction reads.
/// </remarks>
/// <param name="transactionView">What the transaction reads, in place of the published state; null for an epoch.</param>
internal sealed class EpochBuilder(Database database, Epoch epoch, long nowMicroseconds, ReadView? transactionView = null)
{
    private readonly Dictionary<uint, KeyOverlay> _overlays = [];
    private readonly List<RelationDelta> _deltas = [];
    private readonly List<LogEntry> _entries = [];
    private readonly List<Action> _onPublish = [];
    private readonly List<Action> _onUndo = [];
    private readonly List<WriteRequest> _requests = [];
    private byte[] _key = new byte[64];
    private int _acceptedDeltas;
    private int _acceptedEntries;
    private int _acceptedPublish;

    public Database Database { get; } = database;

    public Epoch Epoch { get; } = epoch;

    public long NowMicroseconds { get; } = nowMicroseconds;

    /// <summary>The catalog including the DDL of this epoch.</summary>
    public Catalog Catalog { get; set; } = database.Catalog;

    /// <summary>A transaction's inserts are refused also for keys that others wrote since it began to read: its commit would be.</summary>
    public bool RefusesNewKeys { get; set; }

    public IReadOnlyList<RelationDelta> Deltas => _deltas;

    public IReadOnlyList<LogEntry> Entries => _entries;

    public IReadOnlyList<WriteRequest> Requests => _requests;

    public IReadOnlyList<Action> PublishActions => _onPublish;

    /// <summary>Deltas so far.</summary>
    public long RowCount { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Relations changed so far in this epoch.</summary>
    public bool Changes(RelationId id) => _deltas.Any(d => d.Relation == id);

    /// <summary>Runs a request; when it is refused, all it did is undone and it fails alone.</summary>
    public void Add(WriteRequest request)
    {
        Catalog before = Catalog;
        try
        {
            request.Prepare(this);
        }
        catch (Exception exception) when (exception is SqlException or OperationCanceledException or OverflowException or OutOfMemoryException)
        {
            Undo();
            Catalog = before;
            request.Fail(exception);
            return;
        }

        Accept();
        _requests.Add(request);
    }

    /// <summary>What was done since the last call stays.</summary>
    public void Accept()
    {
        _acceptedDeltas = _deltas.Count;
        _acceptedEntries = _entries.Count;
        _acceptedPublish = _onPublish.Count;
        _onUndo.Clear();
        foreach (KeyOverlay overlay in _overlays.Values)
        {
            overlay.Accept();
        }
    }

    /// <summary>Deltas of a relation; takes over one reference.</summary>
    public void AddDeltas(RelationId relation, DeltaBatch deltas)
    {
        if (deltas.Count == 0)
        {
            deltas.Release();
            return;
        }

        _deltas.Add(new RelationDelta(relation, deltas));
        _entries.Add(new DeltaEntry(relation, deltas));
        RowCount += deltas.Count;
        Bytes += deltas.Bytes;
    }

    /// <summary>Something else that must be in the log: DDL, a source's offset.</summary>
    public void AddEntry(LogEntry entry) => _entries.Add(entry);

    /// <summary>Runs when the epoch is durable and computed, just before its requests are acknowledged.</summary>
    public void OnPublish(Action action) => _onPublish.Add(action);

    /// <summary>Runs when the request that is being prepared is refused after all.</summary>
    public void OnUndo(Action action) => _onUndo.Add(action);

    /// <summary>Applies a write to a table.</summary>
    /// <returns>The rows really inserted (borrowed from the epoch), in order; null when there were no inserts.</returns>
    /// <exception cref="SqlException">23505, 40001; 55000: the table has failed.</exception>
    public ColumnBatch? Apply(TableWrite write)
    {
        // What failed to keep its rows would not show any more of them: they must not be acknowledged as if it did.
        Database.ThrowIfPaused(write.Table.Id);

        TableItem table = write.Table;
        if (table.PrimaryKey.IsEmpty)
        {
            if (write.Deletes is not null)
            {
                if (write.MustStillExist)
                {
                    CheckCopiesExist(table, write.Deletes);
                }

                AddDeltas(table.Id, DeltaBatch.Create(write.Deletes, -1));
            }

            if (write.Inserts is not null)
            {
                AddDeltas(table.Id, DeltaBatch.Create(write.Inserts, 1));
            }

            return write.Inserts;
        }

        if (!_overlays.TryGetValue(table.Oid, out KeyOverlay? overlay))
        {
            _overlays.Add(table.Oid, overlay = new KeyOverlay());
        }

        if (write.Deletes is not null)
        {
            Delete(write, overlay);
        }

        return write.Inserts is null ? null : Insert(write, overlay);
    }

    private void Delete(TableWrite write, KeyOverlay overlay)
    {
        ColumnBatch rows = write.Deletes!;
        ReadOnlySpan<int> key = write.Table.PrimaryKey.AsSpan();
        ExistingRows? existing = write.MustStillExist ? ExistingRows.Find(Database, write.Table, rows) : null;
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<byte> encoded = KeyEncoder.Encode(rows, key, row, ref _key);
            if (existing is not null)
            {
                KeyOverlay.Entry current = overlay.TryGet(encoded, out KeyOverlay.Entry entry) ? entry : existing.Get(encoded);
                if (current.Rows is null || !RowEquality.Same(current.Rows, current.Row, rows, row))
                {
                    throw ConcurrentUpdate();
                }
            }

            overlay.Set(encoded, default);
        }

        AddDeltas(write.Table.Id, DeltaBatch.Create(rows, -1));
    }

    /// <summary>A table without a key: as many copies of each deleted row must be there, counting what this epoch did so far.</summary>
    private void CheckCopiesExist(TableItem table, ColumnBatch deletes)
    {
        int[] all = [.. Enumerable.Range(0, deletes.ColumnCount)];
        var copies = new Dictionary<byte[], long>(ByteKeyComparer.Instance);
        using (RelationSnapshot snapshot = Database.Engine.Snapshot(table.Id))
        {
            DeltaBatch found = snapshot.Lookup(deletes);
            Count(found);
            found.Release();
        }

        foreach (RelationDelta delta in _deltas.Where(d => d.Relation == table.Id))
        {
            Count(delta.Delta);
        }

        for (int row = 0; row < deletes.Count; row++)
        {
            byte[] key = KeyEncoder.Encode(deletes, all, row, ref _key).ToArray();
            long left = copies.GetValueOrDefault(key) - 1;
            if (left < 0)
            {
                throw ConcurrentUpdate();
            }

            copies[key] = left;
        }

        void Count(DeltaBatch batch)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                byte[] key = KeyEncoder.Encode(batch.Rows, all, row, ref _key).ToArray();
                copies[key] = copies.GetValueOrDefault(key) + batch.Weight(row);
            }
        }
    }

    private static SqlException ConcurrentUpdate() =>
        new(SqlState.SerializationFailure, "could not serialize access due to concurrent update")
        {
            Hint = "The transaction may succeed if it is tried again.",
        };

    private ColumnBatch Insert(TableWrite write, KeyOverlay overlay)
    {
        ColumnBatch rows = write.Inserts!;
        ReadOnlySpan<int> key = write.Table.PrimaryKey.AsSpan();
        ExistingRows published = ExistingRows.Find(Database, write.Table, rows);
        ExistingRows existing = transactionView is null
            ? published
            : ExistingRows.Find(transactionView.Snapshot(write.Table.Id), write.Table, rows);

        // For each insert position the row it replaces; kept[] are the rows that go in. With Overwrite a later row of
        // the same statement replaces an earlier one, whose insertion and removal then both stand in the deltas.
        var kept = new List<int>(rows.Count);
        var replaced = new List<KeyOverlay.Entry>();
        var merged = new List<ColumnBatch>();
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<byte> encoded = KeyEncoder.Encode(rows, key, row, ref _key);
            KeyOverlay.Entry current = overlay.TryGet(encoded, out KeyOverlay.Entry entry) ? entry : existing.Get(encoded);

            if (RefusesNewKeys && write.OnConflict == ConflictBehavior.Error && current.Rows is null && !overlay.TryGet(encoded, out _))
            {
                current = published.Get(encoded);
            }

            if (current.Rows is not null)
            {
                switch (write.OnConflict)
                {
                    case ConflictBehavior.Error:
                        throw DuplicateKey(write.Table, rows, row);
                    case ConflictBehavior.Ignore:
                    case ConflictBehavior.Overwrite or ConflictBehavior.UpdateIfNotNull
                        when RowVersions.IsOlder(write.Table, new KeyOverlay.Entry(rows, row), current):
                        continue;
                    case ConflictBehavior.UpdateIfNotNull:
                        replaced.Add(current);
                        ColumnBatch one = RowVersions.Merge(new KeyOverlay.Entry(rows, row), current);
                        merged.Add(one);
                        overlay.Set(encoded, new KeyOverlay.Entry(one, 0));
                        continue;
                    default:
                        replaced.Add(current);
                        break;
                }
            }

            overlay.Set(encoded, new KeyOverlay.Entry(rows, row));
            kept.Add(row);
        }

        foreach (IGrouping<ColumnBatch, KeyOverlay.Entry> group in replaced.GroupBy(e => e.Rows!))
        {
            ColumnBatch old = group.Key.Gather([.. group.Select(e => e.Row)]);
            AddDeltas(write.Table.Id, DeltaBatch.Create(old, -1));
            old.Release();
        }

        if (kept.Count == rows.Count)
        {
            AddDeltas(write.Table.Id, DeltaBatch.Create(rows, 1));
            return rows;
        }

        ColumnBatch inserted = rows.Gather([.. kept]);
        AddDeltas(write.Table.Id, DeltaBatch.Create(inserted, 1));
        if (merged.Count == 0)
        {
            return inserted;
        }

        merged.ForEach(one => AddDeltas(write.Table.Id, DeltaBatch.Create(one, 1)));
        return RowSorter.Concat([inserted, .. merged]);
    }

    private static SqlException DuplicateKey(TableItem table, ColumnBatch rows, int row)
    {
        string constraint = table.PrimaryKeyName ?? $"{table.Name}_pkey";
        string columns = string.Join(", ", table.PrimaryKey.Select(c => table.Columns[c].Name));
        string values = string.Join(", ", table.PrimaryKey.Select(c =>
            Core.Codecs.TextCodec.Format(table.Columns[c].Type, rows.GetDatum(c, row), Core.Codecs.TextFormat.Default)));
        return new SqlException(SqlState.UniqueViolation, $"duplicate key value violates unique constraint \"{constraint}\"")
        {
            Detail = $"Key ({columns})=({values}) already exists.",
            TableName = table.Name,
            SchemaName = "public",
            ConstraintName = constraint,
        };
    }

    /// <summary>Takes back what was done since the last <see cref="Accept"/>.</summary>
    public void Undo()
    {
        for (int i = _acceptedDeltas; i < _deltas.Count; i++)
        {
            RowCount -= _deltas[i].Delta.Count;
            Bytes -= _deltas[i].Delta.Bytes;
            _deltas[i].Delta.Release();
        }

        _deltas.RemoveRange(_acceptedDeltas, _deltas.Count - _acceptedDeltas);
        _entries.RemoveRange(_acceptedEntries, _entries.Count - _acceptedEntries);
        _onPublish.RemoveRange(_acceptedPublish, _onPublish.Count - _acceptedPublish);
        foreach (KeyOverlay overlay in _overlays.Values)
        {
            overlay.Undo();
        }

        for (int i = _onUndo.Count - 1; i >= 0; i--)
        {
            _onUndo[i]();
        }

        _onUndo.Clear();
    }
}
