using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Exchange;

/// <summary>The mailboxes of one exchange: a queue of packets from every worker to every other.</summary>
/// <remarks>
/// Packets from one sender arrive in the order of its epochs, and both sides handle every epoch that is active here, so the
/// n-th packet taken is of the n-th active epoch. A queue is bounded by the number of epochs in flight.
/// </remarks>
internal sealed class ExchangeChannel
{
    private const int BrokenCheckMs = 100;

    private readonly int _workers;
    private readonly Queue<DeltaBatch[]>[] _queues;
    private readonly EngineFault _fault;

    public ExchangeChannel(int workers, EngineFault fault)
    {
        _workers = workers;
        _fault = fault;
        _queues = new Queue<DeltaBatch[]>[workers * workers];
        for (int i = 0; i < _queues.Length; i++)
        {
            _queues[i] = new Queue<DeltaBatch[]>();
        }
    }

    public void Post(int sender, int receiver, DeltaBatch[] packet)
    {
        Queue<DeltaBatch[]> queue = _queues[(sender * _workers) + receiver];
        lock (queue)
        {
            queue.Enqueue(packet);
            Monitor.Pulse(queue);
        }
    }

    /// <summary>The next packet, waiting for it.</summary>
    public DeltaBatch[] Take(int sender, int receiver)
    {
        Queue<DeltaBatch[]> queue = _queues[(sender * _workers) + receiver];
        Patience.Spin(queue, static queue => queue.Count > 0, Patience.Longest);
        lock (queue)
        {
            DeltaBatch[]? packet;
            while (!queue.TryDequeue(out packet))
            {
                Monitor.Wait(queue, BrokenCheckMs);
                Invariant.Check(_fault.Reason is null, "another worker has stopped");
            }

            return packet;
        }
    }
}
