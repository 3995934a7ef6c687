using System.Collections.Immutable;

namespace StreamDb.Planning.Catalog;

/// <summary>WITH (connector = …, …) FORMAT … ENCODE … (…).</summary>
/// <param name="Options">WITH options, names in lower case.</param>
/// <param name="Format">PLAIN, UPSERT, DEBEZIUM, NATIVE; upper case; null when absent.</param>
/// <param name="Encode">JSON, CSV, BYTES, NATIVE; upper case; null when absent.</param>
/// <param name="EncodeOptions">Options of ENCODE, names in lower case.</param>
public sealed record ConnectorDefinition(
    ImmutableDictionary<string, string> Options,
    string? Format,
    string? Encode,
    ImmutableDictionary<string, string> EncodeOptions)
{
    /// <summary>The connector's name, lower case.</summary>
    public string Name => Options["connector"];
}
