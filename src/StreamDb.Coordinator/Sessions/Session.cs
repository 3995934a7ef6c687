using StreamDb.Coordinator.Statements;
using StreamDb.Coordinator.SystemRelations;
using StreamDb.Coordinator.Transactions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Sessions;

/// <summary>One client's state, and the meaning of its statements. Used by one thread at a time, but for <see cref="CancelCurrent"/>.</summary>
internal sealed class Session : ISession
{
    private const int ParsedMax = 256;

    private readonly Instance _instance;
    private readonly Dictionary<string, PreparedStatement> _prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Portal> _portals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PreparedStatement> _texts = new(StringComparer.Ordinal);
    private readonly List<Notice> _notices = [];
    private readonly Lock _cancelGate = new();
    private SessionSettings _settingsReported;
    private CancellationTokenSource? _current;
    private SessionSettings _settings;
    private SessionSettings? _textFormatSettings;
    private TextFormat _textFormat = TextFormat.Default;
    private readonly List<(string Name, SessionSettings Settings, SessionSettings? AfterLocal)> _settingsAtSavepoint = [];
    private SessionSettings? _settingsAtBegin;
    private SessionSettings? _settingsAfterLocal;
    private LiteralInsert? _literalInsert;

    public Session(Instance instance, Database database, string user, SessionSettings settings, int processId, int secretKey)
    {
        _instance = instance;
        Database = database;
        User = user;
        _settings = settings;
        ProcessId = processId;
        SecretKey = secretKey;
        _settingsReported = settings;
    }

    public int ProcessId { get; }

    public int SecretKey { get; }

    public Database Database { get; }

    public Instance Instance => _instance;

    public string User { get; }

    public Transaction? Transaction { get; private set; }

