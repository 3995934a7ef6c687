using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Backfills;

/// <summary>The deltas of one relation on one worker since the last cut, up to a limit beyond which they are forgotten.</summary>
/// <remarks>
/// What was forgotten is found again as the difference of two versions of the relation's arrangement, so an overflow costs
/// time, never a row. Used in jobs of its worker only.
/// </remarks>
internal sealed class DeltaBuffer
{
    private List<DeltaBatch> _batches = [];

    public bool HasOverflowed { get; private set; }

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Adds a batch, borrowed.</summary>
    /// <param name="bytesMax">How much may be kept; long.MaxValue where nothing else would know the deltas.</param>
    public void Add(DeltaBatch batch, long bytesMax)
    {
        Rows += batch.Count;
        if (HasOverflowed)
        {
            return;
        }

        Bytes += batch.Bytes;
        if (Bytes > bytesMax)
        {
            HasOverflowed = true;
            Forget();
            return;
        }

        _batches.Add(batch.Acquire());
    }

    /// <summary>Hands over the batches and begins anew.</summary>
    public List<DeltaBatch> Take()
    {
        List<DeltaBatch> taken = _batches;
        _batches = [];
        HasOverflowed = false;
        Rows = 0;
        Bytes = 0;
        return taken;
    }

    public void Forget()
    {
        _batches.ForEach(static batch => batch.Release());
        _batches.Clear();
        Bytes = 0;
    }
}
