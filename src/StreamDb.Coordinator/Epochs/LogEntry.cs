using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Coordinator.Epochs;

/// <summary>One part of an epoch's log record.</summary>
internal abstract record LogEntry;

/// <summary>Deltas of a table or source.</summary>
internal sealed record DeltaEntry(RelationId Relation, DeltaBatch Deltas) : LogEntry;

/// <summary>A DDL statement with what its binding depends on, so that replay makes the same items with the same oids.</summary>
/// <param name="FirstOid">The first oid it was free to assign.</param>
internal sealed record DdlEntry(string Sql, IReadOnlyList<string> SearchPath, string User, string TimeZone, uint FirstOid) : LogEntry
{
    /// <summary>What now() was where it was bound; null: the time of its epoch. µs since 2000-01-01 UTC.</summary>
    public long? BoundMicroseconds { get; init; }
}

/// <summary>A source's position after the deltas of the same epoch.</summary>
internal sealed record OffsetEntry(RelationId Source, ReadOnlyMemory<byte> Offset) : LogEntry;
