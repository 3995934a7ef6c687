using System.Text.RegularExpressions;
using StreamDb.SqlLogicTests.Parsing;

namespace StreamDb.SqlLogicTests.Profiles;

/// <summary>One line of <c>tiers.tsv</c>.</summary>
/// <param name="Drivers">Scripts that include the matching ones; empty when they run by themselves.</param>
public sealed record TierRule(string Tier, string Origin, string ManifestTier, Regex Path, IReadOnlyList<string> Drivers);

/// <summary>Assigns the peers' scripts to tiers, by the rules of <c>tiers.tsv</c>.</summary>
public sealed class TierTable
{
    private readonly IReadOnlyList<TierRule> _rules;

    private TierTable(IReadOnlyList<TierRule> rules) => _rules = rules;

    public static TierTable Load()
    {
        using Stream stream = typeof(TierTable).Assembly.GetManifestResourceStream("tiers.tsv")
            ?? throw new InvalidOperationException("tiers.tsv is not embedded");
        using StreamReader reader = new(stream);
        return Parse(reader.ReadToEnd());
    }

    public static TierTable Parse(string text)
    {
        List<TierRule> rules = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.TrimEnd('\r').Split('\t');
            if (line.StartsWith('#') || fields.Length < 4)
            {
                continue;
            }

            string[] drivers = fields.Length > 4 ? fields[4].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
            rules.Add(new(fields[0], fields[1], fields[2], FileGlob.ToRegex(fields[3]), drivers));
        }

        return new(rules);
    }

    /// <param name="manifestTier">The tier the manifest gives; null for a script that it does not list.</param>
    public TierRule? Find(string origin, string path, string? manifestTier) =>
        _rules.FirstOrDefault(r => r.Origin == origin
            && (r.ManifestTier == "*" || manifestTier is null || r.ManifestTier == manifestTier)
            && r.Path.IsMatch(path));
}
