using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Coordinator.Statements;
using StreamDb.Coordinator.SystemRelations;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Printing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Sessions;

/// <summary>Statements that act on the session rather than on relations: transactions, settings, prepared statements, cursors.</summary>
internal static class SessionStatements
{
    /// <summary>Result columns of a statement that has some; null else.</summary>
    public static IReadOnlyList<ResultColumn>? ColumnsOf(Session session, StatementSyntax syntax) => syntax switch
    {
        ShowParameterSyntax { Name: "all" } => AllColumns,
        ShowParameterSyntax show => [new ResultColumn(CanonicalName(show.Name), SqlType.Text)],
        ShowItemsSyntax or DescribeSyntax or ShowCreateSyntax => ColumnsOfQuery(session, ItemQueries.For(syntax, session)),
        FetchSyntax { IsMove: false } fetch => GetCursor(session, fetch.Cursor).Columns,
        ExecuteSyntax execute => ColumnsOfExecute(session, execute),
        _ => null,
    };

    public static async Task<StatementResult> RunAsync(Session session, ParsedStatement statement, CancellationToken cancellation)
    {
        switch (statement.Syntax)
        {
            case EmptySyntax:
                return new CommandResult("");
            case BeginSyntax begin:
                session.Begin(begin.Modes.Contains("read only"));
                return new CommandResult("BEGIN");
            case CommitSyntax commit:
                {
                    string tag = await session.CommitAsync(cancellation).ConfigureAwait(false);
                    Chain(session, commit.AndChain);
                    return new CommandResult(tag);
                }

            case RollbackSyntax { Savepoint: { } savepoint }:
                session.RollbackTo(InTransaction(session, "ROLLBACK TO SAVEPOINT"), savepoint);
                return new CommandResult("ROLLBACK");
            case RollbackSyntax rollback:
                session.Rollback();
                Chain(session, rollback.AndChain);
                return new CommandResult("ROLLBACK");
            case SavepointSyntax savepoint:
                session.Savepoint(InTransaction(session, "SAVEPOINT"), savepoint.Name);
                return new CommandResult("SAVEPOINT");
            case ReleaseSyntax release:
                InTransaction(session, "RELEASE SAVEPOINT").Release(release.Name);
                return new CommandResult("RELEASE");
            case SetSyntax set:
                Set(session, set);
                return new CommandResult("SET");
            case SetTransactionSyntax set:
                SetTransaction(session, set);
                return new CommandResult("SET");
            case ResetSyntax reset:
                session.Set(s => reset.Name == "all" ? s.ResetAll() : s.Reset(reset.Name));
                return new CommandResult("RESET");
            case DiscardSyntax discard:
                if (discard.Target == "all")
                {
                    session.DiscardAll();
                }

                return new CommandResult("DISCARD " + discard.Target.ToUpperInvariant());
            case ShowParameterSyntax show:
                return Show(session, show.Name);
            case ShowItemsSyntax or DescribeSyntax or ShowCreateSyntax:
                return await RunTextAsync(session, ItemQueries.For(statement.Syntax, session), cancellation).ConfigureAwait(false);
            case PrepareSyntax prepare:
                Prepare(session, prepare);
                return new CommandResult("PREPARE");
            case ExecuteSyntax execute:
                {
                    PreparedStatement prepared = session.GetPrepared(execute.Name);
                    StatementDispatcher.Bind(session, prepared);
                    return await StatementDispatcher.RunAsync(session, prepared, Arguments(session, execute, prepared), cancellation).ConfigureAwait(false);
                }

            case DeallocateSyntax deallocate:
                session.Deallocate(deallocate.Name);
                return new CommandResult(deallocate.Name is null ? "DEALLOCATE ALL" : "DEALLOCATE");
            case DeclareCursorSyntax declare:
                return Declare(session, declare, cancellation);
            case FetchSyntax fetch:
                return Fetch(session, fetch);
            case CloseCursorSyntax { Cursor: null }:
                session.Cursors.Clear();
                return new CommandResult("CLOSE CURSOR ALL");
            case CloseCursorSyntax close:
                GetCursor(session, close.Cursor);
                session.Cursors.Remove(close.Cursor);
                return new CommandResult("CLOSE CURSOR");
            case FlushSyntax or WaitSyntax:
                {
                    // Every acknowledged write is visible already; an empty request waits for those still under way.
                    await StatementDispatcher.SubmitAsync(session, new Barrier { Cancellation = cancellation }).ConfigureAwait(false);
                    return new CommandResult(statement.Syntax is FlushSyntax ? "FLUSH" : "WAIT");
                }

            case RecoverSyntax:
                return new CommandResult("RECOVER");
            case CheckpointSyntax:
                // Without a data directory there is nothing that could be written.
                await (session.Database.Checkpointer?.RequestAsync() ?? Task.CompletedTask).WaitAsync(cancellation).ConfigureAwait(false);
                return new CommandResult("CHECKPOINT");
            case MaintenanceSyntax maintenance:
                return new CommandResult(maintenance.IsVacuum ? "VACUUM" : "ANALYZE");
            case LockSyntax:
                InTransaction(session, "LOCK TABLE");
                return new CommandResult("LOCK TABLE");
            case ListenSyntax or UnlistenSyntax or NotifySyntax:
                throw NotSupported("LISTEN and NOTIFY");
            case CreateDatabaseSyntax create:
                if (!session.Instance.CreateDatabase(create.Name, create.IfNotExists))
                {
                    session.Notify(new Notice("NOTICE", SqlState.DuplicateDatabase, $"database \"{create.Name}\" already exists, skipping"));
                }

                return new CommandResult("CREATE DATABASE");
            case DropSyntax { Kind: ItemKind.Database } drop:
                foreach (QualifiedNameSyntax name in drop.Names)
                {
                    await session.Instance.DropDatabaseAsync(name.Name, drop.IfExists, session, isForced: false).ConfigureAwait(false);
                }

                return new CommandResult("DROP DATABASE");
            case CreateRoleSyntax or GrantSyntax or DropSyntax { Kind: ItemKind.User or ItemKind.Role }:
                throw new SqlException(SqlState.FeatureNotSupported, "roles and privileges are not supported")
                {
                    Hint = "Whoever may connect may do everything.",
                };
            default:
                throw NotSupported(CommandOf(statement.Syntax));
        }
    }

