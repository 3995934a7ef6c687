using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>Creates a view of a query that just passed, compares its rows with the query's, and drops it.</summary>
internal static class ViewAfterPass
{
    private const string ViewName = "slt_view";

    public static RecordResult Run(TestScript script, ViewCandidate candidate, WireConnection session, RunSettings settings)
    {
        string key = RecordKey.Of(script, candidate.Record, Pass.ViewAfter);
        try
        {
            StatementResult created = Execute(session, candidate.CreateView(settings.ViewKind, ViewName), settings);
            if (created.Error is ServerError error)
            {
                return Result(key, Verdict.Fail(error), candidate);
            }

            Verdict verdict = Read(session, ViewName, candidate, settings);
            StatementResult dropped = Execute(session, $"DROP {settings.ViewKind} {ViewName}", settings);
            return Result(key, dropped.Error is ServerError failure ? Verdict.Fail(failure) : verdict, candidate);
        }
        catch (ConnectionFailedException e)
        {
            return Result(key, Verdict.Fail(e.IsTimeout ? "timeout" : "connection lost", e.Message), candidate);
        }
    }

    /// <summary>Compares a view's rows with the candidate's, in any order: a view has none.</summary>
    public static Verdict Read(WireConnection session, string view, ViewCandidate candidate, RunSettings settings)
    {
        StatementResult rows = Execute(session, $"SELECT * FROM {view}", settings);
        if (rows.Error is ServerError error)
        {
            return Verdict.Fail(error);
        }

        return ResultComparison.HaveSameRows(candidate.Result, rows, out string difference)
            ? Verdict.Pass()
            : Verdict.Fail("view differs", difference);
    }

    public static StatementResult Execute(WireConnection session, string sql, RunSettings settings) =>
        RecordExecutor.Merge(session.SimpleQuery(sql, settings.RecordTimeout));

    private static RecordResult Result(string key, Verdict verdict, ViewCandidate candidate) =>
        new(key, Pass.ViewAfter, verdict.Outcome, verdict.Reason, $"{candidate.Sql}\n{verdict.Detail}");
}
