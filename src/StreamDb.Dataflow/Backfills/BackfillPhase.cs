namespace StreamDb.Dataflow.Backfills;

/// <summary>How far a backfill has come.</summary>
public enum BackfillPhase
{
    /// <summary>Reading its inputs as they were when it started.</summary>
    Filling,

    /// <summary>Computing the epochs since.</summary>
    CatchingUp,

    /// <summary>Part of every epoch.</summary>
    Live,

    /// <summary>Failed or cancelled: nothing of it is left.</summary>
    Abandoned,
}
