using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>One term of a join: deltas of one side times the index of the other.</summary>
/// <remarks>
/// Δ(L ⋈ R) = ΔL ⋈ R + L' ⋈ ΔR where L' = L + ΔL: one probe reads its index before the epoch's deltas are applied to it, the
/// other afterwards. Both may also see batch after batch of one side probed, then applied: every pair of rows meets once,
/// when the later of the two arrives.
/// </remarks>
internal sealed unsafe class ProbeOperator : Operator, IIndexReader
{
    private readonly KeyEncoder _encoder;
    private readonly JoinOutput _output;
    private readonly IBatchTransform? _transform;
    private readonly NativeScratch<ulong> _runs = new();
    private readonly bool _ownsEncoder;
    private KeyedIndex _index;

    public ProbeOperator(
        OperatorContext context,
        KeyEncoder encoder,
        bool ownsEncoder,
        KeyedIndex index,
        int deltaColumnCount,
        IReadOnlyList<int> deltaKeys,
        bool deltaIsLeft,
        IBatchTransform? transform)
        : base(context)
    {
        _encoder = encoder;
        _ownsEncoder = ownsEncoder;
        _index = index;
        _output = new JoinOutput(index, deltaColumnCount, deltaKeys, deltaIsLeft);
        _transform = transform;
    }

    /// <summary>The index is already full when a new dataflow is filled, so the other probe finds all pairs.</summary>
    public bool SkipsBackfill { get; init; }

    public override bool CanStore => true;

    public void Read(KeyedIndex index)
    {
        _index = index;
        _output.Read(index);
    }

    public override void Flush()
    {
        if (_ownsEncoder)
        {
            _encoder.Forget();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _output.Dispose();
        _runs.Dispose();
        if (_ownsEncoder)
        {
            _encoder.Dispose();
        }
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        const int Distance = 12;
        if ((SkipsBackfill && Scheduler.IsBackfill) || _index.KeyCount == 0)
        {
            return;
        }

        DeltaBatch kept = _encoder.Encode(batch, out DeltaBatch? unmatched);
        unmatched?.Release();
        int count = kept.Count;
        ulong* runs = _runs.Reserve(count);
        _index.Find(_encoder.Keys, _encoder.Hashes, runs);
        long* weights = kept.Weights is null ? null : (long*)kept.Weights.Values;
        for (int i = 0; i < Math.Min(Distance, count); i++)
        {
            Runs.Prefetch(runs[i]);
        }

        for (int i = 0; i < count; i++)
        {
            if (_index.Runs.Fetches(i))
            {
                (int start, int fetched) = Runs.FetchedAt(i, count);
                _index.Runs.Fetch(runs + start, fetched);
            }

            if (i + Distance < count)
            {
                Runs.Prefetch(runs[i + Distance]);
            }

            if (runs[i] == 0)
            {
                continue;
            }

            long weight = weights is null ? 1 : weights[i];
            var cursor = new RunCursor(_index.Runs, runs[i]);
            while (cursor.NextBlock(out byte* entries, out long* entryWeights, out int entryCount))
            {
                int done = 0;
                while (true)
                {
                    done += _output.Add(
                        i,
                        weight,
                        entries + ((long)done * _index.Runs.Layout.EntryBytes),
                        entryWeights is null ? null : entryWeights + done,
                        entryCount - done);
                    if (_output.IsFull)
                    {
                        Context.Cancellation.ThrowIfCancellationRequested();
                        EmitChunk(kept);
                    }

                    if (done == entryCount)
                    {
                        break;
                    }
                }
            }
        }

        if (_output.Count > 0)
        {
            EmitChunk(kept);
        }

        kept.Release();
    }

    private void EmitChunk(DeltaBatch kept)
    {
        DeltaBatch output = _output.Take(kept.Rows);
        if (_transform is null)
        {
            Emit(output);
            return;
        }

        DeltaBatch? transformed = _transform.Apply(output);
        output.Release();
        if (transformed is not null)
        {
            Emit(transformed);
        }
    }
}
