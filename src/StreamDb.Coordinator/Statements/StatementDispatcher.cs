using System.Globalization;
using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Rendering;
using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Statements;

/// <summary>Sends each statement to what carries it out.</summary>
internal static class StatementDispatcher
{
    /// <summary>Binds a prepared statement unless its plan is still good: parameter types and result columns are known afterwards.</summary>
    public static void Bind(Session session, PreparedStatement prepared)
    {
        Catalog catalog = session.Transaction is { HasView: true } transaction ? transaction.View.Catalog : session.Database.Catalog;
        if (ReferenceEquals(prepared.BoundCatalog, catalog) && ReferenceEquals(prepared.BoundSettings, session.Settings))
        {
            return;
        }

        StatementSyntax syntax = prepared.Statement.Syntax;
        prepared.PointRead = null;
        prepared.IsPointReadKnown = false;
        if (IsPlanned(syntax))
        {
            StatementContext context = session.Context(CancellationToken.None);
            prepared.Plan = StatementBinder.Bind(syntax, context.Binding(catalog, prepared.DeclaredTypes), out IReadOnlyList<SqlType> types);
            prepared.ParameterTypes = types;
            prepared.Columns = ColumnsOf(prepared.Plan);
        }
        else
        {
            prepared.Columns = SessionStatements.ColumnsOf(session, syntax);
        }

        prepared.BoundCatalog = catalog;
        prepared.BoundSettings = session.Settings;
    }

