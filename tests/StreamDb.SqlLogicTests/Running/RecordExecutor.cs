using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>Sends a script's SQL to its sessions, with its variables and its user.</summary>
internal sealed partial class RecordExecutor
{
    private readonly TestScript _script;
    private readonly RunSettings _settings;
    private readonly SessionPool _sessions;
    private readonly List<(Regex Pattern, string Replacement)> _replacements = [];
    private bool _substitutes;
    private string? _user;

    public RecordExecutor(TestScript script, RunSettings settings, SessionPool sessions)
    {
        _script = script;
        _settings = settings;
        _sessions = sessions;
    }

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public static string? SqlOf(SltRecord record) => record switch
    {
        StatementRecord statement => statement.Sql,
        QueryRecord query => query.Sql,
        SimpleRecord simple => simple.Sql,
        LetRecord let => let.Sql,
        CopyRecord copy => $"COPY {copy.Table} FROM STDIN",
        _ => null,
    };

    public WireConnection Session(SltRecord record) =>
        _sessions.Get(record.ConnectionName, (record as SimpleRecord)?.User ?? _user);

    /// <summary>The result of all statements in <paramref name="sql"/> as one: the error if there is one, else all rows.</summary>
    public StatementResult Execute(SltRecord record, string sql)
    {
        sql = Substitute(sql);
        if (_script.Origin == "risinglight" && CopyFromFile().Match(sql) is { Success: true } copy)
        {
            return Merge(CopyRisingLight(record, copy));
        }

        WireConnection session = Session(record);
        StatementResult result = Merge(_script.UsesExtendedProtocol
            ? session.ExtendedQuery(sql, _settings.RecordTimeout)
            : session.SimpleQuery(sql, _settings.RecordTimeout));
        ApplyReplacements(result);
        return result;
    }

    public IReadOnlyList<StatementResult> ExecuteAll(SltRecord record, string sql) =>
        Session(record).SimpleQuery(Substitute(sql), _settings.RecordTimeout);

    public StatementResult Copy(CopyRecord record)
    {
        using FileStream data = File.OpenRead(Path.Combine(_script.Root, record.DataPath));
        return Merge(Session(record).SimpleQuery($"COPY {record.Table} FROM STDIN", _settings.RecordTimeout, data));
    }

    public void Steer(SltRecord record)
    {
        switch (record)
        {
            case SubstitutionRecord substitution:
                _substitutes = substitution.IsOn;
                break;
            case UserRecord user:
                _user = user.Name == "root" ? null : user.Name;
                break;
            case ReplaceRecord replace:
                _replacements.Add((new Regex(replace.Pattern, RegexOptions.CultureInvariant), replace.Replacement));
                break;
            default:
                break;
        }
    }

    /// <summary>The SQL with its variables bound, and with the oracle's kind of view where views are materialized.</summary>
    public string Substitute(string sql)
    {
        sql = _substitutes ? Substitution.Apply(sql, Lookup) : sql;
        return _settings.ViewKind == RunSettings.Materialized
            ? sql
            : sql.Replace(RunSettings.Materialized, _settings.ViewKind, StringComparison.OrdinalIgnoreCase);
    }

    public static StatementResult Merge(IReadOnlyList<StatementResult> results)
    {
        if (results.Count == 1)
        {
            return results[0];
        }

        StatementResult merged = new();
        foreach (StatementResult result in results)
        {
            merged.Error ??= result.Error;
            merged.Tag = result.Tag;
            merged.Columns = result.Columns.Count > 0 ? result.Columns : merged.Columns;
            merged.Rows.AddRange(result.Rows);
        }

        return merged;
    }

    private string? Lookup(string name) => name switch
    {
        "__DATABASE__" => _sessions.DatabaseName,
        "__NOW__" => DateTime.UtcNow.Subtract(DateTime.UnixEpoch).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
        "__TEST_DIR__" => Path.GetTempPath().TrimEnd('/'),
        _ => Variables.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name),
    };

    private void ApplyReplacements(StatementResult result)
    {
        foreach ((Regex pattern, string replacement) in _replacements)
        {
            foreach (string?[] row in result.Rows)
            {
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] = row[i] is string value ? pattern.Replace(value, replacement) : null;
                }
            }
        }
    }

    /// <summary>RisingLight loads files on its server; here they come through STDIN, without the closing separator.</summary>
    private IReadOnlyList<StatementResult> CopyRisingLight(SltRecord record, Match copy)
    {
        StringBuilder data = new();
        foreach (string line in File.ReadLines(Path.Combine(_script.Root, copy.Groups[2].Value)))
        {
            data.Append(line.EndsWith('|') ? line.AsSpan(0, line.Length - 1) : line).Append('\n');
        }

        using MemoryStream stream = new(Encoding.UTF8.GetBytes(data.ToString()));
        return Session(record).SimpleQuery(
            $"COPY {copy.Groups[1].Value} FROM STDIN (DELIMITER '|')", _settings.RecordTimeout, stream);
    }

    [GeneratedRegex(@"^\s*COPY\s+(\w+)\s+FROM\s+'([^']+)'", RegexOptions.IgnoreCase)]
    private static partial Regex CopyFromFile();
}
