using System.Diagnostics;
using System.Globalization;
using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>
/// Plays one script on one fresh database, from the first record to the last: a failure never stops it. One
/// instance plays one pass; owned by one thread.
/// </summary>
public sealed class ScriptRunner
{
    private readonly TestScript _script;
    private readonly IReadOnlyList<SltRecord> _records;
    private readonly RunSettings _settings;
    private readonly SessionPool _sessions;
    private readonly RecordExecutor _executor;
    private readonly Leniency _allowed;
    private readonly IReadOnlySet<string> _labels;
    private readonly List<RecordResult> _results = [];
    private readonly Dictionary<string, string> _hashOfLabel = new(StringComparer.Ordinal);
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Stride _viewStride;
    private bool _hasSetupFailure;

    public ScriptRunner(TestScript script, IReadOnlyList<SltRecord> records, RunSettings settings, SessionPool sessions)
    {
        _script = script;
        _records = records;
        _settings = settings;
        _sessions = sessions;
        _allowed = settings.AllowedFor(script.Profile);
        _labels = settings.Labels.ToHashSet(StringComparer.Ordinal);
        _executor = new RecordExecutor(script, settings, sessions);
        _viewStride = new Stride(records.Count(r => r is QueryRecord), settings.DualCountMax);
    }

    /// <summary>Queries that passed and can be repeated as views, with the rows they returned.</summary>
    public List<ViewCandidate> Candidates { get; } = [];

    /// <summary>Outcomes of the views created right after each of those queries.</summary>
    public List<RecordResult> ViewResults { get; } = [];

    /// <summary>Called before and after each record is played; the pass with views created before the data hangs here.</summary>
    public MaintainedViews? Views { get; init; }

    public IReadOnlyList<RecordResult> Run()
    {
        for (int i = 0; i < _records.Count; i++)
        {
            SltRecord record = _records[i];
            if (!record.Conditions.All(IsAllowed))
            {
                Report(record, RecordOutcome.NotApplicable, record.Conditions.First(c => !IsAllowed(c)).Label, "");
                continue;
            }

            if (record is HaltRecord)
            {
                break;
            }

            if (_elapsed.Elapsed > _settings.FileTimeout)
            {
                Report(record, RecordOutcome.Failed, "script timeout", "");
                continue;
            }

            Play(i, record);
        }

        return _results;
    }

    private bool IsAllowed(Condition condition) =>
        condition.Allows(_labels)
        || (_settings.IgnoredRemark is string remark && condition.Remark.Contains(remark, StringComparison.OrdinalIgnoreCase));

