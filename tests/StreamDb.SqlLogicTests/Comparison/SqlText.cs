using System.Text;
using System.Text.RegularExpressions;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Questions about SQL that need its words but no parser: comments, strings and nested parentheses are left out.</summary>
public static partial class SqlText
{
    /// <summary>True when ORDER BY stands outside every parenthesis: only then does the row order mean something.</summary>
    public static bool HasTopLevelOrderBy(string sql) => OrderBy().IsMatch(TopLevelWords(sql));

    /// <summary>EXPLAIN, DESCRIBE, SHOW CREATE: output that no two engines share.</summary>
    public static bool DescribesPlanOrDefinition(string sql) => Describing().IsMatch(WithoutComments(sql));

    /// <summary>True when the text can stand behind CREATE VIEW … AS and reads some relation.</summary>
    public static bool IsQueryOverRelations(string sql)
    {
        string words = WithoutComments(sql);
        return QueryStart().IsMatch(words) && From().IsMatch(words) && !NotForViews().IsMatch(words);
    }

    /// <summary>True for a query that changes nothing, so that leaving it out changes no later record.</summary>
    public static bool IsPureQuery(string sql)
    {
        string words = WithoutComments(sql);
        return QueryStart().IsMatch(words) && !Changing().IsMatch(words);
    }

    /// <summary>The first word, in lower case.</summary>
    public static string FirstWord(string sql) => Word().Match(WithoutComments(sql)).Value.ToLowerInvariant();

    /// <summary>The SQL without its closing semicolons and comments at the end.</summary>
    public static string WithoutSemicolon(string sql) => WithoutComments(sql).TrimEnd().TrimEnd(';').TrimEnd();

    /// <summary>The parameter of SET or RESET, in lower case; null for other statements.</summary>
    public static string? ParameterSet(string sql)
    {
        Match match = SetForm().Match(WithoutComments(sql));
        return match.Success ? match.Groups[1].Value.ToLowerInvariant() : null;
    }

    /// <summary>Drops comments; keeps strings and quoted names as they are.</summary>
    public static string WithoutComments(string sql) => Scan(sql, keepsStrings: true, topLevelOnly: false);

    private static string TopLevelWords(string sql) => Scan(sql, keepsStrings: false, topLevelOnly: true);

    private static string Scan(string sql, bool keepsStrings, bool topLevelOnly)
    {
        StringBuilder result = new(sql.Length);
        int depth = 0;
        for (int i = 0; i < sql.Length; i++)
        {
            int end = EndOfOpaque(sql, i, out bool isComment);
            if (end > i)
            {
                if (!isComment && keepsStrings)
                {
                    result.Append(sql, i, end - i);
                }
                else
                {
                    result.Append(' ');
                }

                i = end - 1;
                continue;
            }

            depth += sql[i] == '(' ? 1 : 0;
            if (!topLevelOnly || depth == 0)
            {
                result.Append(sql[i]);
            }

            depth -= sql[i] == ')' && depth > 0 ? 1 : 0;
        }

        return result.ToString();
    }

    /// <summary>The end of the comment, string, quoted name or dollar-quoted text that starts at <paramref name="at"/>.</summary>
    private static int EndOfOpaque(string sql, int at, out bool isComment)
    {
        isComment = false;
        if (sql[at] is '\'' or '"')
        {
            int close = sql.IndexOf(sql[at], at + 1);
            return close < 0 ? sql.Length : close + 1;
        }

        if (sql.AsSpan(at).StartsWith("--"))
        {
            isComment = true;
            int close = sql.IndexOf('\n', at);
            return close < 0 ? sql.Length : close;
        }

        if (sql.AsSpan(at).StartsWith("/*"))
        {
            isComment = true;
            int close = sql.IndexOf("*/", at + 2, StringComparison.Ordinal);
            return close < 0 ? sql.Length : close + 2;
        }

        if (sql[at] == '$' && DollarTag().Match(sql[at..]) is { Success: true } tag)
        {
            int close = sql.IndexOf(tag.Value, at + tag.Length, StringComparison.Ordinal);
            return close < 0 ? sql.Length : close + tag.Length;
        }

        return at;
    }

    [GeneratedRegex(@"\border\s+by\b", RegexOptions.IgnoreCase)]
    private static partial Regex OrderBy();

    [GeneratedRegex(@"^\s*(explain|describe|show\s+create)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Describing();

    [GeneratedRegex(@"^[\s(]*(select|with|values)\b", RegexOptions.IgnoreCase)]
    private static partial Regex QueryStart();

    [GeneratedRegex(@"\b(insert|update|delete|into|nextval|setval|set_config)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Changing();

    [GeneratedRegex(@"\bfrom\b", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    // System relations are no input of views, and these functions give another answer at another moment.
    [GeneratedRegex(
        @"\b(pg_\w+|rw_\w+|mz_\w+|information_schema|now|current_\w+|proctime|random|nextval|system_time|as\s+of)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex NotForViews();

    [GeneratedRegex(@"[A-Za-z_]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^\s*(?:set(?:\s+(?:session|local))?|reset)\s+([\w.]+)", RegexOptions.IgnoreCase)]
    private static partial Regex SetForm();

    [GeneratedRegex(@"^\$(?:[A-Za-z_]\w*)?\$")]
    private static partial Regex DollarTag();
}