    public Dictionary<string, Cursor> Cursors { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, PreparedStatement> PreparedStatements => _prepared;

    public TransactionStatus Status => Transaction switch
    {
        { IsExplicit: true, IsFailed: true } => TransactionStatus.Failed,
        { IsExplicit: true } => TransactionStatus.InTransaction,
        _ => TransactionStatus.Idle,
    };

    public SessionSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    /// <summary>The settings' format, with the names of catalog items as the search path shows them.</summary>
    public TextFormat TextFormat
    {
        get
        {
            if (!ReferenceEquals(_textFormatSettings, _settings))
            {
                _textFormat = _settings.Format with { Names = new CatalogLookup(Database, User, _settings.SearchPath, this) };
                _textFormatSettings = _settings;
            }

            return _textFormat;
        }
    }

    /// <summary>The statement that runs or, when idle, ran last. Any thread may ask.</summary>
    public string LastQuery { get; private set; } = "";

    /// <summary>A statement runs now. Any thread may ask.</summary>
    public bool IsRunning => Volatile.Read(ref _current) is not null;

    public IReadOnlyDictionary<string, string> ReportedSettings =>
        SessionSettings.Reported.ToDictionary(n => n, n => _settings.Get(n));

    public IReadOnlyList<KeyValuePair<string, string>> TakeChangedSettings()
    {
        // Asked after every statement: settings are immutable, so most often one comparison answers.
        if (ReferenceEquals(_settings, _settingsReported))
        {
            return [];
        }

        SessionSettings before = _settingsReported;
        _settingsReported = _settings;
        return [.. ReportedSettings.Where(s => before.Get(s.Key) != s.Value)];
    }

    public IReadOnlyList<Notice> TakeNotices()
    {
        if (_notices.Count == 0)
        {
            return [];
        }

        Notice[] notices = [.. _notices];
        _notices.Clear();
        return notices;
    }

    public void Notify(Notice notice) => _notices.Add(notice);

    public IReadOnlyList<ParsedStatement> Parse(string sql)
    {
        _literalInsert = null;
        if (_texts.TryGetValue(sql, out PreparedStatement? known))
        {
            return [known.Statement];
        }

        // Its tree is built only if the insert must go the long way after all.
        return LiteralInsertParser.TryParse(sql, out _literalInsert) ? [new ParsedStatement(sql, 0)] : SqlParser.ParseScript(sql);
    }

    public async Task<StatementResult> ExecuteAsync(ParsedStatement statement, bool isOnlyStatement, CancellationToken cancellation)
    {
        if (_literalInsert is { } insert)
        {
            _literalInsert = null;
            if (await TryRunAsync(insert, cancellation).ConfigureAwait(false) is { } result)
            {
                return result;
            }
        }

        if (!isOnlyStatement && Transaction is null && statement.Syntax is not (BeginSyntax or CommitSyntax or RollbackSyntax))
        {
            Transaction = new Transaction(Database);
        }

        try
        {
            return await RunAsync(Remember(statement), [], cancellation).ConfigureAwait(false);
        }
        catch (SqlException exception)
        {
            // The tree's positions count from the start of the script.
            throw exception.MovedBy(-statement.Start);
        }
    }

    public void Prepare(string name, string sql, IReadOnlyList<SqlType?> parameterTypes)
    {
        if (name.Length > 0 && _prepared.ContainsKey(name))
        {
            throw new SqlException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        if (name.Length == 0)
        {
            _prepared.Remove(name);
        }

        if (parameterTypes.Count == 0 && _texts.TryGetValue(sql, out PreparedStatement? known))
        {
            Add(name, known);
            return;
        }

        IReadOnlyList<ParsedStatement> statements = SqlParser.ParseScript(sql);
        if (statements.Count > 1)
        {
            throw new SqlException(SqlState.SyntaxError, "cannot insert multiple commands into a prepared statement");
        }

        PreparedStatement prepared = statements.Count == 0
            ? new PreparedStatement(new ParsedStatement("", 0) { Syntax = new EmptySyntax() }, parameterTypes)
            : parameterTypes.Count == 0 ? Remember(statements[0], sql) : new PreparedStatement(statements[0], parameterTypes);
        CheckMayRun(prepared.Statement.Syntax);
        Add(name, prepared);
    }

    /// <summary>Keeps a statement under a name once it binds.</summary>
    public void Add(string name, PreparedStatement prepared)
    {
        StatementDispatcher.Bind(this, prepared);
        _prepared[name] = prepared;
    }

    public PreparedStatement GetPrepared(string name) => _prepared.TryGetValue(name, out PreparedStatement? prepared)
        ? prepared
        : throw new SqlException(
            SqlState.InvalidSqlStatementName,
            name.Length == 0 ? "unnamed prepared statement does not exist" : $"prepared statement \"{name}\" does not exist");

    public StatementDescription DescribeStatement(string name)
    {
        PreparedStatement prepared = GetPrepared(name);
        StatementDispatcher.Bind(this, prepared);
        return new StatementDescription(prepared.ParameterTypes, prepared.Columns);
    }

    public void Bind(string portal, string statement, IReadOnlyList<Datum> parameters)
    {
        PreparedStatement prepared = GetPrepared(statement);
        CheckMayRun(prepared.Statement.Syntax);
        if (portal.Length > 0 && _portals.ContainsKey(portal))
        {
            throw new SqlException(SqlState.DuplicateCursor, $"cursor \"{portal}\" already exists");
        }

        StatementDispatcher.Bind(this, prepared);
        if (parameters.Count != prepared.ParameterTypes.Count)
        {
            throw new SqlException(
                SqlState.ProtocolViolation,
                $"bind message supplies {parameters.Count} parameters, but prepared statement \"{statement}\" requires {prepared.ParameterTypes.Count}");
        }

        ClosePortal(portal);
        _portals[portal] = new Portal(prepared, parameters);
    }

    public IReadOnlyList<ResultColumn>? DescribePortal(string portal)
    {
        if (_portals.TryGetValue(portal, out Portal? found))
        {
            return found.Statement.Columns;
        }

        return Cursors.TryGetValue(portal, out Cursor? cursor) ? cursor.Columns : throw NoPortal(portal);
    }

    public async Task<StatementResult> ExecutePortalAsync(string portal, CancellationToken cancellation)
    {
        if (!_portals.TryGetValue(portal, out Portal? found))
        {
            throw NoPortal(portal);
        }

        return found.Result ??= await RunAsync(found.Statement, found.Parameters, cancellation).ConfigureAwait(false);
    }

    public void CloseStatement(string name) => _prepared.Remove(name);

    /// <summary>DEALLOCATE: a name that does not exist is an error.</summary>
    public void Deallocate(string? name)
    {
        if (name is null)
        {
            _prepared.Clear();
        }
        else
        {
            GetPrepared(name);
            _prepared.Remove(name);
        }
    }

    public void ClosePortal(string portal)
    {
        if (_portals.Remove(portal, out Portal? found) && found.Result is not null)
        {
            _ = found.Result.DisposeAsync().AsTask();
        }
    }

    public async Task EndImplicitTransactionAsync(CancellationToken cancellation)
    {
        if (Transaction is { IsExplicit: false })
        {
            await CommitAsync(cancellation).ConfigureAwait(false);
        }
        else if (Transaction is null)
        {
            ClosePortals();
        }
    }

    public void Fail()
    {
        if (Transaction is null)
        {
            return;
        }

        if (Transaction.IsExplicit)
        {
            Transaction.IsFailed = true;
        }
        else
        {
            Rollback();
        }
    }

    public void Begin(bool isReadOnly)
    {
        if (Transaction is { IsExplicit: true })
        {
            Notify(new Notice("WARNING", SqlState.ActiveSqlTransaction, "there is already a transaction in progress"));
            return;
        }

        // BEGIN inside a query of several statements makes the implicit transaction explicit, writes included.
        Transaction? implicitOne = Transaction;
        Transaction = new Transaction(Database)
        {
            IsExplicit = true,
            IsReadOnly = isReadOnly || _settings.Get("default_transaction_read_only") == "on",
        };
        implicitOne?.MoveTo(Transaction);
        _settingsAtBegin = _settings;
    }

    /// <summary>COMMIT. A failed transaction rolls back.</summary>
    /// <returns>COMMIT or ROLLBACK.</returns>
    public async Task<string> CommitAsync(CancellationToken cancellation)
    {
        if (Transaction is null)
        {
            Notify(new Notice("WARNING", SqlState.NoActiveSqlTransaction, "there is no transaction in progress"));
            return "COMMIT";
        }

        if (Transaction.IsFailed)
        {
            Rollback();
            return "ROLLBACK";
        }

        try
        {
            await Transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Rollback();
            throw;
        }

        EndTransaction(keepsSettings: true);
        return "COMMIT";
    }

    public void Rollback()
    {
        if (Transaction is null)
        {
            Notify(new Notice("WARNING", SqlState.NoActiveSqlTransaction, "there is no transaction in progress"));
            return;
        }

        EndTransaction(keepsSettings: false);
    }

    /// <summary>SET: inside a transaction it outlasts an earlier SET LOCAL.</summary>
    public void Set(Func<SessionSettings, SessionSettings> change)
    {
        _settings = change(_settings);
        _settingsAfterLocal = _settingsAfterLocal is null ? null : change(_settingsAfterLocal);
    }

    /// <summary>SAVEPOINT: settings go back with it, too.</summary>
    public void Savepoint(Transaction transaction, string name)
    {
        transaction.Savepoint(name);
        _settingsAtSavepoint.Add((name, _settings, _settingsAfterLocal));
    }

    public void RollbackTo(Transaction transaction, string savepoint)
    {
        transaction.RollbackTo(savepoint);
        int index = _settingsAtSavepoint.FindLastIndex(s => s.Name == savepoint);
        (_, _settings, _settingsAfterLocal) = _settingsAtSavepoint[index];
        _settingsAtSavepoint.RemoveRange(index + 1, _settingsAtSavepoint.Count - index - 1);
    }

    /// <summary>SET LOCAL: the value goes back at the end of the transaction.</summary>
    public void SetLocal(string name, string value)
    {
        if (Transaction is not { IsExplicit: true })
        {
            Notify(new Notice("WARNING", SqlState.NoActiveSqlTransaction, "SET LOCAL can only be used in transaction blocks"));
            _settings.With(name, value);
            return;
        }

        _settingsAfterLocal ??= _settings;
        _settings = _settings.With(name, value);
    }

    /// <summary>DISCARD ALL.</summary>
    public void DiscardAll()
    {
        if (Transaction is { IsExplicit: true })
        {
            throw new SqlException(SqlState.ActiveSqlTransaction, "DISCARD ALL cannot run inside a transaction block");
        }

        _prepared.Clear();
        ClosePortals();
        Cursors.Clear();
        _settings = _settings.ResetAll();
    }

    /// <summary>The settings a statement runs under.</summary>
    public StatementContext Context(CancellationToken cancellation) => new(
        Database,
        User,
        [.. _settings.SearchPath.Where(s => Database.Catalog.FindSchema(s) is not null)],
        TextFormat,
        Transaction?.NowMicroseconds ?? Database.Options.Clock.NowMicroseconds,
        cancellation)
    {
        Session = this,
    };

    /// <summary>Called from another thread: cancels the statement that runs now.</summary>
    public void CancelCurrent()
    {
        lock (_cancelGate)
        {
            _current?.Cancel();
        }
    }

    public ValueTask DisposeAsync()
    {
        Transaction?.Dispose();
        Transaction = null;
        ClosePortals();
        _instance.Remove(this);
        return ValueTask.CompletedTask;
    }

    private static SqlException NoPortal(string portal) =>
        new(SqlState.InvalidCursorName, $"portal \"{portal}\" does not exist");

    private void EndTransaction(bool keepsSettings)
    {
        Transaction?.Dispose();
        Transaction = null;
        if (!keepsSettings && _settingsAtBegin is not null)
        {
            _settings = _settingsAtBegin;
        }
        else if (_settingsAfterLocal is not null)
        {
            _settings = _settingsAfterLocal;
        }

        _settingsAtBegin = null;
        _settingsAfterLocal = null;
        _settingsAtSavepoint.Clear();
        ClosePortals();
        foreach (string name in Cursors.Where(c => !c.Value.IsHeld || !keepsSettings).Select(c => c.Key).ToList())
        {
            Cursors.Remove(name);
        }
    }

    private void ClosePortals()
    {
        foreach (string portal in _portals.Keys.ToList())
        {
            ClosePortal(portal);
        }
    }

    /// <summary>The statement as prepared earlier with the same text, or anew.</summary>
    private PreparedStatement Remember(ParsedStatement statement, string? text = null)
    {
        if (_texts.TryGetValue(statement.Text, out PreparedStatement? known))
        {
            return known;
        }

        var prepared = new PreparedStatement(statement, []);
        if (statement.Start == 0 && statement.Text.Length < 4096 && (text is null || text == statement.Text))
        {
            if (_texts.Count >= ParsedMax)
            {
                _texts.Clear();
            }

            _texts.Add(statement.Text, prepared);
        }

        return prepared;
    }

    /// <summary>An insert of literals by the short way; null when it must go the long one.</summary>
    private async Task<StatementResult?> TryRunAsync(LiteralInsert insert, CancellationToken cancellation)
    {
        if (Transaction is not null)
        {
            return null;
        }

        StatementContext context = Context(cancellation);
        if (LiteralInsertRunner.TryCompute(insert, Database.Catalog, context) is not { } writes)
        {
            return null;
        }

        StatementDispatcher.CheckMayWrite(this, "INSERT");
        var request = new DmlRequest(writes, context) { Cancellation = cancellation };
        try
        {
            await StatementDispatcher.SubmitAsync(this, request).ConfigureAwait(false);
        }
        finally
        {
            request.Release();
        }

        return new CommandResult(request.Tag);
    }

    private void CheckMayRun(StatementSyntax syntax)
    {
        if (Transaction is { IsExplicit: true, IsFailed: true } && syntax is not (CommitSyntax or RollbackSyntax))
        {
            throw new SqlException(
                SqlState.InFailedSqlTransaction, "current transaction is aborted, commands ignored until end of transaction block");
        }
    }

    private async Task<StatementResult> RunAsync(PreparedStatement prepared, IReadOnlyList<Datum> parameters, CancellationToken cancellation)
    {
        CheckMayRun(prepared.Statement.Syntax);
        LastQuery = prepared.Statement.Text;
        using var timeout = new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        if (_settings.StatementTimeoutMs > 0)
        {
            timeout.CancelAfter(_settings.StatementTimeoutMs);
        }

        lock (_cancelGate)
        {
            _current = linked;
        }

        try
        {
            return await StatementDispatcher.RunAsync(this, prepared, parameters, linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (linked.IsCancellationRequested && e is OperationCanceledException or SqlException { State: SqlState.QueryCanceled })
        {
            throw new SqlException(
                SqlState.QueryCanceled, $"canceling statement due to {(timeout.IsCancellationRequested ? "statement timeout" : "user request")}");
        }
        finally
        {
            lock (_cancelGate)
            {
                _current = null;
            }
        }
    }
}
