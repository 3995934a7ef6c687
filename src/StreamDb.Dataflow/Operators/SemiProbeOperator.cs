using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>First term of a semi or anti join: left deltas whose key the right side has (or has not), before the epoch's right deltas.</summary>
internal sealed unsafe class SemiProbeOperator(
    OperatorContext context, KeyEncoder encoder, bool ownsEncoder, KeyPresence presence, bool isAnti) : Operator(context)
{
    private readonly NativeScratch<bool> _present = new();
    private readonly NativeScratch<int> _rows = new();

    /// <summary>The left index is already full when a new dataflow is filled: then the second term finds all matches.</summary>
    public bool SkipsBackfill { get; init; }

    public override bool CanStore => true;

    public override void Flush()
    {
        if (ownsEncoder)
        {
            encoder.Forget();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _present.Dispose();
        _rows.Dispose();
        if (ownsEncoder)
        {
            encoder.Dispose();
        }
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (SkipsBackfill && Scheduler.IsBackfill)
        {
            if (isAnti)
            {
                Emit(batch.Acquire());
            }

            return;
        }

        DeltaBatch kept = encoder.Encode(batch, out DeltaBatch? unmatched);
        if (unmatched is not null)
        {
            if (isAnti)
            {
                Emit(unmatched.Acquire());
            }

            unmatched.Release();
        }

        bool* present = _present.Reserve(kept.Count);
        presence.Find(encoder.Keys, encoder.Hashes, present);
        int* rows = _rows.Reserve(kept.Count);
        int count = 0;
        for (int i = 0; i < kept.Count; i++)
        {
            if (present[i] != isAnti)
            {
                rows[count++] = i;
            }
        }

        if (count == kept.Count)
        {
            Emit(kept.Acquire());
        }
        else if (count > 0)
        {
            Emit(kept.Gather(new ReadOnlySpan<int>(rows, count)));
        }

        kept.Release();
    }
}
