using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow;

/// <summary>Deltas of one relation in one epoch.</summary>
public readonly record struct RelationDelta(RelationId Relation, DeltaBatch Delta);
