namespace StreamDb.Tests.Sql.Parsing;

/// <summary>One statement of a sqllogictest file that is expected to succeed on PostgreSQL.</summary>
internal sealed record SltStatement(string File, int Line, string Text);

/// <summary>Reads the SQL out of sqllogictest files; results and the records' other meaning are of no interest here.</summary>
internal static class SltStatements
{
    private static readonly string[] _directives =
    [
        "statement", "query", "simple", "mode", "halt", "skipif", "onlyif", "hash-threshold", "control", "include", "sleep", "connection",
        "system", "reset-server", "replace", "user", "subtest", "copy", "let", "#",
    ];

    /// <summary>The corpus folder, or null where it is not there.</summary>
    public static string? Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "sqllogictest");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <param name="countMax">At most this many statements of each file, evenly spread.</param>
    public static IEnumerable<SltStatement> Read(string folder, int countMax)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".slt" or ".test" or ".part" or ".sqlt")
            .Order(StringComparer.Ordinal);
        foreach (string file in files)
        {
            List<SltStatement> statements = ReadFile(file);
            int step = Math.Max(1, statements.Count / countMax);
            for (int index = 0; index < statements.Count; index += step)
            {
                yield return statements[index];
            }
        }
    }

    private static List<SltStatement> ReadFile(string file)
    {
        bool isMaterialize = file.Contains("/materialize/", StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(file);
        List<SltStatement> statements = [];
        bool isSkipped = false;
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index];
            isSkipped |= line.StartsWith("skipif postgres", StringComparison.Ordinal)
                || (line.StartsWith("onlyif ", StringComparison.Ordinal) && !line.StartsWith("onlyif postgres", StringComparison.Ordinal));
            if (line == "halt" && !isSkipped)
            {
                break;
            }

            bool isMultiline = line.Contains("multiline", StringComparison.Ordinal);
            if (!line.StartsWith("statement ", StringComparison.Ordinal) && !line.StartsWith("query ", StringComparison.Ordinal))
            {
                continue;
            }

            int start = index + 1;
            string sql = ReadSql(lines, ref index, isMaterialize);
            bool failsByIntent = line.Split(' ')[1] == "error";
            if (!isSkipped && !failsByIntent && !sql.Contains('$') && sql.Length > 0)
            {
                statements.Add(new SltStatement(file, start, sql));
            }

            isSkipped = false;
            SkipResult(lines, ref index, isMultiline);
        }

        return statements;
    }

    private static string ReadSql(string[] lines, ref int index, bool isMaterialize)
    {
        List<string> sql = [];
        for (index++; index < lines.Length && lines[index] != "----"; index++)
        {
            if (lines[index].Trim().Length == 0 && sql.Count > 0 && (!isMaterialize || EndsRecord(lines, index)))
            {
                break;
            }

            if (!lines[index].StartsWith('#'))
            {
                sql.Add(lines[index]);
            }
        }

        return string.Join('\n', sql).Trim();
    }

    // Hand-written Materialize files have blank lines inside statements.
    private static bool EndsRecord(string[] lines, int index)
    {
        while (index < lines.Length && lines[index].Trim().Length == 0)
        {
            index++;
        }

        return index == lines.Length || Array.Exists(_directives, word => lines[index].StartsWith(word, StringComparison.Ordinal));
    }

    private static void SkipResult(string[] lines, ref int index, bool isMultiline)
    {
        if (index < lines.Length && lines[index] == "----")
        {
            while (index < lines.Length && (isMultiline ? lines[index] != "EOF" : lines[index].Length > 0))
            {
                index++;
            }
        }
    }
}