    private static IReadOnlyList<ResultColumn> AllColumns { get; } =
        [new ResultColumn("name", SqlType.Text), new ResultColumn("setting", SqlType.Text), new ResultColumn("description", SqlType.Text)];

    private static void Chain(Session session, bool andChain)
    {
        if (andChain)
        {
            session.Begin(isReadOnly: false);
        }
    }

    private static Transactions.Transaction InTransaction(Session session, string command) =>
        session.Transaction is { IsExplicit: true } transaction
            ? transaction
            : throw new SqlException(SqlState.NoActiveSqlTransaction, $"{command} can only be used in transaction blocks");

    private static void Set(Session session, SetSyntax set)
    {
        if (set.Scope == SetScope.System)
        {
            throw NotSupported("ALTER SYSTEM");
        }

        if (set.Values.IsEmpty)
        {
            session.Set(s => s.Reset(set.Name));
            return;
        }

        // Each item of a search path is one schema name, quoted where it needs to be when the list is shown.
        string value = string.Join(", ", set.Values.Select(v => set.Name == "search_path" ? ItemText.Quote(ValueText(v)) : ValueText(v)));
        if (set.Name is "role" or "session_authorization")
        {
            return;
        }

        if (set.Scope == SetScope.Local)
        {
            session.SetLocal(set.Name, value);
        }
        else
        {
            session.Set(s => s.With(set.Name, value));
        }
    }

