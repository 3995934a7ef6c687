using System.Text;

namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>Replaces <c>$NAME</c>, <c>${NAME}</c> and <c>${NAME:default}</c>; <c>\$</c> is a plain dollar sign.</summary>
public static class Substitution
{
    /// <exception cref="KeyNotFoundException">A variable is unknown and has no default.</exception>
    public static string Apply(string text, Func<string, string?> lookup)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length && text[i + 1] is '$' or '\\')
            {
                result.Append(text[++i]);
            }
            else if (c == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                int end = text.IndexOf('}', i);
                if (end < 0)
                {
                    result.Append(c);
                    continue;
                }

                string[] parts = text[(i + 2)..end].Split(':', 2);
                result.Append(lookup(parts[0]) ?? (parts.Length > 1 ? parts[1] : throw Unknown(parts[0])));
                i = end;
            }
            else if (c == '$' && i + 1 < text.Length && IsNameStart(text[i + 1]))
            {
                int end = i + 1;
                while (end < text.Length && (IsNameStart(text[end]) || char.IsAsciiDigit(text[end])))
                {
                    end++;
                }

                string name = text[(i + 1)..end];
                result.Append(lookup(name) ?? throw Unknown(name));
                i = end - 1;
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static KeyNotFoundException Unknown(string name) => new($"variable \"{name}\" is not set");
}
