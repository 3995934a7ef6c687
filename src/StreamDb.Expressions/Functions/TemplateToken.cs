namespace StreamDb.Expressions.Functions;

/// <summary>One piece of a date template: a pattern with its modifiers, or text to copy (<see cref="Pattern"/> is null).</summary>
/// <param name="Pattern">The canonical pattern; words that care about case keep theirs.</param>
/// <param name="IsFill">FM: no padding.</param>
/// <param name="Ordinal">TH or th after a number.</param>
internal sealed record TemplateToken(string? Pattern, string Text, bool IsFill = false, string? Ordinal = null)
{
    // Longest first, so that YYYY is not four Y.
    private static readonly string[] _patterns =
    [
        "Y,YYY", "SSSSS", "A.M.", "P.M.", "B.C.", "A.D.", "HH24", "HH12", "SSSS", "YYYY", "IYYY", "IDDD", "MONTH",
        "DDD", "DAY", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "IYY", "MON", "TZH", "TZM", "YYY",
        "AD", "AM", "BC", "CC", "DD", "DY", "HH", "ID", "IW", "IY", "MI", "MM", "MS", "OF", "PM", "RM", "SS", "TZ", "US", "WW", "YY",
        "D", "I", "J", "Q", "W", "Y",
    ];

    private static readonly string[] _ordered = [.. _patterns.OrderByDescending(p => p.Length)];

    private static readonly HashSet<string> _caseMatters =
        ["MONTH", "MON", "DAY", "DY", "AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.", "RM", "TZ"];

    public static List<TemplateToken> Split(string template)
    {
        var tokens = new List<TemplateToken>();
        int i = 0;
        while (i < template.Length)
        {
            bool isFill = false;
            if (StartsWith(template, i, "FM"))
            {
                isFill = true;
                i += 2;
            }
            else if (StartsWith(template, i, "FX") || StartsWith(template, i, "TM"))
            {
                i += 2;
                continue;
            }

            if (Array.Find(_ordered, p => StartsWith(template, i, p)) is { } pattern)
            {
                string written = template.Substring(i, pattern.Length);
                i += pattern.Length;
                string? ordinal = StartsWith(template, i, "TH") ? template.Substring(i, 2) : null;
                i += ordinal is null ? 0 : 2;
                tokens.Add(new TemplateToken(Canonical(pattern, written), written, isFill, ordinal == "TH" ? "TH" : ordinal is null ? null : "th"));
            }
            else if (i < template.Length && template[i] == '"')
            {
                int end = i + 1;
                var text = new System.Text.StringBuilder();
                while (end < template.Length && template[end] != '"')
                {
                    end += template[end] == '\\' && end + 1 < template.Length ? 1 : 0;
                    text.Append(template[end++]);
                }

                tokens.Add(new TemplateToken(null, text.ToString()));
                i = end + 1;
            }
            else if (i < template.Length)
            {
                tokens.Add(new TemplateToken(null, template[i].ToString()));
                i++;
            }
        }

        return tokens;
    }

    /// <summary>MONTH, Month and month stay apart; for numbers case does not matter.</summary>
    private static string Canonical(string pattern, string written)
    {
        if (!_caseMatters.Contains(pattern))
        {
            return pattern;
        }

#pragma warning disable CA1308 // Patterns in lower case ask for lower case.
        return char.IsLower(written[0]) ? pattern.ToLowerInvariant()
            : pattern is "MONTH" or "MON" or "DAY" or "DY" && char.IsLower(written[1]) ? pattern[0] + pattern[1..].ToLowerInvariant()
            : pattern;
#pragma warning restore CA1308
    }

    private static bool StartsWith(string template, int at, string pattern) =>
        string.Compare(template, at, pattern, 0, pattern.Length, StringComparison.OrdinalIgnoreCase) == 0;
}
