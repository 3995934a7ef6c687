using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>
/// Reads one script into records, includes expanded in place. Never throws for bad text: what cannot be understood
/// becomes a <see cref="MalformedRecord"/>, so that one odd line costs one record and not the file.
/// </summary>
public sealed partial class ScriptParser
{
    private const string ResultDelimiter = "----";
    private const int IncludeDepthMax = 16;

    private readonly ScriptDialect _dialect;
    private readonly Func<string, string> _displayPath;
    private readonly string _path;
    private readonly string[] _lines;
    private readonly List<SltRecord> _records;
    private readonly int _depth;
    private readonly List<Condition> _conditions = [];
    private string? _connection;
    private ScriptMode _mode;
    private int _next;

    private ScriptParser(
        string path, string[] lines, ScriptDialect dialect, Func<string, string> displayPath, List<SltRecord> records, int depth)
    {
        _path = path;
        _lines = lines;
        _dialect = dialect;
        _displayPath = displayPath;
        _records = records;
        _depth = depth;
    }

    /// <param name="path">The script file.</param>
    /// <param name="dialect">Which family the script belongs to.</param>
    /// <param name="displayPath">Maps a file's full path to the name used in reports and expected-failures lists.</param>
    public static IReadOnlyList<SltRecord> ParseFile(string path, ScriptDialect dialect, Func<string, string> displayPath) =>
        Parse(path, File.ReadAllText(path), dialect, displayPath);

    public static IReadOnlyList<SltRecord> Parse(
        string path, string text, ScriptDialect dialect, Func<string, string>? displayPath = null)
    {
        List<SltRecord> records = [];
        new ScriptParser(path, SplitLines(text), dialect, displayPath ?? (p => p), records, 0).ParseAll();
        return records;
    }

    private static string[] SplitLines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private void ParseAll()
    {
        while (_next < _lines.Length)
        {
            string line = _lines[_next];
            if (line.Length == 0 || line[0] == '#' || string.IsNullOrWhiteSpace(line))
            {
                _next++;
                continue;
            }

            RecordLocation location = new(_displayPath(_path), _next + 1);
            _next++;
            ParseDirective(line.Trim(), location);
        }
    }

