using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Compares a query's rows with its expected lines under a profile's rules.</summary>
/// <remarks>
/// Both sides become rows of words: values where the layout says where they end, otherwise the words of a line.
/// An exact comparison comes first; only when it fails are leniencies tried, and those that were needed reported.
/// </remarks>
public static partial class ResultComparison
{
    private const string Wildcard = "<slt:ignore>";

    public static ComparisonOutcome Compare(QueryRecord query, StatementResult actual, Profile profile, Leniency allowed)
    {
        IReadOnlyList<string> expectedLines = query.ExpectedLines;
        if (profile.ChecksColumnCount && query.Types.Length > 0 && actual.Columns.Count != query.Types.Length)
        {
            return ComparisonOutcome.Different($"expected {query.Types.Length} columns, got {actual.Columns.Count}");
        }

        if (query.ChecksColumnNames)
        {
            string names = string.Join(' ', actual.Columns.Select(c => c.Name.Replace(' ', '␠')));
            string expectedNames = expectedLines.Count == 0 ? "" : string.Join(' ', Words(expectedLines[0]));
            if (names != expectedNames)
            {
                return ComparisonOutcome.Different($"expected columns {expectedNames}\ngot columns      {names}");
            }

            expectedLines = [.. expectedLines.Skip(1)];
        }

        List<string[]> rows = Format(query, actual, profile);
        if (query.IsMultiline)
        {
            return CompareWhole(expectedLines, rows);
        }

        if (profile.Layout != RowLayout.WordsPerLine && expectedLines.Count == 1 && HashForm().Match(expectedLines[0]) is { Success: true } hash)
        {
            return CompareHash(hash, rows, query.Sort);
        }

        List<string[]> expected = ExpectedRows(expectedLines, query, profile, actual.Columns.Count);
        List<string[]> words = profile.Layout == RowLayout.WordsPerLine ? [.. rows.Select(r => Words(string.Join(' ', r)))] : rows;
        return CompareRows(expected, words, query, allowed);
    }

