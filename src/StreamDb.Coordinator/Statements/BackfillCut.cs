using StreamDb.Coordinator.Epochs;
using StreamDb.Dataflow.Backfills;

namespace StreamDb.Coordinator.Statements;

/// <summary>Takes what a backfill has yet to compute, between two epochs. Changes nothing and makes no epoch.</summary>
internal sealed class BackfillCut(Database database, Backfill backfill) : WriteRequest
{
    public override bool ReadsLatest => true;

    public override void Prepare(EpochBuilder epoch) => database.Engine.Cut(backfill, database.Published);
}
