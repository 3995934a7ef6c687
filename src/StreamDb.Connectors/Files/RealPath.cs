namespace StreamDb.Connectors.Files;

/// <summary>Paths with all symbolic links followed, as realpath(3) gives them.</summary>
internal static class RealPath
{
    private const int LinksMax = 40;

    /// <summary>The real path; parts that do not exist are kept as they are.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="IOException">The links go in a circle.</exception>
    public static string Of(string path)
    {
        string current = Path.GetPathRoot(path)!;
        var pending = new Stack<string>();
        Push(path[current.Length..], pending);
        int links = 0;
        while (pending.TryPop(out string? part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            string next = Path.Combine(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > LinksMax)
            {
                throw new IOException($"too many levels of symbolic links: \"{path}\"");
            }

            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(target)!;
            }

            Push(target, pending);
        }

        return current;
    }

    private static void Push(string path, Stack<string> pending)
    {
        string[] parts = path.Split(Path.DirectorySeparatorChar);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            pending.Push(parts[i]);
        }
    }
}
