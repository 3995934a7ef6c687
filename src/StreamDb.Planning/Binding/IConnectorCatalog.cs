using System.Collections.Immutable;
using StreamDb.Planning.Catalog;

namespace StreamDb.Planning.Binding;

/// <summary>What the binder asks of connectors.</summary>
public interface IConnectorCatalog
{
    /// <summary>The columns of a source whose statement lists none (nexmark); null when the connector implies none.</summary>
    ImmutableArray<ColumnDefinition>? ImpliedColumns(ConnectorDefinition connector);
}
