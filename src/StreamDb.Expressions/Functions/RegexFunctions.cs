using System.Text;
using System.Text.RegularExpressions;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions and operators over regular expressions. Patterns are cached; a constant one is compiled with the query.</summary>
internal static class RegexFunctions
{
    public static void Declare(FunctionTable t)
    {
        t.Bound("~(text,text) bool; ~(name,text) bool; regexp_like(text,text) bool", call => Bind(call, "", isNegated: false));
        t.Bound("!~(text,text) bool; !~(name,text) bool", call => Bind(call, "", isNegated: true));
        t.Bound("~*(text,text) bool; ~*(name,text) bool", call => Bind(call, "i", isNegated: false));
        t.Bound("!~*(text,text) bool; !~*(name,text) bool", call => Bind(call, "i", isNegated: true));
        t.Of("regexp_like(text,text,text) bool", IsMatchWithFlags);
        t.Of("regexp_replace(text,text,text) text", Replace);
        t.Of("regexp_replace(text,text,text,text) text", ReplaceWithFlags);
        t.Of("regexp_replace(text,text,text,int4) text", ReplaceFrom);
        t.Of("regexp_replace(text,text,text,int4,int4) text", ReplaceNth);
        t.Of("regexp_replace(text,text,text,int4,int4,text) text", ReplaceNthWithFlags);
        t.Of("regexp_count(text,text) int4", Count);
        t.Of("regexp_count(text,text,int4) int4", CountFrom);
        t.Of("regexp_count(text,text,int4,text) int4", CountFromWithFlags);
        t.Of("regexp_instr(text,text) int4", Position);
        t.Of("regexp_instr(text,text,int4) int4", PositionFrom);
        t.Of("regexp_instr(text,text,int4,int4) int4", PositionNth);
        t.Of("regexp_substr(text,text) text", Find);
        t.Of("regexp_substr(text,text,int4) text", FindFrom);
        t.Of("regexp_substr(text,text,int4,int4) text", FindNth);
        t.Of("substring(text,text) text", Substring);
        t.Of("substring(text,text,text) text", SubstringSimilar);
        t.Of("similar_to_escape(text) text", SimilarPattern);
        t.Of("similar_to_escape(text,text) text", SimilarPatternWithEscape);
    }

    public static Match? FindNthMatch(string text, Regex regex, int start, int number)
    {
        Match match = regex.Match(text, start);
        while (match.Success && --number > 0)
        {
            match = match.NextMatch();
        }

        return match.Success ? match : null;
    }

    public static ByteSlice Replace(ByteSlice text, ByteSlice pattern, ByteSlice replacement, EvaluationContext c) =>
        ReplaceMatches(text, pattern, replacement, 1, 1, "", c);

