using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>The epoch that a worker is computing, and its time.</summary>
internal sealed class EpochClock
{
    public Epoch Epoch { get; set; }

    public long NowMicroseconds { get; set; }
}