    private void Play(int index, SltRecord record)
    {
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            Views?.BeforeRecord(index, record);
            for (int attempt = 0; ; attempt++)
            {
                Verdict verdict = PlayOnce(index, record);
                if (verdict.Outcome == RecordOutcome.Failed && attempt < (record.Retry?.Count ?? 0))
                {
                    Thread.Sleep(record.Retry!.Backoff);
                    continue;
                }

                Report(record, verdict, watch.Elapsed.TotalMilliseconds);
                return;
            }
        }
        catch (ConnectionFailedException e)
        {
            Report(record, Verdict.Fail(e.IsTimeout ? "timeout" : "connection lost", e.Message), watch.Elapsed.TotalMilliseconds);
        }
        catch (KeyNotFoundException e)
        {
            Report(record, Verdict.Fail("unset variable", e.Message), watch.Elapsed.TotalMilliseconds);
        }
    }

    private Verdict PlayOnce(int index, SltRecord record) => record switch
    {
        StatementRecord statement => PlayStatement(statement),
        // While views are compared, queries that change no data have nothing to add.
        QueryRecord pure when Views is not null && SqlText.IsPureQuery(pure.Sql) => Verdict.Skip("view pass"),
        QueryRecord query => PlayQuery(index, query),
        SimpleRecord simple => PlaySimple(simple),
        CopyRecord copy => PlayCopy(copy),
        LetRecord let => PlayLet(let),
        SystemRecord => Verdict.Skip("system"),
        MalformedRecord malformed => Verdict.Fail("malformed script", malformed.Problem),
        _ => Steer(record),
    };

    private Verdict Steer(SltRecord record)
    {
        switch (record)
        {
            case SleepRecord sleep:
                Thread.Sleep(sleep.Duration);
                break;
            case ResetServerRecord:
                _sessions.Reset();
                break;
            default:
                _executor.Steer(record);
                break;
        }

        return Verdict.Pass();
    }

    private Verdict PlayStatement(StatementRecord record)
    {
        if (_allowed.HasFlag(Leniency.NoOperation) && IsPeerAdministration(record.Sql))
        {
            return Verdict.Pass(Leniency.NoOperation);
        }

        StatementResult result = _executor.Execute(record, record.Sql);
        if (record.Error is ErrorExpectation expected)
        {
            return result.Error is null ? UnexpectedSuccess(expected) : Judge(ErrorComparison.Compare(expected, result.Error, _allowed));
        }

        if (result.Error is ServerError error)
        {
            return _allowed.HasFlag(Leniency.Parameter) && SqlText.ParameterSet(record.Sql) is string name && KnownParameters.Contains(name)
                ? Verdict.Pass(Leniency.Parameter)
                : Verdict.Fail(error);
        }

        return record.Count is long count && count != result.RowCount
            ? Verdict.Fail("wrong count", string.Create(CultureInfo.InvariantCulture, $"expected {count} rows, got {result.RowCount}"))
            : Verdict.Pass();
    }

    private Verdict PlayQuery(int index, QueryRecord record)
    {
        if (_allowed.HasFlag(Leniency.Explain) && SqlText.DescribesPlanOrDefinition(record.Sql))
        {
            return Verdict.Skip("explain");
        }

        StatementResult result = _executor.Execute(record, record.Sql);
        if (record.Error is ErrorExpectation expected)
        {
            return result.Error is null ? UnexpectedSuccess(expected) : Judge(ErrorComparison.Compare(expected, result.Error, _allowed));
        }

        if (result.Error is ServerError error)
        {
            return Verdict.Fail(error);
        }

        Verdict verdict = Judge(ResultComparison.Compare(record, result, _script.Profile, _allowed));
        if (verdict.Outcome == RecordOutcome.Passed)
        {
            verdict = CheckLabel(record, result) ?? verdict;
        }

        if (verdict.Outcome == RecordOutcome.Passed && _settings.IsDual)
        {
            ConsiderAsView(index, record, result);
        }

        return verdict;
    }

    /// <summary>SQLite's suites: records under one label must give one result.</summary>
    private Verdict? CheckLabel(QueryRecord record, StatementResult result)
    {
        if (_script.Profile.Dialect != ScriptDialect.Sqlite || record.Label is not string label)
        {
            return null;
        }

        string hash = ResultComparison.Hash(ResultComparison.SortedValues(record, result, _script.Profile));
        return _hashOfLabel.TryAdd(label, hash) || _hashOfLabel[label] == hash
            ? null
            : Verdict.Fail("wrong result", $"other records labelled {label} gave another result");
    }

    private void ConsiderAsView(int index, QueryRecord record, StatementResult result)
    {
        if (result.Columns.Count == 0 || record.ConnectionName is not null || !SqlText.IsQueryOverRelations(record.Sql)
            || _executor.Session(record).TransactionStatus != 'I')
        {
            return;
        }

        ViewCandidate candidate = new(index, record, _executor.Substitute(record.Sql), result);
        if (_viewStride.Takes())
        {
            Candidates.Add(candidate);
            ViewResults.Add(ViewAfterPass.Run(_script, candidate, _executor.Session(record), _settings));
        }
    }

    private Verdict PlaySimple(SimpleRecord record)
    {
        if (_allowed.HasFlag(Leniency.NoOperation) && IsPeerAdministration(record.Sql))
        {
            return Verdict.Pass(Leniency.NoOperation);
        }

        if (record.User is "mz_system" or "mz_support")
        {
            return Verdict.Skip("peer's system user");
        }

        return Judge(SimpleComparison.Compare(record, _executor.ExecuteAll(record, record.Sql), _allowed));
    }

    private Verdict PlayCopy(CopyRecord record)
    {
        StatementResult result = _executor.Copy(record);
        return result.Error is ServerError error ? Verdict.Fail(error) : Verdict.Pass();
    }

    private Verdict PlayLet(LetRecord record)
    {
        StatementResult result = _executor.Execute(record, record.Sql);
        if (result.Error is ServerError error)
        {
            return Verdict.Fail(error);
        }

        if (result.Rows.Count != 1 || result.Rows[0].Length < record.Names.Count)
        {
            return Verdict.Fail("wrong result", $"let needs one row of {record.Names.Count} values, got {result.Rows.Count} rows");
        }

        for (int i = 0; i < record.Names.Count; i++)
        {
            _executor.Variables[record.Names[i]] = result.Rows[0][i] ?? "";
        }

        return Verdict.Pass();
    }

    private Verdict UnexpectedSuccess(ErrorExpectation expected)
    {
        // A peer's "not supported" that we do support is better than what the script asks for.
        string text = expected.Pattern ?? expected.ExactText ?? "";
        bool isLimit = !_script.Profile.IsStrict
            && (text.Contains("support", StringComparison.OrdinalIgnoreCase) || text.Contains("implemented", StringComparison.OrdinalIgnoreCase));
        return new Verdict(isLimit ? RecordOutcome.Better : RecordOutcome.Failed, "no error", $"expected an error: {text}", Leniency.None);
    }

    private static Verdict Judge(ComparisonOutcome outcome) =>
        outcome.IsEqual ? Verdict.Pass(outcome.Used) : Verdict.Fail("wrong result", outcome.Difference);

    private static bool IsPeerAdministration(string sql) =>
        SqlText.WithoutComments(sql).TrimStart().StartsWith("ALTER SYSTEM", StringComparison.OrdinalIgnoreCase);

    private void Report(SltRecord record, RecordOutcome outcome, string reason, string detail) =>
        Report(record, new Verdict(outcome, reason, detail, Leniency.None), 0);

    private void Report(SltRecord record, Verdict verdict, double durationMs)
    {
        Views?.AfterRecord(record, verdict.Outcome == RecordOutcome.Passed);
        if (!record.IsTest && verdict.Outcome != RecordOutcome.Failed)
        {
            return;
        }

        string? sql = RecordExecutor.SqlOf(record);
        bool failed = verdict.Outcome == RecordOutcome.Failed;
        _results.Add(new RecordResult(RecordKey.Of(_script, record, Pass.Direct), Pass.Direct, verdict.Outcome, verdict.Reason,
            failed && sql is not null ? $"{sql}\n{verdict.Detail}" : verdict.Detail)
        {
            Used = verdict.Used,
            IsAfterFailure = failed && _hasSetupFailure,
            DurationMs = durationMs,
        });
        _hasSetupFailure |= failed && sql is not null && record is not QueryRecord
            && SqlText.FirstWord(sql) is "create" or "insert" or "alter" or "copy";
    }
}
