using System.Collections.Immutable;
using StreamDb.Core.Clocks;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Ports;

/// <summary>What a connector needs to open a source.</summary>
/// <param name="Columns">The relation's columns, in order; the source fills all of them (a missing field is NULL).</param>
/// <param name="Options">WITH options, names in lower case, the connector's name among them.</param>
/// <param name="Format">PLAIN, UPSERT, DEBEZIUM, NATIVE or null.</param>
/// <param name="Encode">JSON, CSV, BYTES, NATIVE or null.</param>
/// <param name="EncodeOptions">ENCODE's options, names in lower case.</param>
/// <param name="FileRoot">The directory below which files may be read; null: none.</param>
/// <param name="Offset">Where to start: the last <see cref="SourceBatch.Offset"/> made durable; empty: from the beginning.</param>
public sealed record SourceRequest(
    ImmutableArray<Field> Columns,
    IReadOnlyDictionary<string, string> Options,
    string? Format,
    string? Encode,
    IReadOnlyDictionary<string, string> EncodeOptions,
    string? FileRoot,
    IClock Clock,
    ReadOnlyMemory<byte> Offset);
