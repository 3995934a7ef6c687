namespace StreamDb.Core.Rows;

/// <summary>
/// An accumulator whose states form a commutative group: the states of two sets of rows make the state of both together. Window
/// functions keep a state per stretch of rows and put a frame's together from them.
/// </summary>
public unsafe interface IMergeableAccumulator : IAccumulator
{
    /// <summary>
    /// Whether taking a state away leaves exactly what was there before. Sums of floats round: a frame must then be put together
    /// from its own rows alone.
    /// </summary>
    bool IsExact { get; }

    /// <summary>Adds <c>signs[i]</c> (1 or -1) times <c>sources[i]</c> to <c>targets[i]</c>, for i &lt; count, in order: a target may be the source of a later step.</summary>
    void Merge(byte** targets, byte** sources, long* signs, int count);
}
