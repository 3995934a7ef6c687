using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>A list of steps "add this state to that one" for accumulators that lie side by side: carried out by each of them at once.</summary>
internal sealed unsafe class MergeScript : IDisposable
{
    private readonly NativeScratch<nint> _targets = new();
    private readonly NativeScratch<nint> _sources = new();
    private readonly NativeScratch<long> _signs = new();
    private int _count;

    public void Add(byte* target, byte* source, long sign)
    {
        _targets.Reserve(_count + 1)[_count] = (nint)target;
        _sources.Reserve(_count + 1)[_count] = (nint)source;
        _signs.Reserve(_count + 1)[_count++] = sign;
    }

    /// <summary>Carries out all steps, in order, for the given accumulators, and forgets them.</summary>
    public void Run(ReadOnlySpan<StateSlot> slots)
    {
        int shift = 0;
        foreach (StateSlot slot in slots)
        {
            for (int i = 0; i < _count; i++)
            {
                _targets.Pointer[i] += slot.Offset - shift;
                _sources.Pointer[i] += slot.Offset - shift;
            }

            shift = slot.Offset;
            slot.Accumulator.Merge((byte**)_targets.Pointer, (byte**)_sources.Pointer, _signs.Pointer, _count);
        }

        _count = 0;
    }

    public void Dispose()
    {
        _targets.Dispose();
        _sources.Dispose();
        _signs.Dispose();
    }
}
