using Antlr4.Runtime.Misc;
using StreamDb.Sql.Generated;
using StreamDb.Sql.Parsing;

namespace StreamDb.Sql.Printing;

/// <summary>When and how names and strings are quoted.</summary>
internal static class Names
{
    // Read from the grammar: the keywords that are names everywhere.
    private static readonly IntervalSet _freeWords = WordsOf(StreamDbParser.RULE_freeWord);
    private static readonly IntervalSet _joinWords = WordsOf(StreamDbParser.RULE_joinWord);

    /// <summary>A name where any name may stand.</summary>
    public static string Quote(string name)
    {
        if (!IsPlain(name))
        {
            return InQuotes(name);
        }

        int type = Keywords.TypeOf(name);
        return type == StreamDbLexer.WORD || _freeWords.Contains(type) ? name : InQuotes(name);
    }

    /// <summary>A name behind a dot or AS, where keywords too are names.</summary>
    public static string QuoteLabel(string name) => IsPlain(name) ? name : InQuotes(name);

    /// <summary>The name of a function before its parenthesis.</summary>
    public static string QuoteFunction(string name) =>
        IsPlain(name) && _joinWords.Contains(Keywords.TypeOf(name)) ? name : Quote(name);

    public static string QuoteString(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static bool IsPlain(string name)
    {
        foreach (char character in name)
        {
            if (character is not ((>= 'a' and <= 'z') or '_' or (>= '0' and <= '9') or '$'))
            {
                return false;
            }
        }

        return name.Length > 0 && name[0] is (>= 'a' and <= 'z') or '_';
    }

    private static string InQuotes(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static IntervalSet WordsOf(int rule) => StreamDbParser._ATN.NextTokens(StreamDbParser._ATN.ruleToStartState[rule]);
}
