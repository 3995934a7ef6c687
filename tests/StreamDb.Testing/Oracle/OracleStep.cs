using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>A statement of a program. Leaving any of them out leaves a program that still means something.</summary>
internal abstract record OracleStep
{
    /// <summary>The statement in StreamDb's dialect, without a semicolon.</summary>
    public abstract string Sql { get; }

    /// <summary>The statement for PostgreSQL, where a materialized view is not maintained: a plain view always is.</summary>
    public virtual string PostgresSql => Sql;
}

/// <summary>Anything without further meaning to the oracle: DML, transactions, DDL of tables.</summary>
internal sealed record PlainStep(string Text) : OracleStep
{
    public override string Sql => Text;
}

/// <summary>An INSERT of literal rows, which the shrinker can take apart.</summary>
internal sealed record InsertStep(string Prefix, ImmutableArray<string> Rows, string Suffix) : OracleStep
{
    public override string Sql => $"{Prefix} VALUES {string.Join(", ", Rows)}{Suffix}";
}

/// <summary>A view; a maintained one is compared with its query from then on.</summary>
internal sealed record CreateViewStep(string Name, string Query, bool IsMaterialized) : OracleStep
{
    public override string Sql => $"CREATE {(IsMaterialized ? "MATERIALIZED VIEW" : "VIEW")} {Name} AS {Query}";

    /// <summary>The same query in PostgreSQL's words, where they differ.</summary>
    public string? PostgresQuery { get; init; }

    public override string PostgresSql => $"CREATE VIEW {Name} AS {PostgresQuery ?? Query.Replace("now()", AdvanceStep.PostgresNow, StringComparison.Ordinal)}";
}

/// <summary>Time goes by. What is due by then has happened when the statement ends.</summary>
internal sealed record AdvanceStep(int Minutes) : OracleStep
{
    /// <summary>PostgreSQL's clock is the machine's: there a table tells the time.</summary>
    public const string PostgresNow = "(SELECT at FROM oracle_clock)";

    public static string PostgresClock => $"CREATE TABLE oracle_clock AS SELECT '{OracleClock.Start}'::timestamptz AS at";

    public override string Sql => "FLUSH";

    public override string PostgresSql => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"DO $$ BEGIN UPDATE oracle_clock SET at = at + interval '{Minutes} minutes'; END $$");
}

/// <summary>The server is killed and starts again; only for StreamDb alone.</summary>
/// <param name="MakesCheckpoint">Whether it makes a checkpoint just before.</param>
/// <param name="WorkerCount">Workers from then on.</param>
internal sealed record RestartStep(bool MakesCheckpoint, int WorkerCount) : OracleStep
{
    public override string Sql => MakesCheckpoint ? "CHECKPOINT" : "FLUSH";
}

/// <summary>The end of a view and of everything above it.</summary>
internal sealed record DropViewStep(string Name, bool IsMaterialized) : OracleStep
{
    public override string Sql => $"DROP {(IsMaterialized ? "MATERIALIZED VIEW" : "VIEW")} {Name} CASCADE";

    public override string PostgresSql => $"DROP VIEW {Name} CASCADE";
}
