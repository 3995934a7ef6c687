using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow;

/// <summary>Why a dataflow was paused: an operator of it, or of a dataflow it reads, failed in this epoch.</summary>
public sealed record DataflowFailure(RelationId Id, Exception Reason);
