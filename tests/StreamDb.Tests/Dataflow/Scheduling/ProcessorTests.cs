using StreamDb.Dataflow.Scheduling;
using Xunit;

namespace StreamDb.Tests.Dataflow.Scheduling;

public class ProcessorTests
{
    [Fact]
    public void A_thread_leaves_its_processor_if_it_may_use_others_and_may_use_as_many_afterwards()
    {
        var seen = new HashSet<int>();
        bool left = false;
        var thread = new Thread(() =>
        {
            // The system may move it back between two calls: one that does not show is no mistake, all of them are.
            for (int i = 0; i < 100; i++)
            {
                seen.Add(Processor.Current);
                left = Processor.TryLeave();
                seen.Add(Processor.Current);
            }
        });
        thread.Start();
        thread.Join();

        bool hasOthers = OperatingSystem.IsLinux() && Environment.ProcessorCount > 1;
        Assert.Equal(hasOthers, left);
        Assert.Equal(hasOthers, seen.Count > 1);
    }
}
