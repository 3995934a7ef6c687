using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Sql.Parsing;

namespace StreamDb.Tests.PgWire;

/// <summary>Statements, portals and transactions as a real session keeps them, over canned statements.</summary>
internal sealed class FakeSession : ISession
{
    private readonly FakeDatabase _database;
    private readonly Dictionary<string, (FakeStatement Statement, StatementDescription Description)> _statements = [];
    private readonly Dictionary<string, FakePortal> _portals = [];
    private readonly Dictionary<string, string> _settings;
    private readonly List<KeyValuePair<string, string>> _changed = [];
    private readonly List<Notice> _notices = [];
    private CancellationTokenSource _cancel = new();

    public FakeSession(FakeDatabase database, int processId, int secretKey, string user, IReadOnlyDictionary<string, string> settings)
    {
        _database = database;
        ProcessId = processId;
        SecretKey = secretKey;
        _settings = new Dictionary<string, string>
        {
            ["application_name"] = settings.GetValueOrDefault("application_name", ""),
            ["client_encoding"] = "UTF8",
            ["DateStyle"] = "ISO, MDY",
            ["integer_datetimes"] = "on",
            ["IntervalStyle"] = "postgres",
            ["is_superuser"] = "on",
            ["server_encoding"] = "UTF8",
            ["server_version"] = "15.4 (StreamDb 0.1)",
            ["session_authorization"] = user,
            ["standard_conforming_strings"] = "on",
            ["TimeZone"] = "UTC",
        };
    }

    public int ProcessId { get; }

    public int SecretKey { get; }

    public TransactionStatus Status { get; set; } = TransactionStatus.Idle;

    public IReadOnlyDictionary<string, string> ReportedSettings => _settings;

    public TextFormat TextFormat => TextFormat.Default;

    public int OpenResults { get; set; }

    public int CommittedCount { get; private set; }

    public void Cancel() => _cancel.Cancel();

    public void Set(string name, string value)
    {
        _settings[name] = value;
        _changed.Add(new(name, value));
    }

    public void Raise(Notice notice) => _notices.Add(notice);

    public IReadOnlyList<KeyValuePair<string, string>> TakeChangedSettings() => Take(_changed);

    public IReadOnlyList<Notice> TakeNotices() => Take(_notices);

    public IReadOnlyList<ParsedStatement> Parse(string sql)
    {
        var statements = new List<ParsedStatement>();
        int start = 0;
        foreach (string part in sql.Split(';'))
        {
            string text = part.Trim();
            if (text == "syntax error")
            {
                throw new SqlException(SqlState.SyntaxError, "syntax error at or near \"error\"") { Position = start + part.IndexOf("error", StringComparison.Ordinal) + 1 };
            }

            if (text.Length > 0)
            {
                statements.Add(new ParsedStatement(text, start + part.IndexOf(text, StringComparison.Ordinal)));
            }

            start += part.Length + 1;
        }

        return statements;
    }

    public Task<StatementResult> ExecuteAsync(ParsedStatement statement, bool isOnlyStatement, CancellationToken cancellation)
    {
        FakeStatement canned = FakeStatements.Find(statement.Text);
        CheckNotFailed(canned);
        return canned.RunAsync(this, [], Linked(cancellation));
    }

    public void Prepare(string name, string sql, IReadOnlyList<SqlType?> parameterTypes)
    {
        if (name.Length > 0 && _statements.ContainsKey(name))
        {
            throw new SqlException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        FakeStatement statement = FakeStatements.Find(sql.Trim().TrimEnd(';'));
        CheckNotFailed(statement);
        _statements[name] = (statement, new StatementDescription(statement.Parameters, statement.Columns));
    }

    public StatementDescription DescribeStatement(string name) => _statements.TryGetValue(name, out var found)
        ? found.Description
        : throw new SqlException(SqlState.InvalidSqlStatementName, name.Length == 0 ? "unnamed prepared statement does not exist" : $"prepared statement \"{name}\" does not exist");

    public void Bind(string portal, string statement, IReadOnlyList<Datum> parameters)
    {
        if (portal.Length > 0 && _portals.ContainsKey(portal))
        {
            throw new SqlException(SqlState.DuplicateCursor, $"cursor \"{portal}\" already exists");
        }

        CheckNotFailed(_statements[statement].Statement);
        _portals[portal] = new FakePortal(_statements[statement].Statement, parameters);
    }

    public IReadOnlyList<ResultColumn>? DescribePortal(string portal) => Portal(portal).Statement.Columns;

    public async Task<StatementResult> ExecutePortalAsync(string portal, CancellationToken cancellation)
    {
        FakePortal found = Portal(portal);
        CheckNotFailed(found.Statement);
        return found.Result ??= await found.Statement.RunAsync(this, found.Parameters, Linked(cancellation));
    }

    public void CloseStatement(string name) => _statements.Remove(name);

    public void ClosePortal(string portal) => _portals.Remove(portal);

    public Task EndImplicitTransactionAsync(CancellationToken cancellation)
    {
        if (Status == TransactionStatus.Idle)
        {
            _portals.Clear();
            CommittedCount++;
        }

        return Task.CompletedTask;
    }

    public void Fail()
    {
        if (Status == TransactionStatus.InTransaction)
        {
            Status = TransactionStatus.Failed;
        }

        _portals.Clear();
    }

    public ValueTask DisposeAsync()
    {
        _database.Sessions.TryRemove(ProcessId, out _);
        return ValueTask.CompletedTask;
    }

    private void CheckNotFailed(FakeStatement statement)
    {
        if (Status == TransactionStatus.Failed && !statement.EndsTransaction)
        {
            throw new SqlException(SqlState.InFailedSqlTransaction, "current transaction is aborted, commands ignored until end of transaction block");
        }
    }

    private FakePortal Portal(string name) => _portals.TryGetValue(name, out FakePortal? portal)
        ? portal
        : throw new SqlException(SqlState.InvalidCursorName, $"portal \"{name}\" does not exist");

    private CancellationToken Linked(CancellationToken cancellation)
    {
        if (_cancel.IsCancellationRequested)
        {
            _cancel = new CancellationTokenSource();
        }

        return CancellationTokenSource.CreateLinkedTokenSource(cancellation, _cancel.Token).Token;
    }

    private static IReadOnlyList<T> Take<T>(List<T> list)
    {
        if (list.Count == 0)
        {
            return [];
        }

        T[] taken = [.. list];
        list.Clear();
        return taken;
    }

    private sealed class FakePortal(FakeStatement statement, IReadOnlyList<Datum> parameters)
    {
        public FakeStatement Statement => statement;

        public IReadOnlyList<Datum> Parameters => parameters;

        public StatementResult? Result { get; set; }
    }
}
