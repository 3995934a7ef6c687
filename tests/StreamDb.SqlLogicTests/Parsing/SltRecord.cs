namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>Where a record stands: the path as the runner names it, and the 1-based line of its directive.</summary>
public readonly record struct RecordLocation(string Path, int Line)
{
    public override string ToString() => $"{Path}:{Line}";
}

/// <summary>A <c>skipif</c> or <c>onlyif</c> line; the remark is the text after <c>#</c>.</summary>
public sealed record Condition(bool MustHold, string Label, string Remark)
{
    public bool Allows(IReadOnlySet<string> labels) => labels.Contains(Label) == MustHold;
}

/// <summary>Runs a record again until it passes.</summary>
public sealed record RetryPolicy(int Count, TimeSpan Backoff);

/// <summary>Layout of expected values: Materialize's files switch between the two with <c>mode</c>.</summary>
public enum ScriptMode
{
    Standard,
    Cockroach,
}

public enum SortMode
{
    None,
    Rows,
    Values,
}

/// <summary>What an expected error must look like; null members are not checked.</summary>
/// <param name="SqlState">Five characters, from <c>(42P01)</c>.</param>
/// <param name="Position">1-based character position, from <c>(42601@8)</c>: an extension for our own suites.</param>
/// <param name="Pattern">Unanchored regular expression over the message.</param>
/// <param name="ExactText">Whole text, from a <c>----</c> block.</param>
public sealed record ErrorExpectation(string? SqlState, int? Position, string? Pattern, string? ExactText);

/// <summary>One element of a script. Conditions and the named session apply to this record alone.</summary>
public abstract record SltRecord(RecordLocation Location)
{
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    public string? ConnectionName { get; init; }

    public RetryPolicy? Retry { get; init; }

    /// <summary>True for what is counted as a test; false for directives that only steer the runner.</summary>
    public virtual bool IsTest => false;
}

/// <summary>A statement that must succeed, fail, or touch <paramref name="Count"/> rows.</summary>
public sealed record StatementRecord(RecordLocation Location, string Sql, long? Count, ErrorExpectation? Error)
    : SltRecord(Location)
{
    public override bool IsTest => true;
}

/// <summary>A query with its expected lines as written; the profile gives them meaning.</summary>
public sealed record QueryRecord(RecordLocation Location, string Sql) : SltRecord(Location)
{
    public string Types { get; init; } = "";

    public SortMode Sort { get; init; }

    public string? Label { get; init; }

    public bool ChecksColumnNames { get; init; }

    public bool IsMultiline { get; init; }

    public ScriptMode Mode { get; init; }

    public IReadOnlyList<string> ExpectedLines { get; init; } = [];

    public ErrorExpectation? Error { get; init; }

    public override bool IsTest => true;
}

/// <summary>Materialize's multi-statement simple query: rows, <c>COMPLETE n</c> lines, or an error text.</summary>
public sealed record SimpleRecord(RecordLocation Location, string Sql, IReadOnlyList<string> ExpectedLines)
    : SltRecord(Location)
{
    public string? User { get; init; }

    public bool SortsRows { get; init; }

    public override bool IsTest => true;
}

/// <summary>Loads a data file of the suite through COPY FROM STDIN.</summary>
public sealed record CopyRecord(RecordLocation Location, string Table, string DataPath) : SltRecord(Location)
{
    public override bool IsTest => true;
}

/// <summary>Binds the columns of a one-row query to variables.</summary>
public sealed record LetRecord(RecordLocation Location, IReadOnlyList<string> Names, string Sql) : SltRecord(Location)
{
    public override bool IsTest => true;
}

/// <summary>A shell command: never run, counted as skipped.</summary>
public sealed record SystemRecord(RecordLocation Location) : SltRecord(Location)
{
    public override bool IsTest => true;
}

/// <summary>Text that the parser could not place, or an include that found nothing: fails when reached.</summary>
public sealed record MalformedRecord(RecordLocation Location, string Problem) : SltRecord(Location)
{
    public override bool IsTest => true;
}

public sealed record SleepRecord(RecordLocation Location, TimeSpan Duration) : SltRecord(Location);

public sealed record SubstitutionRecord(RecordLocation Location, bool IsOn) : SltRecord(Location);

public sealed record UserRecord(RecordLocation Location, string Name) : SltRecord(Location);

public sealed record ReplaceRecord(RecordLocation Location, string Pattern, string Replacement) : SltRecord(Location);

public sealed record ResetServerRecord(RecordLocation Location) : SltRecord(Location);

public sealed record HaltRecord(RecordLocation Location) : SltRecord(Location);
