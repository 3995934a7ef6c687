using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using StreamDb.Core.Errors;

namespace StreamDb.Expressions.Functions;

/// <summary>PostgreSQL's advanced regular expressions on top of .NET's, cached by pattern and flags.</summary>
/// <remarks>
/// Translated: classes ([[:alpha:]]), word boundaries (\m \M \y \Y), \Z, ^ and $ by the newline flags. One difference stays:
/// alternatives are tried in order rather than for the longest match. A match that takes longer than a second fails with 2201B.
/// </remarks>
internal static class SqlRegex
{
    private const int CachedMax = 2000;

    private static readonly ConcurrentDictionary<(string Pattern, string Flags), Regex> _cache = new();

    /// <summary>The compiled pattern.</summary>
    /// <param name="flags">Letters of i, c, n, m, s, p, w, x, q; g is the caller's.</param>
    /// <exception cref="SqlException">2201B for a bad pattern, 22023 for a bad flag.</exception>
    public static Regex Get(string pattern, string flags)
    {
        if (_cache.TryGetValue((pattern, flags), out Regex? regex))
        {
            return regex;
        }

        regex = Compile(pattern, flags);
        if (_cache.Count >= CachedMax)
        {
            _cache.Clear();
        }

        _cache[(pattern, flags)] = regex;
        return regex;
    }

    public static SqlException TimedOut() =>
        new(SqlState.InvalidRegularExpression, "regular expression failed: regular expression is too complex");

    private static Regex Compile(string pattern, string flags)
    {
        RegexOptions options = RegexOptions.CultureInvariant;
        bool isLiteral = false;
        bool dotMatchesNewline = true;
        bool anchorsMatchLines = false;
        foreach (char flag in flags)
        {
            switch (flag)
            {
                case 'i': options |= RegexOptions.IgnoreCase; break;
                case 'c': options &= ~RegexOptions.IgnoreCase; break;
                case 'n' or 'm': (dotMatchesNewline, anchorsMatchLines) = (false, true); break;
                case 's': (dotMatchesNewline, anchorsMatchLines) = (true, false); break;
                case 'p': dotMatchesNewline = false; break;
                case 'w': anchorsMatchLines = true; break;
                case 'x': options |= RegexOptions.IgnorePatternWhitespace; break;
                case 'q': isLiteral = true; break;
                case 'e' or 't' or 'b' or 'g': break;
                default:
                    throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{flag}\"");
            }
        }

        options |= dotMatchesNewline ? RegexOptions.Singleline : RegexOptions.None;
        options |= anchorsMatchLines ? RegexOptions.Multiline : RegexOptions.None;
        if (pattern.StartsWith("***=", StringComparison.Ordinal))
        {
            (pattern, isLiteral) = (pattern[4..], true);
        }
        else if (pattern.StartsWith("***:", StringComparison.Ordinal))
        {
            pattern = pattern[4..];
        }

        try
        {
            string translated = isLiteral ? Regex.Escape(pattern) : Translate(pattern, anchorsMatchLines, dotMatchesNewline);
            return new Regex(translated, options, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException exception)
        {
            throw new SqlException(SqlState.InvalidRegularExpression, $"invalid regular expression: {Reason(exception)}");
        }
    }

    private static string Reason(ArgumentException exception) => exception is RegexParseException parse
        ? parse.Error switch
        {
            RegexParseError.InsufficientClosingParentheses or RegexParseError.InsufficientOpeningParentheses => "parentheses () not balanced",
            RegexParseError.UnterminatedBracket => "brackets [] not balanced",
            RegexParseError.QuantifierAfterNothing or RegexParseError.NestedQuantifiersNotParenthesized => "quantifier operand invalid",
            RegexParseError.ReversedCharacterRange => "invalid character range",
            RegexParseError.ReversedQuantifierRange => "invalid repetition count(s)",
            RegexParseError.UndefinedNumberedReference => "invalid backreference number",
            RegexParseError.UnescapedEndingBackslash => "invalid escape \\ sequence",
            _ => "invalid escape \\ sequence",
        }
        : "invalid escape \\ sequence";

    private static string Translate(string pattern, bool anchorsMatchLines, bool dotMatchesNewline)
    {
        var output = new StringBuilder(pattern.Length + 8);
        for (int i = 0; i < pattern.Length; i++)
        {
            char ch = pattern[i];
            switch (ch)
            {
                case '\\' when i + 1 < pattern.Length:
                    output.Append(Escape(pattern[++i]));
                    break;
                case '[':
                    i = TranslateBracket(pattern, i, dotMatchesNewline, output);
                    break;
                case '$':
                    output.Append(anchorsMatchLines ? "(?=\\n|\\z)" : "\\z");
                    break;
                case '(' when i + 2 < pattern.Length && pattern[i + 1] == '?' && i > 0 && char.IsAsciiLetter(pattern[i + 2]):
                    // Embedded options are only known at the very start.
                    throw new ArgumentException("options");
                default:
                    output.Append(ch);
                    break;
            }
        }

        return output.ToString();
    }

    private static string Escape(char ch) => ch switch
    {
        'm' => "(?<!\\w)(?=\\w)",
        'M' => "(?<=\\w)(?!\\w)",
        'y' => "\\b",
        'Y' => "\\B",
        'Z' => "\\z",
        'a' => "\\a",
        'B' => "\\\\",
        _ => "\\" + ch,
    };

    private static int TranslateBracket(string pattern, int start, bool dotMatchesNewline, StringBuilder output)
    {
        int i = start + 1;
        output.Append('[');
        if (i < pattern.Length && pattern[i] == '^')
        {
            output.Append('^');
            if (!dotMatchesNewline)
            {
                output.Append("\\n");
            }

            i++;
        }

        for (bool isFirst = true; i < pattern.Length; i++, isFirst = false)
        {
            char ch = pattern[i];
            if (ch == ']' && !isFirst)
            {
                output.Append(']');
                return i;
            }

            if (ch == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            {
                int end = pattern.IndexOf(":]", i, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw new ArgumentException("class");
                }

                output.Append(CharacterClass(pattern[(i + 2)..end]));
                i = end + 1;
            }
            else if (ch is '[' or ']')
            {
                output.Append('\\').Append(ch);
            }
            else if (ch == '\\' && i + 1 < pattern.Length)
            {
                output.Append('\\').Append(pattern[++i]);
            }
            else
            {
                output.Append(ch);
            }
        }

        throw new SqlException(SqlState.InvalidRegularExpression, "invalid regular expression: brackets [] not balanced");
    }

    private static string CharacterClass(string name) => name switch
    {
        "alpha" => "\\p{L}",
        "digit" => "0-9",
        "alnum" => "\\p{L}0-9",
        "upper" => "\\p{Lu}",
        "lower" => "\\p{Ll}",
        "space" => "\\s",
        "blank" => " \\t",
        "punct" => "!-/:-@\\[-`{-~",
        "xdigit" => "0-9A-Fa-f",
        "cntrl" => "\\p{Cc}",
        "graph" => "!-~\\p{L}",
        "print" => " -~\\p{L}",
        "word" => "\\w",
        _ => throw new SqlException(SqlState.InvalidRegularExpression, "invalid regular expression: invalid character class"),
    };
}
