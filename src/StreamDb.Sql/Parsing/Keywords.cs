using System.Collections.Frozen;
using StreamDb.Sql.Generated;

namespace StreamDb.Sql.Parsing;

/// <summary>The keywords, read from the lexer's vocabulary: every token without a rule of its own is one.</summary>
internal static class Keywords
{
    private const string Suffix = "_KEYWORD";

    private static readonly FrozenDictionary<string, int> _types = ReadVocabulary();
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup =
        _types.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The token type of a word in any case, or <see cref="StreamDbLexer.WORD"/>.</summary>
    public static int TypeOf(ReadOnlySpan<char> word) =>
        _lookup.TryGetValue(word, out int type) ? type : StreamDbLexer.WORD;

    /// <summary>Whether a name must be quoted to be read back as the same name wherever a name may stand.</summary>
    public static bool NeedsQuotes(string name) => name.Length == 0 || !IsLowerCaseWord(name) || _types.ContainsKey(name);

    private static bool IsLowerCaseWord(string name)
    {
        foreach (char character in name)
        {
            if (character is not ((>= 'a' and <= 'z') or '_' or (>= '0' and <= '9') or '$'))
            {
                return false;
            }
        }

        return name[0] is (>= 'a' and <= 'z') or '_';
    }

    private static FrozenDictionary<string, int> ReadVocabulary()
    {
        HashSet<string> rules = [.. StreamDbLexer.ruleNames, "OPEN_QUERY", "FIELD_DOT", "LIST_CONSTRUCTOR", "MAP_CONSTRUCTOR"];
        Dictionary<string, int> types = new(StringComparer.OrdinalIgnoreCase);
        for (int type = 1; StreamDbLexer.DefaultVocabulary.GetSymbolicName(type) is string name; type++)
        {
            if (rules.Contains(name))
            {
                continue;
            }

            // The generator keeps a few names for itself; these tokens carry a suffix.
            string word = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
            types.Add(word.ToLowerInvariant(), type);
        }

        return types.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
