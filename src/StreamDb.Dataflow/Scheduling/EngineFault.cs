namespace StreamDb.Dataflow.Scheduling;

/// <summary>The broken invariant that stopped the engine, if any; or what stopped a part of it, which stops with the whole.</summary>
internal sealed class EngineFault(EngineFault? whole = null)
{
    private volatile Exception? _reason;

    public Exception? Reason
    {
        get => _reason ?? whole?.Reason;
        set => _reason ??= value;
    }
}