    /// <summary>A SET value as text: literals and bare words as they are.</summary>
    private static string ValueText(ExpressionSyntax value) => value switch
    {
        LiteralSyntax literal => literal.Text,
        ColumnReferenceSyntax name => name.Name.Name,
        _ => SqlPrinter.Print(value),
    };

    private static void SetTransaction(Session session, SetTransactionSyntax set)
    {
        foreach (string mode in set.Modes)
        {
            bool? readOnly = mode switch { "read only" => true, "read write" => false, _ => null };
            if (readOnly is { } isReadOnly)
            {
                if (set.IsSession)
                {
                    session.Settings = session.Settings.With("default_transaction_read_only", isReadOnly ? "on" : "off");
                }
                else if (session.Transaction is not null)
                {
                    session.Transaction.IsReadOnly = isReadOnly;
                }
            }
            else if (mode.StartsWith("isolation level ", StringComparison.Ordinal))
            {
                session.Settings = session.Settings.With(
                    set.IsSession ? "default_transaction_isolation" : "transaction_isolation", mode["isolation level ".Length..]);
            }
        }
    }

    private static string CanonicalName(string name) => name.Equals("timezone", StringComparison.OrdinalIgnoreCase) ? "TimeZone"
        : name.Equals("datestyle", StringComparison.OrdinalIgnoreCase) ? "DateStyle"
        : name.Equals("intervalstyle", StringComparison.OrdinalIgnoreCase) ? "IntervalStyle"
        : name;

    private static BufferedRows Show(Session session, string name)
    {
        if (name == "all")
        {
            return Rows(AllColumns, session.Settings.All.Select(s => new[] { s.Name, s.Value, "" }), "SHOW");
        }

        return Rows([new ResultColumn(CanonicalName(name), SqlType.Text)], [[session.Settings.Get(name)]], "SHOW");
    }

    private static BufferedRows Rows(IReadOnlyList<ResultColumn> columns, IEnumerable<string[]> rows, string tag) => new(
        columns,
        [
            ColumnBatch.FromRows(
                [.. columns.Select(_ => PhysicalType.Bytes)],
                [.. rows.Select(r => r.Select(Datum.Text).ToImmutableArray())]),
        ],
        tag);

    private static async Task<StatementResult> RunTextAsync(Session session, string sql, CancellationToken cancellation) =>
        await StatementDispatcher.RunAsync(
            session, new PreparedStatement(SqlParser.ParseScript(sql)[0], []), [], cancellation).ConfigureAwait(false);

    private static IReadOnlyList<ResultColumn>? ColumnsOfQuery(Session session, string sql)
    {
        var prepared = new PreparedStatement(SqlParser.ParseScript(sql)[0], []);
        StatementDispatcher.Bind(session, prepared);
        return prepared.Columns;
    }

    private static void Prepare(Session session, PrepareSyntax prepare)
    {
        if (session.PreparedStatements.ContainsKey(prepare.Name))
        {
            throw new SqlException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{prepare.Name}\" already exists");
        }

