using System.Collections.Immutable;
using StreamDb.Connectors.Files;
using StreamDb.Connectors.Generators;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors;

/// <summary>The connectors there are, by the name that WITH (connector = …) gives.</summary>
public static class ConnectorRegistry
{
    public const string Datagen = "datagen";
    public const string Nexmark = "nexmark";
    public const string File = "file";

    /// <summary>Names of all connectors.</summary>
    public static ImmutableArray<string> Names { get; } = [Datagen, Nexmark, File];

    /// <summary>Checks all options and opens the source; nothing is read yet.</summary>
    /// <exception cref="SqlException">
    /// 22023: an option is wrong, missing or unknown. 0A000: no such connector or format. 42501: a path outside the file
    /// root. 42P16: columns that the connector cannot fill.
    /// </exception>
    public static ISource Open(SourceRequest request)
    {
        string connector = request.Options.TryGetValue("connector", out string? name)
            ? name.ToLowerInvariant()
            : throw new SqlException(SqlState.InvalidParameterValue, "missing option \"connector\"");
        return connector switch
        {
            Datagen => DatagenSource.Open(request),
            Nexmark => NexmarkSource.Open(request),
            File => FileSource.Open(request),
            _ => throw Unknown(connector),
        };
    }

    /// <summary>The columns of a source whose statement lists none; null when the connector implies none.</summary>
    /// <param name="connector">The connector's name.</param>
    /// <param name="options">WITH options, names in lower case.</param>
    /// <exception cref="SqlException">0A000: no such connector. 22023: an option is wrong.</exception>
    public static ImmutableArray<Field>? ImpliedColumns(string connector, IReadOnlyDictionary<string, string> options) =>
        connector.ToLowerInvariant() switch
        {
            Nexmark => NexmarkSchema.Of(NexmarkOptions.TableOf(options)),
            Datagen or File => null,
            string unknown => throw Unknown(unknown),
        };

    private static SqlException Unknown(string connector) =>
        new(SqlState.FeatureNotSupported, $"connector \"{connector}\" is not supported yet")
        {
            Hint = $"Available connectors are {string.Join(", ", Names)}.",
        };
}
