using System.Collections.Immutable;
using StreamDb.Connectors;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Sources;

/// <summary>The connectors that are built in.</summary>
public sealed class BuiltInConnectors : IConnectorRegistry
{
    public static BuiltInConnectors Instance { get; } = new();

    public ISource Open(SourceRequest request) => ConnectorRegistry.Open(request);

    public ImmutableArray<ColumnDefinition>? ImpliedColumns(ConnectorDefinition connector) =>
        ConnectorRegistry.ImpliedColumns(connector.Name, connector.Options) is { } fields
            ? [.. fields.Select(f => new ColumnDefinition(f.Name, f.Type, f.IsNullable))]
            : null;
}
