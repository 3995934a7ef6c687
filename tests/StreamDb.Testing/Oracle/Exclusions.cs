namespace StreamDb.Testing.Oracle;

/// <summary>What programs would contain but for a known gap. Each has its reason; nothing else is left out.</summary>
internal static class Exclusions
{
    /// <summary>Window functions are not supported yet (0A000).</summary>
    public static bool WindowFunctions { get; } = true;
}
