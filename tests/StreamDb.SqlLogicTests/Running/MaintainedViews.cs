using System.Globalization;
using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>
/// The pass with views created before the data: while a script is played again, queries that passed before become
/// views as early as their relations exist, and are read where the query stands.
/// </summary>
/// <remarks>
/// A view lives within a window that holds no DROP, ALTER or change of the name search before the query, since such
/// a statement would meet a dependent that the script does not know of. Creation is tried before each change of data
/// that follows a CREATE. A query whose view could not be created in time is skipped: the pass with views created
/// after the data covers it. Queries for which there was no room are left to another round.
/// </remarks>
public sealed class MaintainedViews
{
    private const int LiveCountMax = 100;

    private readonly TestScript _script;
    private readonly RunSettings _settings;
    private readonly SessionPool _sessions;
    private readonly Queue<ViewCandidate> _upcoming;
    private readonly List<ViewCandidate> _waiting = [];
    private readonly Dictionary<int, string> _live = [];
    private readonly HashSet<int> _crowdedOut = [];
    private readonly IReadOnlyList<int> _barriers;
    private bool _mayCreateMore = true;

    public MaintainedViews(
        TestScript script, IReadOnlyList<SltRecord> records, IEnumerable<ViewCandidate> candidates, RunSettings settings, SessionPool sessions)
    {
        _script = script;
        _settings = settings;
        _sessions = sessions;
        _upcoming = new Queue<ViewCandidate>(candidates);
        _barriers = [.. Enumerable.Range(0, records.Count).Where(i => IsBarrier(records[i]))];
    }

    public List<RecordResult> Results { get; } = [];

    /// <summary>Candidates for which no view was tried, because enough of them lived already.</summary>
    public List<ViewCandidate> CrowdedOut { get; } = [];

    public void BeforeRecord(int index, SltRecord record)
    {
        if (IsBarrier(record))
        {
            DropAll();
            _mayCreateMore = true;
        }
        else if (ChangesData(record) && _mayCreateMore)
        {
            CreateViews(index);
            _mayCreateMore = false;
        }

        Read(index);
    }

    public void AfterRecord(SltRecord record, bool passed)
    {
        if (passed && record is StatementRecord statement && SqlText.FirstWord(statement.Sql) == "create")
        {
            _mayCreateMore = true;
        }
    }

    private void CreateViews(int index)
    {
        int barrier = _barriers.FirstOrDefault(b => b > index, int.MaxValue);
        while (_upcoming.TryPeek(out ViewCandidate? next) && next.Index < barrier)
        {
            _waiting.Add(_upcoming.Dequeue());
        }

        WireConnection session = _sessions.Get(null, null);
        if (session.TransactionStatus != 'I')
        {
            return;
        }

        foreach (ViewCandidate candidate in _waiting.ToArray())
        {
            if (_live.Count >= LiveCountMax)
            {
                _crowdedOut.Add(candidate.Index);
                continue;
            }

            string name = string.Create(CultureInfo.InvariantCulture, $"slt_before_{candidate.Index}");
            if (candidate.Index > index && !_live.ContainsKey(candidate.Index)
                && ViewAfterPass.Execute(session, candidate.CreateView(_settings.ViewKind, name), _settings).Error is null)
            {
                _live[candidate.Index] = name;
            }
        }
    }

    private void Read(int index)
    {
        while (_upcoming.TryPeek(out ViewCandidate? passed) && passed.Index <= index)
        {
            _waiting.Add(_upcoming.Dequeue());
        }

        int at = _waiting.FindIndex(c => c.Index == index);
        if (at < 0)
        {
            return;
        }

        ViewCandidate candidate = _waiting[at];
        _waiting.RemoveAt(at);
        Verdict verdict = Verdict.Skip("no view before the data");
        bool isLive = _live.Remove(index, out string? view);
        if (!isLive && _crowdedOut.Contains(index))
        {
            CrowdedOut.Add(candidate);
            return;
        }

        if (isLive)
        {
            WireConnection session = _sessions.Get(null, null);
            verdict = ViewAfterPass.Read(session, view!, candidate, _settings);
            StatementResult dropped = ViewAfterPass.Execute(session, $"DROP {_settings.ViewKind} {view}", _settings);
            verdict = dropped.Error is ServerError error ? Verdict.Fail(error) : verdict;
        }

        Results.Add(new RecordResult(
            RecordKey.Of(_script, candidate.Record, Pass.ViewBefore), Pass.ViewBefore, verdict.Outcome, verdict.Reason,
            $"{candidate.Sql}\n{verdict.Detail}"));
    }

    private void DropAll()
    {
        foreach (string view in _live.Values)
        {
            ViewAfterPass.Execute(_sessions.Get(null, null), $"DROP {_settings.ViewKind} {view}", _settings);
        }

        _live.Clear();
    }

    private static bool ChangesData(SltRecord record) =>
        record is CopyRecord
        || (record is StatementRecord statement && SqlText.FirstWord(statement.Sql) is "insert" or "update" or "delete" or "copy");

    private static bool IsBarrier(SltRecord record) =>
        record is ResetServerRecord or SimpleRecord or UserRecord
        || (record is StatementRecord statement && (SqlText.FirstWord(statement.Sql) is "drop" or "alter" or "begin" or "start"
            || SqlText.ParameterSet(statement.Sql) is "search_path" or "schema" or "database" or "timezone" or "time"));
}
