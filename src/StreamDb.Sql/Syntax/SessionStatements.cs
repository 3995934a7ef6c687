namespace StreamDb.Sql.Syntax;

/// <summary><c>EXPLAIN [ANALYZE] [stage] [(options)] [FOR] statement</c>.</summary>
/// <param name="Stage">
/// Lower-case words of the long form, without FOR: <c>raw plan</c>, <c>decorrelated plan</c>, <c>optimized plan</c>,
/// <c>physical plan</c>, <c>timestamp</c>, …; null for the short form.
/// </param>
/// <param name="Options">Lower-case names; both <c>EXPLAIN (a, b)</c> and <c>WITH (a, b)</c> and <c>AS JSON</c> (<c>format = json</c>).</param>
/// <param name="Statement">Null when an item is explained.</param>
public sealed record ExplainSyntax(
    bool IsAnalyze,
    string? Stage,
    SyntaxList<OptionSyntax> Options,
    StatementSyntax? Statement) : StatementSyntax
{
    public bool IsVerbose { get; init; }

    /// <summary>EXPLAIN … FOR VIEW name and the like.</summary>
    public ItemKind? ItemKind { get; init; }

    public QualifiedNameSyntax? ItemName { get; init; }
}

/// <summary>DESCRIBE relation, also spelled DESC.</summary>
public sealed record DescribeSyntax(QualifiedNameSyntax Name) : StatementSyntax;

public enum SetScope
{
    /// <summary>SET without a word: as SESSION.</summary>
    Default,
    Session,
    Local,

    /// <summary>ALTER SYSTEM SET.</summary>
    System,
}

/// <summary>
/// SET name TO values. SET TIME ZONE is the parameter <c>timezone</c>; SET NAMES <c>client_encoding</c>;
/// SET SCHEMA <c>search_path</c>; SET SESSION AUTHORIZATION <c>session_authorization</c>; SET ROLE <c>role</c>.
/// </summary>
/// <param name="Name">Lower-case unless quoted; may have dots.</param>
/// <param name="Values">Empty for DEFAULT. Bare words are <see cref="ColumnReferenceSyntax"/>s.</param>
public sealed record SetSyntax(SetScope Scope, string Name, SyntaxList<ExpressionSyntax> Values) : StatementSyntax;

/// <summary>SET TRANSACTION modes, or SET SESSION CHARACTERISTICS AS TRANSACTION modes.</summary>
/// <param name="Modes">Lower-case: <c>isolation level serializable</c>, <c>read only</c>, <c>read write</c>, <c>deferrable</c>, <c>not deferrable</c>.</param>
public sealed record SetTransactionSyntax(bool IsSession, SyntaxList<string> Modes) : StatementSyntax;

/// <summary>RESET name; the name is <c>all</c> for RESET ALL.</summary>
public sealed record ResetSyntax(string Name, bool IsSystem = false) : StatementSyntax;

/// <summary>DISCARD ALL | PLANS | SEQUENCES | TEMP; lower-case.</summary>
public sealed record DiscardSyntax(string Target) : StatementSyntax;

/// <summary>SHOW of a parameter; <c>all</c> for SHOW ALL.</summary>
public sealed record ShowParameterSyntax(string Name) : StatementSyntax;

/// <summary>SHOW TABLES and the other lists of items.</summary>
/// <param name="What">Lower-case words: <c>tables</c>, <c>materialized views</c>, <c>columns</c>, <c>jobs</c>, …</param>
/// <param name="From">FROM or IN name; ON name for indexes; null when not written.</param>
/// <param name="Like">LIKE pattern, or null.</param>
public sealed record ShowItemsSyntax(string What, QualifiedNameSyntax? From, string? Like, ExpressionSyntax? Where) : StatementSyntax
{
    /// <summary>SHOW FULL …, SHOW INTERNAL …: the word before, lower-case, or null.</summary>
    public string? Modifier { get; init; }

    /// <summary>IN CLUSTER name, or null.</summary>
    public string? Cluster { get; init; }
}

/// <summary>SHOW CREATE item.</summary>
public sealed record ShowCreateSyntax(ItemKind Kind, QualifiedNameSyntax Name) : StatementSyntax;

/// <summary>BEGIN or START TRANSACTION.</summary>
/// <param name="Modes">As in <see cref="SetTransactionSyntax"/>.</param>
public sealed record BeginSyntax(SyntaxList<string> Modes) : StatementSyntax;

