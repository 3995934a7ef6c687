using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Planning.Binding;

/// <summary>Everything outside a statement that decides what it means.</summary>
/// <param name="SearchPath">Schemas for unqualified names, first match wins; pg_catalog is searched first when it is not listed.</param>
/// <param name="ParameterTypes">Types the client declared for $1, $2, …; null entries are inferred.</param>
public sealed record BindingContext(
    Catalog.Catalog Catalog,
    IReadOnlyList<string> SearchPath,
    string User,
    string Database,
    TextFormat Format,
    IReadOnlyList<SqlType?>? ParameterTypes)
{
    /// <summary>What the connectors know of their own columns; null when there are none.</summary>
    public IConnectorCatalog? Connectors { get; init; }
}
