using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Moves each delta to the worker that owns its key. Exists only with several workers.</summary>
/// <remarks>
/// In an epoch that may bring deltas here, every worker posts exactly one packet to every other and takes one from each:
/// the packet also says "that was all". A failed dataflow goes on exchanging empty packets, so no worker waits for ever.
/// </remarks>
internal sealed unsafe class ExchangeOperator : Operator
{
    private readonly ExchangeChannel _channel;
    private readonly KeyEncoder _encoder;
    private readonly List<DeltaBatch>[] _outgoing;
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<int> _starts = new();

    public ExchangeOperator(OperatorContext context, ExchangeChannel channel, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys)
        : base(context)
    {
        _channel = channel;
        _encoder = new KeyEncoder(shape, keys, keys.Select(_ => true).ToArray());
        _outgoing = new List<DeltaBatch>[context.WorkerCount];
        for (int worker = 0; worker < _outgoing.Length; worker++)
        {
            _outgoing[worker] = [];
        }
    }

    public override bool IsCollective => true;

    public override bool CanStore => true;

    /// <summary>The worker that owns a key, by bits of its hash that hash tables use least.</summary>
    public static int WorkerOf(ulong hash, int workerCount) => (int)(((hash >> 16) & 0xFFFF_FFFF) * (ulong)workerCount >> 32);

    public override void Flush()
    {
        Post();
        for (int sender = 0; sender < Context.WorkerCount; sender++)
        {
            if (sender != Context.Worker)
            {
                foreach (DeltaBatch batch in _channel.Take(sender, Context.Worker))
                {
                    Iteration = batch.Iteration;
                    Emit(batch);
                }
            }
        }
    }

    /// <summary>Keeps the protocol when the dataflow has failed here: posts nothing, takes and forgets.</summary>
    public override void FlushFailed()
    {
        foreach (List<DeltaBatch> batches in _outgoing)
        {
            batches.ForEach(static batch => batch.Release());
            batches.Clear();
        }

        Post();
        for (int sender = 0; sender < Context.WorkerCount; sender++)
        {
            if (sender != Context.Worker)
            {
                foreach (DeltaBatch batch in _channel.Take(sender, Context.Worker))
                {
                    batch.Release();
                }
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _encoder.Dispose();
        _rows.Dispose();
        _starts.Dispose();
    }

    // Hot path: per delta.
    protected override void Process(int port, DeltaBatch batch)
    {
        int workers = Context.WorkerCount;
        DeltaBatch kept = _encoder.Encode(batch, out _);
        kept.Release();
        int* starts = _starts.Reserve(workers + 1);
        new Span<int>(starts, workers + 1).Clear();
        ulong* hashes = _encoder.Hashes;
        for (int i = 0; i < batch.Count; i++)
        {
            starts[WorkerOf(hashes[i], workers) + 1]++;
        }

        for (int worker = 0; worker < workers; worker++)
        {
            starts[worker + 1] += starts[worker];
        }

        int* rows = _rows.Reserve(batch.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            rows[starts[WorkerOf(hashes[i], workers)]++] = i;
        }

        int start = 0;
        for (int worker = 0; worker < workers; worker++)
        {
            int count = starts[worker] - start;
            if (count > 0)
            {
                DeltaBatch part = count == batch.Count ? batch.Acquire() : batch.Gather(new ReadOnlySpan<int>(rows + start, count));
                if (worker == Context.Worker)
                {
                    Emit(part);
                }
                else
                {
                    _outgoing[worker].Add(part);
                }
            }

            start += count;
        }

        _encoder.Forget();
    }

    private void Post()
    {
        for (int worker = 0; worker < Context.WorkerCount; worker++)
        {
            if (worker != Context.Worker)
            {
                _channel.Post(Context.Worker, worker, _outgoing[worker].Count == 0 ? [] : _outgoing[worker].ToArray());
                _outgoing[worker].Clear();
            }
        }
    }
}
