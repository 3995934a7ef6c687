using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Sessions;

/// <summary>One client's state: settings, transaction, prepared statements, portals. Used by one protocol thread at a time.</summary>
/// <remarks>
/// The session owns the meaning of statements and transactions; the protocol server owns messages and formats. Every method
/// throws <see cref="Core.Errors.SqlException"/> for what the client did wrong; the protocol server then sends the error,
/// calls <see cref="Fail"/>, and in the extended protocol skips to Sync. An <see cref="OperationCanceledException"/> is
/// reported as 57014, any other exception as XX000; a SqlException 57P01 or 57P03 ends the connection.
/// The tokens passed in are cancelled only when the client is gone or the server stops; what
/// <see cref="IDatabase.Cancel"/> cancels, reads of results included, is the session's own business.
/// </remarks>
public interface ISession : IAsyncDisposable
{
    /// <summary>Sent as BackendKeyData.</summary>
    int ProcessId { get; }

    int SecretKey { get; }

    /// <summary>For ReadyForQuery.</summary>
    TransactionStatus Status { get; }

    /// <summary>Settings that are reported with ParameterStatus, with their current values.</summary>
    IReadOnlyDictionary<string, string> ReportedSettings { get; }

    /// <summary>How values are written as text now (TimeZone, IntervalStyle, extra_float_digits, bytea_output).</summary>
    Core.Codecs.TextFormat TextFormat { get; }

    /// <summary>Reported settings that changed since the last call, for ParameterStatus before ReadyForQuery.</summary>
    IReadOnlyList<KeyValuePair<string, string>> TakeChangedSettings();

    /// <summary>Notices raised since the last call, in order.</summary>
    IReadOnlyList<Notice> TakeNotices();

    /// <summary>Parses a simple query. Every statement of it is parsed before the first runs. Error positions count from the start of <paramref name="sql"/>.</summary>
    IReadOnlyList<ParsedStatement> Parse(string sql);

    /// <summary>
    /// Runs one statement of a simple query. Several statements of one query are one implicit transaction:
    /// <see cref="EndImplicitTransactionAsync"/> follows the last, before its command tag is sent.
    /// Error positions count from the start of the statement's own text.
    /// </summary>
    Task<StatementResult> ExecuteAsync(ParsedStatement statement, bool isOnlyStatement, CancellationToken cancellation);

    /// <summary>Parse message: binds a statement and keeps it under <paramref name="name"/> ("" is the unnamed one, replaced freely; else 42P05).</summary>
    /// <param name="parameterTypes">Declared types; null where the client left it open (OID 0).</param>
    void Prepare(string name, string sql, IReadOnlyList<SqlType?> parameterTypes);

    /// <summary>Describe S. Unknown name: 26000.</summary>
    StatementDescription DescribeStatement(string name);

    /// <summary>Bind message: makes a portal; values are already decoded to the described parameter types.</summary>
    void Bind(string portal, string statement, IReadOnlyList<Datum> parameters);

    /// <summary>Describe P: columns, or null when the portal returns none. Unknown portal: 34000.</summary>
    IReadOnlyList<ResultColumn>? DescribePortal(string portal);

    /// <summary>Execute message. The first call runs the statement; after a suspension the same result continues.</summary>
    /// <remarks>
    /// A result that was read to its end, or failed, has been disposed by the protocol server; a suspended one belongs to its
    /// portal, and the session disposes it when the portal is closed or its transaction ends.
    /// </remarks>
    Task<StatementResult> ExecutePortalAsync(string portal, CancellationToken cancellation);

    /// <summary>Close S; a name that does not exist is fine.</summary>
    void CloseStatement(string name);

    /// <summary>Close P; a name that does not exist is fine.</summary>
    void ClosePortal(string portal);

    /// <summary>Sync, or the end of a simple query: commits the implicit transaction and drops its portals.</summary>
    Task EndImplicitTransactionAsync(CancellationToken cancellation);

    /// <summary>An error was reported: the implicit transaction is rolled back, an explicit one becomes failed.</summary>
    void Fail();
}
