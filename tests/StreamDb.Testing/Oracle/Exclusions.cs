namespace StreamDb.Testing.Oracle;

/// <summary>What programs would contain but for a known gap. Each has its reason; nothing else is left out.</summary>
internal static class Exclusions
{
    /// <summary>unnest is not among the table functions yet (42883).</summary>
    public static bool Unnest { get; } = true;

    /// <summary>UPDATE … FROM takes equal rows of a table without key for one, and updates one of them only.</summary>
    public static bool UpdateFromOfTablesWithoutKey { get; } = true;
}