    public static async Task<StatementResult> RunAsync(
        Session session, PreparedStatement prepared, IReadOnlyList<Datum> parameters, CancellationToken cancellation)
    {
        StatementSyntax syntax = prepared.Statement.Syntax;
        if (IsDdl(syntax))
        {
            return await RunDdlAsync(session, prepared, cancellation).ConfigureAwait(false);
        }

        if (!IsPlanned(syntax))
        {
            return await SessionStatements.RunAsync(session, prepared.Statement, cancellation).ConfigureAwait(false);
        }

        Bind(session, prepared);
        StatementContext context = session.Context(cancellation);
        switch (prepared.Plan)
        {
            case QueryPlan query:
                return RunQuery(session, prepared, query, parameters, context);
            case ExplainPlan explain:
                return Explain.Run(explain, prepared.BoundCatalog!, context);
            case CopyPlan { IsFrom: true } copy:
                CheckMayWrite(session, "COPY FROM");
                return new CopyIn(session, copy, context);
            case CopyPlan copy:
                return new CopyOut(copy, ColumnsOf(copy.Query!)!, RunBuffered(session, copy.Query!, context), context);
            default:
                CheckMayWrite(session, CommandOf(prepared));
                return await RunDmlAsync(session, prepared, parameters, context).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a query and keeps its rows.</summary>
    public static IReadOnlyList<ColumnBatch> RunBuffered(Session session, QueryPlan plan, StatementContext context)
    {
        Catalog catalog = session.Transaction is { HasView: true } transaction ? transaction.View.Catalog : session.Database.Catalog;
        RenderedQuery query = QueryRunner.Prepare(plan.Root, catalog, context);
        if (session.Transaction is not null)
        {
            return QueryRunner.Finish(QueryRunner.Run(query, session.Transaction.View, context), plan.Finishing);
        }

        using ReadView view = ReadView.Latest(session.Database, catalog, ReadView.ArrangementsOf(query.Inputs.Values));
        return QueryRunner.Finish(QueryRunner.Run(query, view, context), plan.Finishing);
    }

    /// <summary>Hands a write to the sequencer and waits until it is durable and visible.</summary>
    public static async Task SubmitAsync(Session session, WriteRequest request)
    {
        session.Database.Sequencer.Submit(request);
        await request.Completion.ConfigureAwait(false);
    }

    /// <param name="command">The statement's first words, for the message.</param>
    public static void CheckMayWrite(Session session, string command)
    {
        if (session.Transaction is { IsReadOnly: true } || (session.Transaction is null && session.Settings.Get("default_transaction_read_only") == "on"))
        {
            throw new SqlException(SqlState.ReadOnlySqlTransaction, $"cannot execute {command} in a read-only transaction");
        }
    }

    private static StatementResult RunQuery(
        Session session, PreparedStatement prepared, QueryPlan plan, IReadOnlyList<Datum> parameters, StatementContext context)
    {
        if (!prepared.IsPointReadKnown)
        {
            prepared.PointRead = PointRead.TryFind(plan, prepared.BoundCatalog!, context);
            prepared.IsPointReadKnown = true;
        }

        if (prepared.PointRead is { } point && session.Transaction is null)
        {
            using RelationSnapshot snapshot = session.Database.Snapshot(point.Arrangement);
            return new BufferedRows(prepared.Columns!, point.Run(snapshot, parameters));
        }

        if (parameters.Count > 0)
        {
            plan = (QueryPlan)ParameterSubstitution.Apply(plan, parameters);
        }

        return new BufferedRows(prepared.Columns!, RunBuffered(session, plan, context));
    }

    private static async Task<StatementResult> RunDmlAsync(
        Session session, PreparedStatement prepared, IReadOnlyList<Datum> parameters, StatementContext context)
    {
        StatementPlan plan = parameters.Count > 0 ? ParameterSubstitution.Apply(prepared.Plan!, parameters) : prepared.Plan!;
        if (session.Transaction is { } transaction)
        {
            return RunInTransaction(transaction, prepared, plan, context);
        }

        DmlRequest request = DmlExecutor.ReadsRelations(plan)
            ? new DmlRequest(plan, context) { Cancellation = context.Cancellation }
            : new DmlRequest(
                DmlExecutor.Compute(
                    plan, prepared.BoundCatalog!, ids => ReadView.Latest(context.Database, prepared.BoundCatalog!, ids), context),
                context)
            {
                Cancellation = context.Cancellation,
            };
        try
        {
            await SubmitAsync(session, request).ConfigureAwait(false);
        }
        finally
        {
            request.Release();
        }

        return prepared.Columns is null
            ? new CommandResult(request.Tag)
            : new BufferedRows(prepared.Columns, request.ReturnedRows is { } rows ? [rows] : [], request.Tag);
    }

    private static StatementResult RunInTransaction(
        Transactions.Transaction transaction, PreparedStatement prepared, StatementPlan plan, StatementContext context)
    {
        DmlWrites writes = DmlExecutor.Compute(plan, transaction.View.Catalog, _ => transaction.View.Shared(), context);
        IReadOnlyList<ColumnBatch> returned = [];
        long count = writes.Count;
        string tag = DmlRequest.TagOf(writes.Command, count);
        if (writes.Writes.Count > 0)
        {
            ColumnBatch? inserted = transaction.Add(writes.Writes);
            if (writes.ReturningRows is null && inserted is not null)
            {
                tag = DmlRequest.TagOf(writes.Command, inserted.Count);
            }

            if (writes.Returning is { } returning && (writes.ReturningRows ?? inserted) is { } rows)
            {
                returned = [DmlExecutor.Returning(returning, writes.Writes[0].Table, rows, context)];
            }
        }

        return prepared.Columns is null ? new CommandResult(tag) : new BufferedRows(prepared.Columns, returned, tag);
    }

    private static async Task<StatementResult> RunDdlAsync(Session session, PreparedStatement prepared, CancellationToken cancellation)
    {
        CheckMayWrite(session, CommandOf(prepared));
        if (session.Transaction is { } transaction)
        {
            if (transaction.HasWrites || transaction.IsExplicit)
            {
                session.Notify(new Notice(
                    "NOTICE", SqlState.SuccessfulCompletion, "DDL takes effect at once: earlier writes of the transaction are committed with it"));
            }

            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            transaction.Restart();
        }

        var request = new DdlRequest(prepared.Statement, session.Context(cancellation)) { Cancellation = cancellation };
        await SubmitAsync(session, request).ConfigureAwait(false);
        if (request.Job is { } job)
        {
            await job.RunAsync(cancellation).ConfigureAwait(false);
        }

        foreach (Notice notice in request.Notices)
        {
            session.Notify(notice);
        }

        return new CommandResult(request.Tag);
    }

    private static string CommandOf(PreparedStatement prepared) => prepared.Statement.Syntax switch
    {
        InsertSyntax => "INSERT",
        UpdateSyntax => "UPDATE",
        DeleteSyntax => "DELETE",
        TruncateSyntax => "TRUNCATE TABLE",
        CommentSyntax => "COMMENT",
        CreateTableSyntax => "CREATE TABLE",
        CreateSourceSyntax => "CREATE SOURCE",
        CreateViewSyntax => "CREATE VIEW",
        CreateMaterializedViewSyntax => "CREATE MATERIALIZED VIEW",
        CreateIndexSyntax => "CREATE INDEX",
        CreateSchemaSyntax => "CREATE SCHEMA",
        DropSyntax drop => $"DROP {drop.Kind.ToString().ToUpperInvariant()}",
        _ => "ALTER",
    };

    private static bool IsDdl(StatementSyntax syntax) => syntax is CreateTableSyntax or CreateSourceSyntax or CreateViewSyntax
        or CreateMaterializedViewSyntax or CreateIndexSyntax or CreateSchemaSyntax or CommentSyntax or AlterSyntax
        or DropSyntax { Kind: not (ItemKind.Database or ItemKind.User or ItemKind.Role) };

    private static bool IsPlanned(StatementSyntax syntax) => syntax is QueryStatementSyntax or InsertSyntax or UpdateSyntax
        or DeleteSyntax or TruncateSyntax or CopySyntax or ExplainSyntax;

    private static IReadOnlyList<ResultColumn>? ColumnsOf(StatementPlan plan) => plan switch
    {
        QueryPlan query =>
        [
            .. query.Columns.Select((f, i) => i < query.Origins.Length
                ? new ResultColumn(f.Name, f.Type, query.Origins[i].RelationOid, query.Origins[i].Attribute)
                : new ResultColumn(f.Name, f.Type)),
        ],
        InsertPlan { Returning: { } returning } => ColumnsOf(returning),
        UpdatePlan { Returning: { } returning } => ColumnsOf(returning),
        DeletePlan { Returning: { } returning } => ColumnsOf(returning),
        ExplainPlan => [new ResultColumn("QUERY PLAN", SqlType.Text)],
        _ => null,
    };

    private static IReadOnlyList<ResultColumn> ColumnsOf(ReturningClause returning) =>
        [.. returning.Columns.Select(f => new ResultColumn(f.Name, f.Type))];
}
