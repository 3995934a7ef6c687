using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Ports;

/// <summary>A linear function of deltas: filter, projection, table function. Used by one thread at a time.</summary>
public interface IBatchTransform
{
    /// <summary>The transformed deltas, owned by the caller; null when nothing is left. <paramref name="input"/> is borrowed.</summary>
    /// <remarks>Linear: f(a + b) = f(a) + f(b), so it sees each delta alone and weights pass through.</remarks>
    DeltaBatch? Apply(DeltaBatch input);
}
