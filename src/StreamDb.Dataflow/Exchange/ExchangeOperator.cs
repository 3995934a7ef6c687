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
internal sealed class ExchangeOperator : Operator
{
    private readonly ExchangeChannel _channel;
    private readonly RowPartitioner _partitioner;
    private readonly List<DeltaBatch>[] _outgoing;

    public ExchangeOperator(OperatorContext context, ExchangeChannel channel, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys)
        : base(context)
    {
        _channel = channel;
        _partitioner = new RowPartitioner(shape, keys, context.WorkerCount);
        _outgoing = new List<DeltaBatch>[context.WorkerCount];
        for (int worker = 0; worker < _outgoing.Length; worker++)
        {
            _outgoing[worker] = [];
        }
    }

    public override bool IsCollective => true;

    public override bool CanStore => true;

    public override void Flush()
    {
        Post();
        for (int sender = 0; sender < Context.WorkerCount; sender++)
        {
            if (sender != Context.Worker)
            {
                List<DeltaBatch> packet = _channel.Take(sender, Context.Worker);
                foreach (DeltaBatch batch in packet)
                {
                    Iteration = batch.Iteration;
                    Emit(batch);
                }

                _channel.Return(sender, Context.Worker, packet);
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
                List<DeltaBatch> packet = _channel.Take(sender, Context.Worker);
                packet.ForEach(static batch => batch.Release());
                _channel.Return(sender, Context.Worker, packet);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _partitioner.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        _partitioner.Partition(batch);
        for (int worker = 0; worker < Context.WorkerCount; worker++)
        {
            if (_partitioner.Part(batch, worker) is not { } part)
            {
                continue;
            }

            if (worker == Context.Worker)
            {
                Emit(part);
            }
            else
            {
                _outgoing[worker].Add(part);
            }
        }
    }

    private void Post()
    {
        for (int worker = 0; worker < Context.WorkerCount; worker++)
        {
            if (worker != Context.Worker)
            {
                _outgoing[worker] = _channel.Post(Context.Worker, worker, _outgoing[worker]);
            }
        }
    }
}
