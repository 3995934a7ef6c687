using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.Expressions.Functions;

/// <summary>Turns a SIMILAR TO pattern into a regular expression.</summary>
internal static class SimilarTo
{
    /// <param name="pattern">% and _ as in LIKE, plus | * + ? {m,n} ( ) and brackets.</param>
    /// <param name="escape">One character, or empty for none.</param>
    /// <param name="isSubstring">Escape and double quote bound the wanted part.</param>
    public static string Translate(string pattern, string escape, bool isSubstring)
    {
        if (escape.Length > 1)
        {
            throw new SqlException(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };
        }

        var output = new StringBuilder("^(?:");
        bool isInBracket = false;
        int quotes = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            char ch = pattern[i];
            if (escape.Length == 1 && ch == escape[0] && i + 1 < pattern.Length)
            {
                char next = pattern[++i];
                if (isSubstring && next == '"')
                {
                    output.Append(++quotes == 1 ? "){1,1}?(" : "){1,1}(?:");
                }
                else
                {
                    output.Append(char.IsLetterOrDigit(next) ? "" : "\\").Append(next);
                }
            }
            else if (isInBracket)
            {
                output.Append(ch == '\\' ? "\\\\" : ch.ToString());
                isInBracket = ch != ']';
            }
            else
            {
                isInBracket = ch == '[';
                output.Append(ch switch
                {
                    '%' => ".*",
                    '_' => ".",
                    '(' => "(?:",
                    '\\' or '.' or '^' or '$' => "\\" + ch,
                    _ => ch.ToString(),
                });
            }
        }

        return output.Append(")$").ToString();
    }
}
