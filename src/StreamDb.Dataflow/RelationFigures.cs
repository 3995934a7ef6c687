using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow;

/// <summary>What one relation or dataflow holds, over all workers.</summary>
/// <param name="Rows">Deltas in its arrangement, before cancellation between batches.</param>
/// <param name="ArrangementBytes">Native memory of its arrangements.</param>
/// <param name="StateBytes">Native memory of its operators' keyed state; state shared with others counts for the one that made it.</param>
/// <param name="OperatorCount">Operators per worker.</param>
public sealed record RelationFigures(RelationId Id, long Rows, long ArrangementBytes, long StateBytes, int OperatorCount, bool IsPaused);