    /// <summary>The MD5 of values as the suites write it: each value and a line feed, lower-case hex.</summary>
    public static string Hash(IEnumerable<string> values)
    {
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (string value in values)
        {
            md5.AppendData(Encoding.UTF8.GetBytes(value));
            md5.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    /// <summary>The values of a result in the order in which they are hashed and labelled.</summary>
    public static IEnumerable<string> SortedValues(QueryRecord query, StatementResult actual, Profile profile) =>
        Sorted(Format(query, actual, profile), query.Sort).SelectMany(r => r);

    /// <summary>True when two results hold the same rows in any order; numbers may differ beyond 15 digits.</summary>
    public static bool HaveSameRows(StatementResult left, StatementResult right, out string difference)
    {
        List<string[]> expected = [.. left.Rows.Select(r => r.Select(v => v ?? "NULL").ToArray())];
        List<string[]> actual = [.. right.Rows.Select(r => r.Select(v => v ?? "NULL").ToArray())];
        Leniency used = Leniency.None;
        bool same = AreEqual(Reordered(expected, Leniency.Numeric), Reordered(actual, Leniency.Numeric), Leniency.Numeric, ref used);
        difference = same ? "" : Difference.Of(Lines(expected, true), Lines(actual, true));
        return same;
    }

    private static List<string[]> Format(QueryRecord query, StatementResult actual, Profile profile)
    {
        List<string[]> rows = new(actual.Rows.Count);
        foreach (string?[] row in actual.Rows)
        {
            string[] values = new string[row.Length];
            for (int i = 0; i < row.Length; i++)
            {
                char letter = i < query.Types.Length ? query.Types[i] : '?';
                values[i] = profile.Format.Format(row[i], actual.Columns[i].TypeOid, letter, query.Mode);
            }

            rows.Add(values);
        }

        return rows;
    }

    private static IEnumerable<string[]> Sorted(List<string[]> rows, SortMode sort) => sort switch
    {
        SortMode.Rows => rows.Order(ByteOrder.Instance).Cast<string[]>(),
        SortMode.Values => rows.SelectMany(r => r).Order(ByteOrder.Instance).Select(v => new[] { v }),
        _ => rows,
    };

    private static List<string[]> ExpectedRows(IReadOnlyList<string> lines, QueryRecord query, Profile profile, int columnCount)
    {
        bool isRowPerLine = profile.Layout == RowLayout.WordsPerLine
            || (profile.Layout == RowLayout.ByMode && query.Mode == ScriptMode.Cockroach);
        if (profile.Layout == RowLayout.WordsPerLine)
        {
            return [.. lines.Select(Words)];
        }

        if (isRowPerLine)
        {
            return [.. lines.Select(l => (columnCount == 1 ? [l.Trim()] : Words(l)).Select(Unescape).ToArray())];
        }

        IEnumerable<string> values = profile.Layout == RowLayout.ByMode ? lines.Select(Unescape) : lines;
        return [.. values.Chunk(Math.Max(columnCount, 1))];
    }

    private static string Unescape(string value) => value.Replace('␠', ' ').Replace('⏎', '\n');

    private static ComparisonOutcome CompareWhole(IReadOnlyList<string> expectedLines, List<string[]> rows)
    {
        string expected = string.Join('\n', expectedLines).TrimEnd();
        string actual = string.Join('\n', rows.SelectMany(r => r)).TrimEnd();
        return expected == actual ? ComparisonOutcome.Equal() : ComparisonOutcome.Different(Difference.Of(expected.Split('\n'), actual.Split('\n')));
    }

    private static ComparisonOutcome CompareHash(Match expected, List<string[]> rows, SortMode sort)
    {
        string[] values = [.. Sorted(rows, sort).SelectMany(r => r)];
        string hash = Hash(values);
        int count = int.Parse(expected.Groups[1].Value, CultureInfo.InvariantCulture);
        return count == values.Length && hash == expected.Groups[2].Value
            ? ComparisonOutcome.Equal()
            : ComparisonOutcome.Different($"expected {expected.Value}\ngot {values.Length} values hashing to {hash}: {string.Join(' ', values.Take(12))} …");
    }

    private static ComparisonOutcome CompareRows(List<string[]> expected, List<string[]> actual, QueryRecord query, Leniency allowed)
    {
        if (query.Sort == SortMode.Values)
        {
            expected = [.. expected.SelectMany(r => r).Select(v => new[] { v })];
            actual = [.. actual.SelectMany(r => r).Select(v => new[] { v })];
        }

        Leniency used = Leniency.None;
        if (AreEqual(expected, actual, allowed, ref used))
        {
            return ComparisonOutcome.Equal(used);
        }

        // A sort mode makes the order meaningless on both sides; without one, only a missing ORDER BY does.
        used = query.Sort == SortMode.None ? Leniency.Order : Leniency.None;
        bool mayReorder = query.Sort != SortMode.None
            || (allowed.HasFlag(Leniency.Order) && !SqlText.HasTopLevelOrderBy(query.Sql));
        if (mayReorder && AreEqual(Reordered(expected, allowed), Reordered(actual, allowed), allowed, ref used))
        {
            return ComparisonOutcome.Equal(used);
        }

        return ComparisonOutcome.Different(Difference.Of(Lines(expected, mayReorder), Lines(actual, mayReorder)));
    }

    private static List<string[]> Reordered(List<string[]> rows, Leniency allowed) =>
        [.. rows.Select(r => (Row: r, Key: r.Select(v => ValueEquality.SortKey(v, allowed)).ToArray()))
            .OrderBy(p => p.Key, ByteOrder.Instance).Select(p => p.Row)];

    private static bool AreEqual(List<string[]> expected, List<string[]> actual, Leniency allowed, ref Leniency used)
    {
        if (expected.Count != actual.Count)
        {
            return false;
        }

        for (int i = 0; i < expected.Count; i++)
        {
            if (expected[i] is [Wildcard])
            {
                continue;
            }

            if (expected[i].Length != actual[i].Length)
            {
                return false;
            }

            for (int j = 0; j < expected[i].Length; j++)
            {
                if (expected[i][j] != Wildcard && !ValueEquality.AreEqual(expected[i][j], actual[i][j], allowed, ref used))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static string[] Words(string line) => line.Split([' ', '\t', '\n', '\r', '\f', '\v'], StringSplitOptions.RemoveEmptyEntries);

    private static string[] Lines(List<string[]> rows, bool isSorted)
    {
        IEnumerable<string> lines = rows.Select(r => string.Join("  ", r));
        return [.. isSorted ? lines.Order(ByteOrder.Instance) : lines];
    }

    [GeneratedRegex(@"^(\d+) values hashing to ([0-9a-f]{32})$")]
    private static partial Regex HashForm();
}
