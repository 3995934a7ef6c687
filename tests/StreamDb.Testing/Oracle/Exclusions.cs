namespace StreamDb.Testing.Oracle;

/// <summary>What programs would contain but for a known gap. Each has its reason; nothing else is left out.</summary>
internal static class Exclusions
{
    /// <summary>unnest is not among the table functions yet (42883).</summary>
    public static bool Unnest { get; } = true;
}
