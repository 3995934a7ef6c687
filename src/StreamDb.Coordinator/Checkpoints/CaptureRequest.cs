using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Errors;
using StreamDb.State.Log;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>Takes an image of the database between two epochs. Changes nothing and makes no epoch.</summary>
internal sealed class CaptureRequest(Database database, WriteAheadLog log) : WriteRequest
{
    /// <summary>What is published is then all there is, and the log is durable exactly up to it.</summary>
    public override bool ReadsLatest => true;

    /// <summary>Set when <see cref="WriteRequest.Completion"/> ends well; the receiver disposes it.</summary>
    public DatabaseImage? Image { get; private set; }

    /// <exception cref="SqlException">55000: rows of a table are in the log alone, which a checkpoint without them would let go.</exception>
    public override void Prepare(EpochBuilder epoch)
    {
        database.ThrowIfAnyInputPaused();
        Image = new DatabaseImage(database.Engine.Capture(withDataflows: true), database.Describe(epoch.NowMicroseconds), log.Durable);
    }
}
