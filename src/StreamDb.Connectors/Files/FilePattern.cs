using System.IO.Enumeration;
using StreamDb.Core.Errors;

namespace StreamDb.Connectors.Files;

/// <summary>One file or a pattern with * and ? below the file root. Nothing outside the root is ever listed or named.</summary>
/// <remarks>
/// Wildcards stand for characters of one path segment, and not for a leading dot. Links may point anywhere below the
/// root; what they lead to is looked at anew each time, because links change.
/// </remarks>
internal sealed class FilePattern
{
    private static readonly char[] _wildcards = ['*', '?'];
    private readonly string _path;
    private readonly string _root;
    private readonly string[] _segments;

    private FilePattern(string path, string root, string[] segments)
    {
        _path = path;
        _root = root;
        _segments = segments;
    }

    /// <summary>Whether the path names one file.</summary>
    public bool IsSingle => !_segments.Any(HasWildcard);

    /// <exception cref="SqlException">42501: there is no file root, or the path is outside. 22023: not a path.</exception>
    public static FilePattern Parse(string? fileRoot, string path)
    {
        if (fileRoot is null)
        {
            throw new SqlException(SqlState.InsufficientPrivilege, "reading files is not allowed: the server has no file root")
            {
                Hint = "Start the server with a file root; sources read files below it only.",
            };
        }

        string given = Path.TrimEndingDirectorySeparator(Path.GetFullPath(fileRoot));
        string root = RealPath.Of(given);
        string relative = path;
        if (Path.IsPathRooted(path))
        {
            relative = Below(given, path) ?? Below(root, path) ?? throw Outside(path);
        }

        string[] segments = relative.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        segments = [.. segments.Where(segment => segment != ".")];
        if (segments.Contains(".."))
        {
            throw Outside(path);
        }

        return segments.Length > 0 && !path.Contains('\0', StringComparison.Ordinal)
            ? new FilePattern(path, root, segments)
            : throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for option \"path\": \"{path}\"");
    }

    /// <summary>The files there are now: names relative to the root, in name order.</summary>
    /// <exception cref="SqlException">42501: a match is a link that leads outside.</exception>
    public List<string> Match()
    {
        var names = new List<string>();
        Match("", 0, names);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The real path of a matching file.</summary>
    /// <exception cref="SqlException">42501: it is outside the root.</exception>
    public string Resolve(string name)
    {
        string real = RealPath.Of(Path.Combine(_root, name));
        return real == _root || Below(_root, real) is not null ? real : throw Outside(_path);
    }

    private void Match(string directory, int depth, List<string> names)
    {
        string segment = _segments[depth];
        bool isLast = depth == _segments.Length - 1;
        foreach (string entry in HasWildcard(segment) ? Entries(directory, segment) : [segment])
        {
            string name = directory.Length == 0 ? entry : Path.Combine(directory, entry);
            string real = Resolve(name);
            if (isLast ? File.Exists(real) : Directory.Exists(real))
            {
                if (isLast)
                {
                    names.Add(name);
                }
                else
                {
                    Match(name, depth + 1, names);
                }
            }
        }
    }

    private IEnumerable<string> Entries(string directory, string pattern) =>
        Directory.EnumerateFileSystemEntries(Resolve(directory))
            .Select(path => Path.GetFileName(path))
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
                && (!name.StartsWith('.') || pattern.StartsWith('.')));

    private static bool HasWildcard(string segment) => segment.IndexOfAny(_wildcards) >= 0;

    private static string? Below(string root, string path)
    {
        string prefix = root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : null;
    }

    private static SqlException Outside(string path) =>
        new(SqlState.InsufficientPrivilege, $"path \"{path}\" is outside the server's file root")
        {
            Hint = "Give a path relative to the file root, without \"..\".",
        };
}
