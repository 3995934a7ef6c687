using System.Runtime.InteropServices;

namespace StreamDb.Dataflow.Backfills;

/// <summary>How the operating system ranks the calling thread.</summary>
internal static partial class ThreadRank
{
    private const int PriorityOfProcess = 0;
    private const int LowPriority = 10;

    /// <summary>
    /// Lets the calling thread run in what time others leave, for good: an unprivileged thread may not raise itself again.
    /// On Linux only; elsewhere nothing happens.
    /// </summary>
    /// <remarks>
    /// The runtime's own thread priorities do nothing on Linux, where setpriority of "process 0" means the calling thread.
    /// Not the idle policy, nor the lowest priority: everyone waits at a garbage collection until this thread has stopped too, for
    /// which it needs a processor. At 10 it has a tenth of what a thread of the usual rank has, however busy the machine is.
    /// </remarks>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux())
        {
            // It can only fail for want of rights to raise; then the thread simply keeps its rank.
            _ = SetPriority(PriorityOfProcess, 0, LowPriority);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
