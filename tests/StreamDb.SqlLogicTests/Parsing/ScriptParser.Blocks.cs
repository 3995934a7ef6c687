namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>The multi-line parts of records: SQL, results, error texts.</summary>
public sealed partial class ScriptParser
{
    private static readonly string[] _directives =
    [
        "statement", "query", "skipif", "onlyif", "simple", "mode", "let", "connection", "control", "include", "sleep",
        "system", "copy", "user", "replace", "reset-server", "halt", "subtest", "hash-threshold",
    ];

    /// <summary>SQL up to a blank line or <c>----</c>; the first line may be blank.</summary>
    private string ReadSql(out bool delimited)
    {
        delimited = false;
        List<string> sql = [];
        bool first = true;
        while (_next < _lines.Length)
        {
            string line = _lines[_next];
            if (string.IsNullOrWhiteSpace(line))
            {
                if (!first || (_next + 1 < _lines.Length && StartsRecord(_lines[_next + 1])))
                {
                    break;
                }
            }
            else if (line.TrimEnd() == ResultDelimiter)
            {
                delimited = true;
                _next++;
                break;
            }
            else if (_dialect != ScriptDialect.Sqlite || !line.StartsWith('#'))
            {
                sql.Add(line);
            }

            first = false;
            _next++;
        }

        return string.Join('\n', sql);
    }

    /// <summary>SQL up to <c>----</c>. A blank line ends it only when a directive, a comment or the end follows.</summary>
    private string ReadMaterializeQuery(out bool hasResults)
    {
        List<string> sql = [];
        hasResults = false;
        while (_next < _lines.Length)
        {
            string line = _lines[_next];
            if (line.TrimEnd() == ResultDelimiter)
            {
                hasResults = true;
                _next++;
                break;
            }

            if (string.IsNullOrWhiteSpace(line) && RecordEndsAtBlank())
            {
                break;
            }

            sql.Add(line);
            _next++;
        }

        return string.Join('\n', sql).Trim();
    }

    private bool RecordEndsAtBlank()
    {
        int after = _next;
        while (after < _lines.Length && string.IsNullOrWhiteSpace(_lines[after]))
        {
            after++;
        }

        return after >= _lines.Length || _lines[after].StartsWith('#') || StartsRecord(_lines[after]);
    }

    private static bool StartsRecord(string line)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        return Array.IndexOf(_directives, end < 0 ? line : line[..end]) >= 0;
    }

    private List<string> ReadLines()
    {
        List<string> lines = [];
        while (_next < _lines.Length && !string.IsNullOrWhiteSpace(_lines[_next]))
        {
            string line = _lines[_next++];
            if (_dialect != ScriptDialect.Sqlite || !line.StartsWith('#'))
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    private List<string> ReadUntilEof()
    {
        List<string> lines = [];
        while (_next < _lines.Length && _lines[_next].TrimEnd() != "EOF")
        {
            lines.Add(_lines[_next++]);
        }

        _next++;
        return lines;
    }

    /// <summary>
    /// An error text: it may hold single blank lines and ends at two of them. Only sqllogictest-rs gives it a
    /// meaning; in the other families a block behind an expected error is a leftover and ends at a blank line.
    /// </summary>
    private string? ReadExactText()
    {
        if (_dialect != ScriptDialect.RisingWave)
        {
            ReadLines();
            return null;
        }

        List<string> lines = [];
        while (_next < _lines.Length)
        {
            bool blank = string.IsNullOrWhiteSpace(_lines[_next]);
            if (blank && (_next + 1 >= _lines.Length || string.IsNullOrWhiteSpace(_lines[_next + 1])))
            {
                break;
            }

            lines.Add(_lines[_next++]);
        }

        return string.Join('\n', lines).Trim();
    }

    private void ReadBlock()
    {
        ReadSql(out bool delimited);
        if (delimited)
        {
            ReadLines();
        }
    }
}
