using System.Runtime.InteropServices;

namespace StreamDb.Dataflow.Backfills;

/// <summary>How the operating system ranks the calling thread.</summary>
internal static partial class ThreadRank
{
    private const int PriorityOfProcess = 0;
    private const int LowestPriority = 19;

    /// <summary>
    /// Lets the calling thread run in what time others leave, for good: an unprivileged thread may not raise itself again.
    /// On Linux only; elsewhere nothing happens.
    /// </summary>
    /// <remarks>
    /// The runtime's own thread priorities do nothing on Linux, where setpriority of "process 0" means the calling thread.
    /// Not the idle policy: a thread under it that is stopped for garbage collection could keep everyone waiting for seconds
    /// while other programs use the processors, where this one gets its small share.
    /// </remarks>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux())
        {
            // It can only fail for want of rights to raise; then the thread simply keeps its rank.
            _ = SetPriority(PriorityOfProcess, 0, LowestPriority);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
