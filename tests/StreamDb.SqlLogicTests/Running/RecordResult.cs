using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Profiles;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>How a record was played.</summary>
public enum Pass
{
    /// <summary>As the script says.</summary>
    Direct,

    /// <summary>As a view created when the data was there: backfill.</summary>
    ViewAfter,

    /// <summary>As a view created before the data came: maintenance.</summary>
    ViewBefore,
}

public enum RecordOutcome
{
    Passed,
    Failed,

    /// <summary>Not run, though it is meant for us; stays in the denominator.</summary>
    Skipped,

    /// <summary>Excluded by the script's own <c>skipif</c> or <c>onlyif</c>.</summary>
    NotApplicable,

    /// <summary>The script expects "not supported" and we do support it: neither passed nor failed.</summary>
    Better,
}

/// <summary>The outcome of one record in one pass.</summary>
/// <param name="Key">Names the record across runs: script, location, and pass unless direct.</param>
/// <param name="Reason">Short category, such as a SQLSTATE or "wrong result".</param>
/// <param name="Detail">For the reader: SQL and difference.</param>
public sealed record RecordResult(string Key, Pass Pass, RecordOutcome Outcome, string Reason, string Detail)
{
    public Leniency Used { get; init; }

    /// <summary>An earlier CREATE, INSERT, ALTER or COPY of the script failed; this failure may only follow from it.</summary>
    public bool IsAfterFailure { get; init; }

    public double DurationMs { get; init; }
}

/// <summary>All outcomes of one script.</summary>
public sealed record ScriptResult(TestScript Script, IReadOnlyList<RecordResult> Records, TimeSpan Duration)
{
    public int Count(Pass pass, RecordOutcome outcome) => Records.Count(r => r.Pass == pass && r.Outcome == outcome);
}
