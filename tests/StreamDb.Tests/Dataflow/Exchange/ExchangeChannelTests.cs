using StreamDb.Core.Columns;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Scheduling;
using Xunit;

namespace StreamDb.Tests.Dataflow.Exchange;

public sealed class ExchangeChannelTests
{
    [Fact]
    public void Packets_arrive_in_order_each_at_its_receiver()
    {
        var channel = new ExchangeChannel(2, new EngineFault());
        DeltaBatch first = Batch(1);
        DeltaBatch second = Batch(2);
        DeltaBatch back = Batch(3);
        channel.Post(0, 1, [first]);
        channel.Post(0, 1, [second]);
        channel.Post(1, 0, [back]);
        Assert.Same(back, Assert.Single(channel.Take(1, 0)));
        Assert.Same(first, Assert.Single(channel.Take(0, 1)));
        Assert.Same(second, Assert.Single(channel.Take(0, 1)));
    }

    [Fact]
    public void A_packet_is_not_filled_again_before_it_is_given_back()
    {
        var channel = new ExchangeChannel(2, new EngineFault());
        List<DeltaBatch> sent = [Batch(1)];
        Assert.NotSame(sent, channel.Post(0, 1, sent));
        List<DeltaBatch> taken = channel.Take(0, 1);
        Assert.Same(sent, taken);
        Assert.NotSame(sent, channel.Post(0, 1, []));
        channel.Return(0, 1, taken);
        List<DeltaBatch> emptied = channel.Post(0, 1, []);
        Assert.Same(sent, emptied);
        Assert.Empty(emptied);
    }

    [Fact]
    public void Epochs_allocate_no_packets()
    {
        const int Batches = 3;
        var channel = new ExchangeChannel(2, new EngineFault());
        DeltaBatch batch = Batch(1);
        List<DeltaBatch> outgoing = [];
        Run(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run(int epochs)
        {
            for (int epoch = 0; epoch < epochs; epoch++)
            {
                for (int i = 0; i < Batches; i++)
                {
                    outgoing.Add(batch);
                }

                outgoing = channel.Post(0, 1, outgoing);
                List<DeltaBatch> packet = channel.Take(0, 1);
                channel.Return(0, 1, packet);
            }
        }
    }

    private static DeltaBatch Batch(int count) => new(new ColumnBatch([], count));
}
