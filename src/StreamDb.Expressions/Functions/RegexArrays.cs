using System.Text.RegularExpressions;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions over regular expressions that give arrays of text.</summary>
internal static class RegexArrays
{
    public static ByteSlice? Match(ByteSlice text, ByteSlice pattern, EvaluationContext c) => MatchWith(text, pattern, "", c);

    public static ByteSlice? MatchWithFlags(ByteSlice text, ByteSlice pattern, ByteSlice flags, EvaluationContext c)
    {
        string letters = Utf8Text.Decode(flags);
        return letters.Contains('g', StringComparison.Ordinal)
            ? throw new SqlException(SqlState.InvalidParameterValue, "regexp_match() does not support the \"global\" option")
            {
                Hint = "Use the regexp_matches function instead.",
            }
            : MatchWith(text, pattern, letters, c);
    }

    public static ByteSlice Split(ByteSlice text, ByteSlice pattern, EvaluationContext c) => SplitWith(text, pattern, "", c);

    public static ByteSlice SplitWithFlags(ByteSlice text, ByteSlice pattern, ByteSlice flags, EvaluationContext c) =>
        SplitWith(text, pattern, Utf8Text.Decode(flags), c);

    /// <summary>The groups of a match, or the match itself when there are none.</summary>
    public static void AppendGroups(Match match, EvaluationContext c)
    {
        for (int i = match.Groups.Count > 1 ? 1 : 0; i < match.Groups.Count; i++)
        {
            if (match.Groups[i].Success)
            {
                c.Array.Append(c.Text(match.Groups[i].ValueSpan).Span);
            }
            else
            {
                c.Array.AppendNull();
            }
        }
    }

    /// <summary>The parts between matches; an empty match never splits at the ends or after another match.</summary>
    public static IReadOnlyList<string> Parts(string text, Regex regex)
    {
        List<string> parts = [];
        int start = 0;
        for (Match match = regex.Match(text); match.Success; match = match.NextMatch())
        {
            if (match.Length == 0 && (match.Index == start && start == 0 || match.Index >= text.Length || match.Index == start))
            {
                continue;
            }

            parts.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static ByteSlice? MatchWith(ByteSlice text, ByteSlice pattern, string flags, EvaluationContext c) => RegexFunctions.Guard<ByteSlice?>(() =>
    {
        Match match = SqlRegex.Get(Utf8Text.Decode(pattern), flags).Match(Utf8Text.Decode(text));
        if (!match.Success)
        {
            return null;
        }

        c.Array.Begin(SqlType.Text);
        AppendGroups(match, c);
        return c.FinishArray();
    });

    private static ByteSlice SplitWith(ByteSlice text, ByteSlice pattern, string flags, EvaluationContext c) => RegexFunctions.Guard(() =>
    {
        c.Array.Begin(SqlType.Text);
        foreach (string part in Parts(Utf8Text.Decode(text), SqlRegex.Get(Utf8Text.Decode(pattern), flags)))
        {
            c.Array.Append(c.Text(part).Span);
        }

        return c.FinishArray();
    });
}
