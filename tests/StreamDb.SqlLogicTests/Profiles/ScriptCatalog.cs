namespace StreamDb.SqlLogicTests.Profiles;

/// <summary>Finds scripts: the peers' by tier, origin or path, and our own by path.</summary>
public sealed class ScriptCatalog
{
    public const string OwnOrigin = "streamdb";

    private static readonly string[] _scriptEndings = [".slt", ".slt.part", ".test"];

    private readonly TierTable _tiers = TierTable.Load();
    private readonly Dictionary<(string Origin, string Path), (string Role, string Tier)> _manifest = [];

    /// <param name="shareRoot">The folder with MANIFEST.tsv and a folder per origin; null when it is not there.</param>
    /// <param name="ownRoot">The folder of our own suites.</param>
    public ScriptCatalog(string? shareRoot, string? ownRoot)
    {
        ShareRoot = shareRoot;
        OwnRoot = ownRoot;
        string manifest = Path.Combine(shareRoot ?? "", "MANIFEST.tsv");
        foreach (string line in shareRoot is not null && File.Exists(manifest) ? File.ReadLines(manifest).Skip(1) : [])
        {
            string[] fields = line.Split('\t');
            _manifest[(fields[0], fields[1])] = (fields[2], fields[3]);
        }
    }

    public string? ShareRoot { get; }

    public string? OwnRoot { get; }

    /// <summary>The name of a file in reports: below the share, below our own suites, or as it is.</summary>
    public string DisplayName(string fullPath) =>
        Relative(ShareRoot, fullPath) ?? (Relative(OwnRoot, fullPath) is string own ? $"{OwnOrigin}/{own}" : fullPath);

    /// <summary>Scripts of the given tiers and origins; an empty list means all of them.</summary>
    public IReadOnlyList<TestScript> Select(IReadOnlyCollection<string> tiers, IReadOnlyCollection<string> origins)
    {
        Dictionary<string, TestScript> selected = new(StringComparer.Ordinal);
        foreach (((string origin, string path), (string role, string tier)) in _manifest)
        {
            if (role != "body" || (origins.Count > 0 && !origins.Contains(origin)))
            {
                continue;
            }

            TierRule? rule = _tiers.Find(origin, path, tier);
            if (rule is null || (tiers.Count > 0 && !tiers.Contains(rule.Tier)))
            {
                continue;
            }

            foreach (string script in rule.Drivers.Count > 0 ? rule.Drivers : [path])
            {
                TestScript test = Peer(origin, script, rule.Tier);
                selected.TryAdd(test.Name, test);
            }
        }

        return [.. selected.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];
    }

    /// <summary>Scripts at a path: one file, or every script below a folder (drivers in place of their parts).</summary>
    public IReadOnlyList<TestScript> At(string path, Profile? profile)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return [One(full, profile)];
        }

        if (!Directory.Exists(full))
        {
            throw new FileNotFoundException($"no such script or folder: {path}");
        }

        if (Relative(ShareRoot, full) is string below)
        {
            return [.. Select([], []).Where(s => s.Name.StartsWith(below + "/", StringComparison.Ordinal))];
        }

        return [.. Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories)
            .Where(f => _scriptEndings.Any(e => f.EndsWith(e, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(f => One(f, profile))];
    }

    private TestScript One(string full, Profile? profile)
    {
        if (Relative(ShareRoot, full) is string below && below.IndexOf('/', StringComparison.Ordinal) is int slash and > 0)
        {
            string origin = below[..slash];
            string path = below[(slash + 1)..];
            string? tier = _manifest.TryGetValue((origin, path), out (string Role, string Tier) entry) ? entry.Tier : null;
            TestScript script = Peer(origin, path, _tiers.Find(origin, path, tier)?.Tier ?? "-");
            return profile is null ? script : script with { Profile = profile };
        }

        string name = DisplayName(full);
        string root = OwnRoot ?? Path.GetDirectoryName(full) ?? "/";
        return new(name, full, root, OwnOrigin, "own", profile ?? Profile.StreamDb);
    }

    private TestScript Peer(string origin, string path, string tier)
    {
        string root = Path.Combine(ShareRoot ?? "", origin);
        return new($"{origin}/{path}", Path.Combine(root, path), root, origin, tier, Profile.Find(origin) ?? Profile.RisingWave);
    }

    private static string? Relative(string? root, string fullPath) =>
        root is not null && fullPath.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) ? fullPath[(root.TrimEnd('/').Length + 1)..] : null;
}
