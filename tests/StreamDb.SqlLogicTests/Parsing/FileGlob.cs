using System.Text;
using System.Text.RegularExpressions;

namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>File patterns of <c>include</c> and of the tier table: <c>*</c> stays within a folder, <c>**</c> does not.</summary>
public static class FileGlob
{
    /// <summary>Turns a pattern over '/'-separated paths into an anchored regular expression.</summary>
    public static Regex ToRegex(string pattern)
    {
        StringBuilder regex = new("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                // "a/**/b" also matches "a/b": the slash belongs to the wildcard.
                bool slash = i + 2 < pattern.Length && pattern[i + 2] == '/';
                regex.Append(slash ? "(?:.*/)?" : ".*");
                i += slash ? 2 : 1;
            }
            else
            {
                regex.Append(c switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    '{' => "(?:",
                    '}' => ")",
                    ',' => "|",
                    _ => Regex.Escape(c.ToString()),
                });
            }
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    /// <summary>Files below <paramref name="folder"/> that match, in byte order of their paths.</summary>
    public static IReadOnlyList<string> Find(string folder, string pattern)
    {
        string full = Path.GetFullPath(Path.Combine(folder, pattern));
        if (!full.Contains('*', StringComparison.Ordinal))
        {
            return File.Exists(full) ? [full] : [];
        }

        string root = full[..full.LastIndexOf('/', full.IndexOf('*', StringComparison.Ordinal))];
        if (!Directory.Exists(root))
        {
            return [];
        }

        Regex regex = ToRegex(full);
        List<string> found = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => regex.IsMatch(f))];
        found.Sort(string.CompareOrdinal);
        return found;
    }
}
