using StreamDb.Dataflow.Scheduling;
using Xunit;

namespace StreamDb.Tests.Dataflow.Scheduling;

public sealed class PlacementTests
{
    private static bool HasOthers => OperatingSystem.IsLinux() && Environment.ProcessorCount > 1;

    [Fact]
    public void A_thread_that_shares_a_processor_leaves_it_and_soon_after_goes_to_sleep()
    {
        Placement[] places = Placement.Create(2);
        int left = 0;
        int asleep = 0;
        OnThread(() =>
        {
            // The system may move it between two calls: one that does not show is no mistake, all of them are.
            for (int i = 0; i < 1000; i++)
            {
                places[0].Enter();
                places[1].Enter();
                int shared = Processor.Current;
                if (!places[1].TryMakeWay(0))
                {
                    asleep++;
                }
                else if (Processor.Current != shared)
                {
                    left++;
                }
            }
        });

        Assert.Equal(HasOthers, left > 0);
        Assert.Equal(OperatingSystem.IsLinux(), asleep > left);
    }

    [Fact]
    public void Whoever_sleeps_is_in_nobodys_way_until_it_has_been_woken_for_long()
    {
        Placement[] places = Placement.Create(2);
        OnThread(() =>
        {
            places[1].Enter();
            Assert.True(places[1].TryMakeWay(long.MaxValue));
            places[0].Enter();
            places[0].Sleep();
            Assert.True(places[1].TryMakeWay(long.MaxValue));
            places[0].Wake();
            Assert.True(places[1].TryMakeWay(0));

            // Once it may go elsewhere; that did not help.
            places[1].TryMakeWay(long.MaxValue);
            Assert.Equal(OperatingSystem.IsLinux(), !places[1].TryMakeWay(long.MaxValue));
        });
    }

    [Fact]
    public void Nobody_spins_where_there_are_more_shards_than_processors()
    {
        Placement[] many = Placement.Create(Environment.ProcessorCount + 1);
        int looks = 0;
        Assert.True(many[0].IsCrowded);
        Assert.False(Patience.Spin(many[0], this, _ => ++looks < 0, long.MaxValue));
        Assert.Equal(1, looks);
        Assert.False(Placement.Create(Environment.ProcessorCount)[0].IsCrowded);
    }

    private static void OnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