    private void ParseDirective(string line, RecordLocation location)
    {
        RetryPolicy? retry = TakeRetry(ref line);
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "skipif" or "onlyif" when words.Length > 1:
                int remark = line.IndexOf('#', StringComparison.Ordinal);
                _conditions.Add(new(words[0] == "onlyif", words[1], remark < 0 ? "" : line[(remark + 1)..].Trim()));
                return;
            case "connection" when words.Length > 1:
                _connection = words[1];
                return;
            case "mode" when words.Length > 1:
                _mode = words[1] == "cockroach" ? ScriptMode.Cockroach : ScriptMode.Standard;
                return;
            case "statement":
                Add(ParseStatement(line, words, location), retry);
                return;
            case "query":
                Add(ParseQuery(line, words, location), retry);
                return;
            case "simple":
                Add(ParseSimple(words, location), retry);
                return;
            case "include" when words.Length > 1:
                Include(line["include".Length..].Trim(), location);
                return;
            default:
                Add(ParseOther(line, words, location), retry);
                return;
        }
    }

    private void Add(SltRecord? record, RetryPolicy? retry)
    {
        if (record is not null)
        {
            _records.Add(record with { Conditions = [.. _conditions], ConnectionName = record.ConnectionName ?? _connection, Retry = retry });
        }

        _conditions.Clear();
        _connection = null;
    }

    private SltRecord? ParseOther(string line, string[] words, RecordLocation location)
    {
        string rest = line[words[0].Length..].Trim();
        switch (words[0])
        {
            case "sleep":
                return Durations.TryParse(rest, out TimeSpan duration)
                    ? new SleepRecord(location, duration)
                    : new MalformedRecord(location, $"not a duration: {rest}");
            case "let":
                string[] names = rest.Split([' ', ',', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
                return new LetRecord(location, [.. names.Select(n => n.TrimStart('$'))], ReadSql(out _));
            case "control" when words.Length > 2 && words[1] == "substitution":
                return new SubstitutionRecord(location, words[2] == "on");
            case "system":
                ReadBlock();
                return new SystemRecord(location);
            case "copy" when words.Length > 2:
                return new CopyRecord(location, words[1], words[2]);
            case "user" when words.Length > 1:
                return new UserRecord(location, words[1]);
            case "replace":
                string[] parts = ReplaceSeparator().Split(rest, 2);
                return parts.Length == 2
                    ? new ReplaceRecord(location, parts[0], parts[1])
                    : new MalformedRecord(location, "replace needs a pattern and a replacement");
            case "reset-server":
                return new ResetServerRecord(location);
            case "halt":
                return new HaltRecord(location);
            case "subtest" or "hash-threshold" or "control":
                return null;
            default:
                ReadBlock();
                return new MalformedRecord(location, $"unknown directive: {words[0]}");
        }
    }

    private SltRecord ParseStatement(string line, string[] words, RecordLocation location)
    {
        string kind = words.Length > 1 ? words[1].TrimEnd(';').ToLowerInvariant() : "";
        long? count = null;
        ErrorExpectation? error = null;
        if (kind == "error")
        {
            error = ParseError(AfterWord(line, 2));
        }
        else if (kind == "count" && words.Length > 2 && long.TryParse(words[2], CultureInfo.InvariantCulture, out long rows))
        {
            count = rows;
        }
        else if (!kind.StartsWith("ok", StringComparison.Ordinal))
        {
            ReadBlock();
            return new MalformedRecord(location, $"unknown statement kind: {line}");
        }

        string sql = ReadSql(out bool delimited);
        if (delimited)
        {
            // Only an expected error has a block of its own; behind any other statement it is read and dropped.
            string? text = ReadExactText();
            error = error is null ? null : error with { ExactText = text };
        }

        return new StatementRecord(location, sql, count, error);
    }

    private QueryRecord ParseQuery(string line, string[] words, RecordLocation location)
    {
        if (words.Length > 1 && words[1] == "error")
        {
            ErrorExpectation error = ParseError(AfterWord(line, 2));
            string failing = ReadSql(out bool delimited);
            return new QueryRecord(location, failing)
            {
                Error = delimited ? error with { ExactText = ReadExactText() } : error,
                Mode = _mode,
            };
        }

        QueryRecord query = ApplyOptions(new QueryRecord(location, "") { Mode = _mode }, words);
        string sql = _dialect == ScriptDialect.Materialize ? ReadMaterializeQuery(out bool hasResults) : ReadSql(out hasResults);
        return query with
        {
            Sql = sql,
            ExpectedLines = !hasResults ? [] : query.IsMultiline ? ReadUntilEof() : ReadLines(),
        };
    }

    private static QueryRecord ApplyOptions(QueryRecord query, string[] words)
    {
        for (int i = 1; i < words.Length; i++)
        {
            if (i == 1)
            {
                query = query with { Types = words[1] };
                continue;
            }

            if (words[i].StartsWith('#'))
            {
                break;
            }

            foreach (string option in words[i].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                query = option switch
                {
                    "nosort" => query with { Sort = SortMode.None },
                    "rowsort" => query with { Sort = SortMode.Rows },
                    "valuesort" => query with { Sort = SortMode.Values },
                    "colnames" => query with { ChecksColumnNames = true },
                    "multiline" => query with { IsMultiline = true },
                    _ when option.StartsWith("partialsort", StringComparison.Ordinal) => query with { Sort = SortMode.Rows },
                    _ => query with { Label = option },
                };
            }
        }

        return query;
    }

    private SimpleRecord ParseSimple(string[] words, RecordLocation location)
    {
        string? connection = null;
        string? user = null;
        bool sorts = false;
        bool multiline = false;
        foreach (string option in words.Skip(1).SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            string[] pair = option.Split('=', 2);
            switch (pair[0])
            {
                case "conn":
                    connection = pair[^1];
                    break;
                case "user":
                    user = pair[^1];
                    break;
                case "rowsort":
                    sorts = true;
                    break;
                case "multiline":
                    multiline = true;
                    break;
                default:
                    break;
            }
        }

        string sql = ReadSql(out bool hasResults);
        IReadOnlyList<string> expected = !hasResults ? [] : multiline ? ReadUntilEof() : ReadLines();
        return new SimpleRecord(location, sql, expected) { ConnectionName = connection, User = user, SortsRows = sorts };
    }

    private void Include(string pattern, RecordLocation location)
    {
        IReadOnlyList<string> files = FileGlob.Find(Path.GetDirectoryName(Path.GetFullPath(_path)) ?? ".", pattern);
        if (files.Count == 0 || _depth >= IncludeDepthMax)
        {
            string problem = files.Count == 0 ? $"include finds no file: {pattern}" : "includes are nested too deeply";
            Add(new MalformedRecord(location, problem), null);
            return;
        }

        foreach (string file in files)
        {
            new ScriptParser(file, SplitLines(File.ReadAllText(file)), _dialect, _displayPath, _records, _depth + 1).ParseAll();
        }
    }

    /// <summary>Text after the first <paramref name="count"/> words of a directive.</summary>
    private static string AfterWord(string line, int count)
    {
        int at = 0;
        for (int word = 0; word < count; word++)
        {
            while (at < line.Length && !char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }
        }

        return line[at..].Trim();
    }

    private ErrorExpectation ParseError(string text)
    {
        if (_dialect == ScriptDialect.Materialize && text.StartsWith("pgcode ", StringComparison.Ordinal))
        {
            text = AfterWord(text, 2);
        }

        Match code = SqlStateForm().Match(text);
        if (!code.Success)
        {
            return new ErrorExpectation(null, null, text.Length == 0 ? null : text, null);
        }

        string rest = text[code.Length..].Trim();
        int? position = code.Groups[2].Success ? int.Parse(code.Groups[2].Value, CultureInfo.InvariantCulture) : null;
        return new ErrorExpectation(code.Groups[1].Value, position, rest.Length == 0 ? null : rest, null);
    }

    private static RetryPolicy? TakeRetry(ref string line)
    {
        Match retry = RetryForm().Match(line);
        if (!retry.Success || !Durations.TryParse(retry.Groups[2].Value, out TimeSpan backoff))
        {
            return null;
        }

        line = line[..retry.Index].TrimEnd();
        return new RetryPolicy(int.Parse(retry.Groups[1].Value, CultureInfo.InvariantCulture), backoff);
    }

    [GeneratedRegex(@"^\(([0-9A-Z]{5})(?:@(\d+))?\)")]
    private static partial Regex SqlStateForm();

    [GeneratedRegex(@"\s+retry\s+(\d+)\s+backoff\s+(\S+)$")]
    private static partial Regex RetryForm();

    [GeneratedRegex(@"\s{2,}|\t")]
    private static partial Regex ReplaceSeparator();
}