    public static ByteSlice ReplaceWithFlags(ByteSlice text, ByteSlice pattern, ByteSlice replacement, ByteSlice flags, EvaluationContext c)
    {
        string letters = Utf8Text.Decode(flags);
        if (letters.Length > 0 && char.IsAsciiDigit(letters[0]))
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{letters[0]}\"")
            {
                Hint = "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.",
            };
        }

        bool isGlobal = letters.Contains('g', StringComparison.Ordinal);
        return ReplaceMatches(text, pattern, replacement, 1, isGlobal ? 0 : 1, letters, c);
    }

    public static ByteSlice ReplaceFrom(ByteSlice text, ByteSlice pattern, ByteSlice replacement, int start, EvaluationContext c) =>
        ReplaceMatches(text, pattern, replacement, start, 1, "", c);

    public static ByteSlice ReplaceNth(
        ByteSlice text, ByteSlice pattern, ByteSlice replacement, int start, int number, EvaluationContext c) =>
        ReplaceMatches(text, pattern, replacement, start, number, "", c);

    public static ByteSlice ReplaceNthWithFlags(
        ByteSlice text, ByteSlice pattern, ByteSlice replacement, int start, int number, ByteSlice flags, EvaluationContext c) =>
        ReplaceMatches(text, pattern, replacement, start, number, Utf8Text.Decode(flags), c);

    public static int Count(ByteSlice text, ByteSlice pattern) => CountMatches(text, pattern, 1, "");

    public static int CountFrom(ByteSlice text, ByteSlice pattern, int start) => CountMatches(text, pattern, start, "");

    public static int CountFromWithFlags(ByteSlice text, ByteSlice pattern, int start, ByteSlice flags) =>
        CountMatches(text, pattern, start, Utf8Text.Decode(flags));

    public static int Position(ByteSlice text, ByteSlice pattern) => PositionNth(text, pattern, 1, 1);

    public static int PositionFrom(ByteSlice text, ByteSlice pattern, int start) => PositionNth(text, pattern, start, 1);

    public static int PositionNth(ByteSlice text, ByteSlice pattern, int start, int number) => Guard(() =>
    {
        string decoded = Utf8Text.Decode(text);
        Match? match = FindNthMatch(decoded, SqlRegex.Get(Utf8Text.Decode(pattern), ""), StartIndex(decoded, start), number);
        return match is null ? 0 : CodePoints(decoded, match.Index) + 1;
    });

    public static ByteSlice? Find(ByteSlice text, ByteSlice pattern, EvaluationContext c) => FindNth(text, pattern, 1, 1, c);

    public static ByteSlice? FindFrom(ByteSlice text, ByteSlice pattern, int start, EvaluationContext c) => FindNth(text, pattern, start, 1, c);

    public static ByteSlice? FindNth(ByteSlice text, ByteSlice pattern, int start, int number, EvaluationContext c) => Guard<ByteSlice?>(() =>
    {
        string decoded = Utf8Text.Decode(text);
        Match? match = FindNthMatch(decoded, SqlRegex.Get(Utf8Text.Decode(pattern), ""), StartIndex(decoded, start), number);
        return match is null ? null : c.Text(match.ValueSpan);
    });

    /// <summary>substring(text FROM pattern): the first group, or the match when there is none.</summary>
    public static ByteSlice? Substring(ByteSlice text, ByteSlice pattern, EvaluationContext c) => Guard<ByteSlice?>(() =>
    {
        Match match = SqlRegex.Get(Utf8Text.Decode(pattern), "").Match(Utf8Text.Decode(text));
        if (!match.Success)
        {
            return null;
        }

        Group group = match.Groups.Count > 1 ? match.Groups[1] : match;
        return group.Success ? c.Text(group.ValueSpan) : null;
    });

    /// <summary>substring(text SIMILAR pattern ESCAPE e), where e" marks the part that is wanted.</summary>
    public static ByteSlice? SubstringSimilar(ByteSlice text, ByteSlice pattern, ByteSlice escape, EvaluationContext c) =>
        Substring(text, c.Text(SimilarTo.Translate(Utf8Text.Decode(pattern), Utf8Text.Decode(escape), isSubstring: true)), c);

    public static ByteSlice SimilarPattern(ByteSlice pattern, EvaluationContext c) =>
        c.Text(SimilarTo.Translate(Utf8Text.Decode(pattern), "\\", isSubstring: false));

    public static ByteSlice SimilarPatternWithEscape(ByteSlice pattern, ByteSlice escape, EvaluationContext c) =>
        c.Text(SimilarTo.Translate(Utf8Text.Decode(pattern), Utf8Text.Decode(escape), isSubstring: false));

    public static bool IsMatchWithFlags(ByteSlice text, ByteSlice pattern, ByteSlice flags) =>
        IsMatch(SqlRegex.Get(Utf8Text.Decode(pattern), Utf8Text.Decode(flags)), text);

    /// <summary>Runs a match, turning the time limit into an error.</summary>
    public static T Guard<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException)
        {
            throw SqlRegex.TimedOut();
        }
    }

    private static ScalarImplementation Bind(CallExpression call, string flags, bool isNegated)
    {
        var operators = new Matcher(
            flags, call.Arguments[1] is LiteralExpression { Value.Value: byte[] pattern } ? Encoding.UTF8.GetString(pattern) : null);
        return new ScalarImplementation(isNegated ? operators.IsNoMatch : (Delegate)operators.IsMatch, FailureMode.Throws);
    }

    private static bool IsMatch(Regex regex, ByteSlice text)
    {
        char[] rented = System.Buffers.ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            int length = Encoding.UTF8.GetChars(text.Span, rented);
            return regex.IsMatch(rented.AsSpan(0, length));
        }
        catch (RegexMatchTimeoutException)
        {
            throw SqlRegex.TimedOut();
        }
        finally
        {
            System.Buffers.ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static ByteSlice ReplaceMatches(
        ByteSlice text, ByteSlice pattern, ByteSlice replacement, int start, int number, string flags, EvaluationContext c) => Guard(() =>
    {
        if (number < 0)
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"n\": {number}");
        }

        string decoded = Utf8Text.Decode(text);
        string template = Utf8Text.Decode(replacement);
        Regex regex = SqlRegex.Get(Utf8Text.Decode(pattern), flags);
        var output = new StringBuilder();
        int copied = 0;
        int seen = 0;
        for (Match match = regex.Match(decoded, StartIndex(decoded, start)); match.Success; match = match.NextMatch())
        {
            seen++;
            if (number != 0 && seen != number)
            {
                continue;
            }

            output.Append(decoded, copied, match.Index - copied);
            Expand(template, match, output);
            copied = match.Index + match.Length;
            if (number != 0)
            {
                break;
            }
        }

        output.Append(decoded, copied, decoded.Length - copied);
        return c.Text(output.ToString());
    });

    /// <summary>\1 to \9 are groups, \&amp; the match, \\ a backslash.</summary>
    private static void Expand(string template, Match match, StringBuilder output)
    {
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '\\' || i + 1 == template.Length)
            {
                output.Append(template[i]);
                continue;
            }

            char next = template[++i];
            switch (next)
            {
                case '&': output.Append(match.ValueSpan); break;
                case >= '1' and <= '9': output.Append(match.Groups[next - '0'].ValueSpan); break;
                case '\\': output.Append('\\'); break;
                default: output.Append('\\').Append(next); break;
            }
        }
    }

    private static int CountMatches(ByteSlice text, ByteSlice pattern, int start, string flags) => Guard(() =>
    {
        string decoded = Utf8Text.Decode(text);
        return SqlRegex.Get(Utf8Text.Decode(pattern), flags).Count(decoded.AsSpan(), StartIndex(decoded, start));
    });

    private static int StartIndex(string text, int start)
    {
        if (start <= 0)
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"start\": {start}");
        }

        int index = 0;
        for (int i = 1; i < start && index < text.Length; i++)
        {
            index += index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]) ? 2 : 1;
        }

        return index;
    }

    private static int CodePoints(string text, int end)
    {
        int count = 0;
        foreach (Rune rune in text.AsSpan(0, end).EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private sealed class Matcher(string flags, string? pattern)
    {
        private Regex? _regex;

        public bool IsMatch(ByteSlice text, ByteSlice dynamicPattern) => RegexFunctions.IsMatch(
            pattern is null ? SqlRegex.Get(Utf8Text.Decode(dynamicPattern), flags) : _regex ??= SqlRegex.Get(pattern, flags), text);

        public bool IsNoMatch(ByteSlice text, ByteSlice dynamicPattern) => !IsMatch(text, dynamicPattern);
    }
}
