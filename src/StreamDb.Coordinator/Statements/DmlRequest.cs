using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Columns;
using StreamDb.Planning.Binding;

namespace StreamDb.Coordinator.Statements;

/// <summary>One autocommitted DML statement.</summary>
/// <remarks>
/// A statement that reads relations is computed in its place among the writes, on everything before it; any other was
/// computed by its session and only waits for its keys to be checked.
/// </remarks>
internal sealed class DmlRequest : WriteRequest
{
    private readonly StatementPlan? _plan;
    private readonly StatementContext _context;
    private DmlWrites? _writes;

    /// <summary>A statement that reads relations: computed in its place among the writes.</summary>
    public DmlRequest(StatementPlan plan, StatementContext context)
    {
        _plan = plan;
        _context = context;
        ReadsLatest = true;
    }

    /// <summary>A statement that is computed already. The request owns the writes until <see cref="Release"/>.</summary>
    public DmlRequest(DmlWrites writes, StatementContext context)
    {
        _writes = writes;
        _context = context;
    }

    public override bool ReadsLatest { get; }

    /// <summary>The command tag, after completion.</summary>
    public string Tag { get; private set; } = "";

    /// <summary>RETURNING's rows, after completion; null when none were asked for.</summary>
    public ColumnBatch? ReturnedRows { get; private set; }

    public override void Prepare(EpochBuilder epoch)
    {
        _writes ??= DmlExecutor.Compute(
            _plan!, epoch.Catalog, ids => ReadView.Latest(_context.Database, epoch.Catalog, ids), _context);
        long count = _writes.Count;
        ColumnBatch? written = _writes.ReturningRows;
        foreach (TableWrite write in _writes.Writes)
        {
            // The table may have been dropped or replaced since the statement was bound.
            if (epoch.Catalog.Find(write.Table.Oid) is null)
            {
                throw new Core.Errors.SqlException(
                    Core.Errors.SqlState.UndefinedTable, $"relation \"{write.Table.Name}\" does not exist");
            }

            ColumnBatch? inserted = epoch.Apply(write);
            if (_writes.ReturningRows is null && write.Inserts is not null)
            {
                written = inserted;
                count = inserted!.Count;
            }
        }

        Tag = TagOf(_writes.Command, count);
        if (_writes.Returning is { } returning && written is not null)
        {
            ReturnedRows = DmlExecutor.Returning(returning, _writes.Writes[0].Table, written, _context);
        }
    }

    /// <summary>Gives back the rows once the request has ended.</summary>
    public void Release() => _writes?.Release();

    public static string TagOf(string command, long count) =>
        count < 0 ? command : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{command} {count}");
}
