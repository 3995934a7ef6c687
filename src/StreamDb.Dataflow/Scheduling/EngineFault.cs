namespace StreamDb.Dataflow.Scheduling;

/// <summary>The broken invariant that stopped the engine, if any.</summary>
internal sealed class EngineFault
{
    private volatile Exception? _reason;

    public Exception? Reason
    {
        get => _reason;
        set => _reason ??= value;
    }
}