        List<SqlType?> types = [.. prepare.Types.Select(t => ColumnsOfQuery(session, $"SELECT CAST(NULL AS {SqlPrinter.Print(t)})")![0].Type)];
        session.Add(prepare.Name, new PreparedStatement(new ParsedStatement(SqlPrinter.Print(prepare.Statement), 0), types));
    }

    private static IReadOnlyList<ResultColumn>? ColumnsOfExecute(Session session, ExecuteSyntax execute)
    {
        PreparedStatement prepared = session.GetPrepared(execute.Name);
        StatementDispatcher.Bind(session, prepared);
        return prepared.Columns;
    }

    /// <summary>EXECUTE's arguments: constant expressions, cast to the parameters' types.</summary>
    private static List<Datum> Arguments(Session session, ExecuteSyntax execute, PreparedStatement prepared)
    {
        if (execute.Arguments.Count != prepared.ParameterTypes.Count)
        {
            throw new SqlException(SqlState.SyntaxError, $"wrong number of parameters for prepared statement \"{execute.Name}\"")
            {
                Detail = $"Expected {prepared.ParameterTypes.Count} parameters but got {execute.Arguments.Count}.",
            };
        }

        StatementContext context = session.Context(CancellationToken.None);
        using EvaluationContext evaluation = context.Evaluation();
        return [.. execute.Arguments.Select((argument, i) => ConstantFolding.Evaluate(Argument(argument, i), evaluation))];

        ScalarExpression Argument(ExpressionSyntax syntax, int index)
        {
            // The arguments stand alone: bound as a query without FROM, whose one expression is the argument.
            StatementSyntax query = SqlParser.ParseStatement($"SELECT CAST({SqlPrinter.Print(syntax)} AS {prepared.ParameterTypes[index]})");
            var plan = (QueryPlan)StatementBinder.Bind(query, context.Binding(session.Database.Catalog), out _);
            return plan.Root is LogicalProject { Input: LogicalValues, Expressions: [var value] }
                ? value
                : throw new SqlException(SqlState.FeatureNotSupported, "cannot use subquery in EXECUTE parameter");
        }
    }

    private static CommandResult Declare(Session session, DeclareCursorSyntax declare, CancellationToken cancellation)
    {
        bool isHeld = declare.Options.Contains("with hold");
        if (session.Transaction is null && !isHeld)
        {
            throw new SqlException(SqlState.NoActiveSqlTransaction, "DECLARE CURSOR can only be used in transaction blocks");
        }

        if (session.Cursors.ContainsKey(declare.Name))
        {
            throw new SqlException(SqlState.DuplicateCursor, $"cursor \"{declare.Name}\" already exists");
        }

        if (declare.Statement is not QueryStatementSyntax)
        {
            throw NotSupported("a cursor for " + CommandOf(declare.Statement));
        }

        var prepared = new PreparedStatement(new ParsedStatement(SqlPrinter.Print(declare.Statement), 0), []);
        StatementDispatcher.Bind(session, prepared);
        IReadOnlyList<ColumnBatch> rows = StatementDispatcher.RunBuffered(session, (QueryPlan)prepared.Plan!, session.Context(cancellation));
        session.Cursors.Add(declare.Name, new Cursor(prepared.Columns!, rows.Count == 0 ? null : RowSorter.Concat(rows), isHeld));
        return new CommandResult("DECLARE CURSOR");
    }

    private static StatementResult Fetch(Session session, FetchSyntax fetch)
    {
        Cursor cursor = GetCursor(session, fetch.Cursor);
        IReadOnlyList<int> rows = cursor.Fetch(fetch.Direction, fetch.Count);
        return fetch.IsMove
            ? new CommandResult(string.Create(CultureInfo.InvariantCulture, $"MOVE {rows.Count}"))
            : new BufferedRows(cursor.Columns, cursor.Gather(rows) is { } batch ? [batch] : [], "FETCH {n}");
    }

    private static Cursor GetCursor(Session session, string name) => session.Cursors.TryGetValue(name, out Cursor? cursor)
        ? cursor
        : throw new SqlException(SqlState.InvalidCursorName, $"cursor \"{name}\" does not exist");

    private static string CommandOf(StatementSyntax syntax) => syntax is OtherStatementSyntax other
        ? other.Command
        : string.Concat(syntax.GetType().Name.Replace("Syntax", "", StringComparison.Ordinal).Select((c, i) =>
            i > 0 && char.IsUpper(c) ? $" {c}" : $"{c}")).ToUpperInvariant();

    private static SqlException NotSupported(string what) =>
        new(SqlState.FeatureNotSupported, $"{what} is not supported");

    private sealed class Barrier : Epochs.WriteRequest
    {
        public override void Prepare(Epochs.EpochBuilder epoch)
        {
        }
    }
}
