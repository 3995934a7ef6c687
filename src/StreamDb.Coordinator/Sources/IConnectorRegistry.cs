using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Binding;

namespace StreamDb.Coordinator.Sources;

/// <summary>The connectors this program has.</summary>
public interface IConnectorRegistry : IConnectorCatalog
{
    /// <summary>Checks options and opens the source; nothing is read yet.</summary>
    /// <exception cref="Core.Errors.SqlException">22023: an option is wrong. 0A000: no such connector or format. 42501: a path outside the file root.</exception>
    ISource Open(SourceRequest request);
}
