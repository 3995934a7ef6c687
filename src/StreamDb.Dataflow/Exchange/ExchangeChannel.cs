using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Exchange;

/// <summary>The mailboxes of one exchange: a queue of packets from every worker to every other.</summary>
/// <remarks>
/// Packets from one sender arrive in the order of its epochs, and both sides handle every epoch that is active here, so the
/// n-th packet taken is of the n-th active epoch. A queue is bounded by the number of epochs in flight. Packets go back and
/// forth: the sender fills again what the receiver has emptied, and an epoch allocates none.
/// </remarks>
internal sealed class ExchangeChannel
{
    private const int BrokenCheckMs = 100;

    private readonly int _workers;
    private readonly Mailbox[] _mailboxes;
    private readonly EngineFault _fault;

    public ExchangeChannel(int workers, EngineFault fault)
    {
        _workers = workers;
        _fault = fault;
        _mailboxes = new Mailbox[workers * workers];
        for (int i = 0; i < _mailboxes.Length; i++)
        {
            _mailboxes[i] = new Mailbox();
        }
    }

    /// <summary>Sends a packet, which is the channel's from now on.</summary>
    /// <returns>An empty one, the sender's.</returns>
    public List<DeltaBatch> Post(int sender, int receiver, List<DeltaBatch> packet)
    {
        Mailbox mailbox = _mailboxes[(sender * _workers) + receiver];
        lock (mailbox)
        {
            mailbox.Sent.Enqueue(packet);
            Monitor.Pulse(mailbox);
            return mailbox.Emptied.TryPop(out List<DeltaBatch>? emptied) ? emptied : [];
        }
    }

    /// <summary>The next packet, waiting for it; the receiver's until it gives it back.</summary>
    public List<DeltaBatch> Take(int sender, int receiver)
    {
        Mailbox mailbox = _mailboxes[(sender * _workers) + receiver];
        Patience.Spin(Placement.Current, mailbox, static mailbox => mailbox.Sent.Count > 0, Patience.WithinEpoch);
        lock (mailbox)
        {
            List<DeltaBatch>? packet;
            while (!mailbox.Sent.TryDequeue(out packet))
            {
                Monitor.Wait(mailbox, BrokenCheckMs);
                Invariant.Check(_fault.Reason is null, "another worker has stopped");
            }

            return packet;
        }
    }

    /// <summary>Gives back a packet whose batches are the receiver's.</summary>
    public void Return(int sender, int receiver, List<DeltaBatch> packet)
    {
        packet.Clear();
        Mailbox mailbox = _mailboxes[(sender * _workers) + receiver];
        lock (mailbox)
        {
            mailbox.Emptied.Push(packet);
        }
    }

    private sealed class Mailbox
    {
        public Queue<List<DeltaBatch>> Sent { get; } = new();

        public Stack<List<DeltaBatch>> Emptied { get; } = new();
    }
}
