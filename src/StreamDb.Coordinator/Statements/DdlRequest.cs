using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Sessions;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Statements;

/// <summary>One DDL statement in its place among the writes.</summary>
internal sealed class DdlRequest(ParsedStatement statement, StatementContext context) : WriteRequest
{
    public override bool ReadsLatest => true;

    public string Tag { get; private set; } = "";

    public IReadOnlyList<Notice> Notices { get; private set; } = [];

    /// <summary>What the statement goes on with beside the epochs; null when it is done.</summary>
    public BackfillJob? Job { get; private set; }

    public override void Prepare(EpochBuilder epoch)
    {
        StatementContext now = context with { NowMicroseconds = epoch.NowMicroseconds };
        uint firstOid = epoch.Database.NextOid;
        epoch.OnUndo(() => epoch.Database.NextOid = firstOid);
        var executor = new DdlExecutor(epoch.Database, now, epoch.Database.Published, epoch.OnUndo, epoch.OnPublish)
        {
            Catalog = epoch.Catalog,
            Statement = statement,
        };
        StatementPlan plan = StatementBinder.Bind(statement.Syntax, now.Binding(epoch.Catalog), out _);
        Tag = executor.Run(plan);
        Notices = executor.Notices;
        Job = executor.Job;
        if (ReferenceEquals(executor.Catalog, epoch.Catalog))
        {
            return;
        }

        epoch.Catalog = executor.Catalog;
        epoch.AddEntry(new DdlEntry(statement.Text, now.SearchPath, now.User, now.Format.TimeZone.Id, firstOid));
        if (executor.Filled is { } filled)
        {
            RowChecks.Check(filled.Table, filled.Rows, now);
            epoch.Apply(new TableWrite(filled.Table, null, filled.Rows, ConflictBehavior.Error));
        }
    }
}
