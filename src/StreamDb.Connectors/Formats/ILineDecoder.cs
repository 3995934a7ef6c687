using StreamDb.Core.Errors;

namespace StreamDb.Connectors.Formats;

/// <summary>Turns lines of a file into rows. Keeps scratch memory: one reader at a time.</summary>
internal interface ILineDecoder
{
    /// <summary>Whether a file's first line names its fields.</summary>
    bool HasHeader { get; }

    /// <summary>Which column each field of the file goes to, -1 for none.</summary>
    /// <exception cref="SqlException">The header cannot be used.</exception>
    int[] ReadHeader(ReadOnlySpan<byte> line);

    /// <summary>Decodes one line, without its end.</summary>
    /// <param name="line">Never empty.</param>
    /// <param name="layout">What <see cref="ReadHeader"/> said for this file; null when there is no header.</param>
    /// <param name="row">Gets the values; all are NULL before.</param>
    /// <exception cref="SqlException">The line is bad; what the row holds then means nothing.</exception>
    void Decode(ReadOnlySpan<byte> line, int[]? layout, PendingValues row);
}
