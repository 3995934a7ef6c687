namespace StreamDb.Dataflow.Ports;

/// <summary>A record that could not be decoded: kept for the source's error relation, not for the view.</summary>
/// <param name="Position">Where it stands in the external system, readable: "orders.jsonl:120" or "partition 3 offset 17".</param>
/// <param name="Raw">The record's bytes, cut at 64 KB.</param>
/// <param name="Reason">Why, as an error message.</param>
public sealed record SourceError(string Position, ReadOnlyMemory<byte> Raw, string Reason);
