namespace StreamDb.SqlLogicTests.Profiles;

/// <summary>A script to run: where it lies, what it is called in reports, and under which rules it runs.</summary>
/// <param name="Name">Path from the suites' root, '/'-separated, origin first.</param>
/// <param name="Root">Folder from which data paths inside the script count.</param>
public sealed record TestScript(string Name, string FullPath, string Root, string Origin, string Tier, Profile Profile)
{
    public bool UsesExtendedProtocol => Profile.UsesExtendedProtocol || Name.Contains("/extended_mode/", StringComparison.Ordinal);
}
