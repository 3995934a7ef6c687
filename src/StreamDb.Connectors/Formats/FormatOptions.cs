using StreamDb.Core.Errors;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors.Formats;

/// <summary>What FORMAT and ENCODE may say.</summary>
internal static class FormatOptions
{
    /// <summary>A generator makes rows, not messages: it takes the formats that RisingWave's statements have there, and ignores them.</summary>
    public static void CheckGenerator(SourceRequest request, string connector)
    {
        bool isKnown = (request.Format?.ToUpperInvariant(), request.Encode?.ToUpperInvariant()) is
            (null, null) or ("PLAIN", "JSON") or ("PLAIN", "NATIVE") or ("NATIVE", "NATIVE") or ("NATIVE", null);
        if (!isKnown)
        {
            throw Unsupported(request, connector);
        }

        new OptionReader(request.EncodeOptions).CheckAllTaken(connector);
    }

    public static SqlException Unsupported(SourceRequest request, string connector) =>
        new(
            SqlState.FeatureNotSupported,
            $"FORMAT {request.Format ?? "PLAIN"} ENCODE {request.Encode ?? "NATIVE"} is not supported for connector \"{connector}\"");
}