/// <summary>COMMIT or END.</summary>
public sealed record CommitSyntax(bool AndChain) : StatementSyntax;

/// <summary>ROLLBACK or ABORT, also to a savepoint.</summary>
public sealed record RollbackSyntax(bool AndChain, string? Savepoint) : StatementSyntax;

public sealed record SavepointSyntax(string Name) : StatementSyntax;

public sealed record ReleaseSyntax(string Name) : StatementSyntax;

/// <summary>PREPARE name [(types)] AS statement.</summary>
public sealed record PrepareSyntax(string Name, SyntaxList<TypeNameSyntax> Types, StatementSyntax Statement) : StatementSyntax;

public sealed record ExecuteSyntax(string Name, SyntaxList<ExpressionSyntax> Arguments) : StatementSyntax;

/// <summary>DEALLOCATE name; null for ALL.</summary>
public sealed record DeallocateSyntax(string? Name) : StatementSyntax;

/// <summary>DECLARE name [options] CURSOR [WITH HOLD] FOR query | SUBSCRIBE ….</summary>
/// <param name="Options">Lower-case words: <c>binary</c>, <c>insensitive</c>, <c>scroll</c>, <c>no scroll</c>, <c>with hold</c>, <c>without hold</c>.</param>
public sealed record DeclareCursorSyntax(string Name, SyntaxList<string> Options, StatementSyntax Statement) : StatementSyntax;

/// <summary>DECLARE name SUBSCRIPTION CURSOR FOR subscription [FULL | SINCE since].</summary>
/// <param name="Since">Null when not written; <c>now()</c>, <c>begin()</c> or a number.</param>
/// <param name="IsFull">FULL.</param>
public sealed record DeclareSubscriptionCursorSyntax(
    string Name,
    QualifiedNameSyntax Subscription,
    ExpressionSyntax? Since,
    bool IsFull) : StatementSyntax;

/// <summary>FETCH or MOVE.</summary>
/// <param name="Direction">Lower-case: <c>next</c>, <c>prior</c>, <c>first</c>, <c>last</c>, <c>absolute</c>, <c>relative</c>, <c>forward</c>, <c>backward</c>.</param>
/// <param name="Count">Rows, or null for 1; <see cref="long.MaxValue"/> for ALL.</param>
/// <param name="Options">WITH (timeout = …).</param>
public sealed record FetchSyntax(
    bool IsMove,
    string Direction,
    long? Count,
    string Cursor,
    SyntaxList<OptionSyntax> Options) : StatementSyntax;

/// <summary>CLOSE cursor; null for ALL.</summary>
public sealed record CloseCursorSyntax(string? Cursor) : StatementSyntax;

/// <summary>FLUSH.</summary>
public sealed record FlushSyntax : StatementSyntax;

/// <summary>WAIT.</summary>
public sealed record WaitSyntax : StatementSyntax;

/// <summary>RECOVER.</summary>
public sealed record RecoverSyntax : StatementSyntax;

/// <summary>CHECKPOINT.</summary>
public sealed record CheckpointSyntax : StatementSyntax;

/// <summary>ANALYZE and VACUUM.</summary>
/// <param name="IsVacuum">VACUUM.</param>
public sealed record MaintenanceSyntax(
    bool IsVacuum,
    SyntaxList<string> Options,
    SyntaxList<QualifiedNameSyntax> Relations) : StatementSyntax;

/// <summary>LISTEN channel.</summary>
public sealed record ListenSyntax(string Channel) : StatementSyntax;

/// <summary>UNLISTEN channel; null for *.</summary>
public sealed record UnlistenSyntax(string? Channel) : StatementSyntax;

/// <summary>NOTIFY channel [, 'payload'].</summary>
public sealed record NotifySyntax(string Channel, string? Payload) : StatementSyntax;

/// <summary>LOCK TABLE.</summary>
/// <param name="Mode">Lower-case words, or null.</param>
public sealed record LockSyntax(SyntaxList<QualifiedNameSyntax> Relations, string? Mode, bool IsNoWait) : StatementSyntax;

/// <summary>CALL procedure(…).</summary>
public sealed record CallSyntax(FunctionCallSyntax Call) : StatementSyntax;

/// <summary>DO 'code' [LANGUAGE name].</summary>
public sealed record DoSyntax(string Code, string? Language) : StatementSyntax;

/// <summary>KILL id, CANCEL JOBS ids.</summary>
public sealed record CancelJobsSyntax(SyntaxList<ExpressionSyntax> Jobs) : StatementSyntax;
