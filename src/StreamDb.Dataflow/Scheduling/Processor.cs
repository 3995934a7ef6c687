using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Where the calling thread runs. On Linux only; elsewhere nothing is known, and nothing happens.</summary>
internal static unsafe partial class Processor
{
    /// <summary>What <see cref="Current"/> is when it is not known.</summary>
    public const int Unknown = -1;

    private const int MaskWords = 16;
    private const int MaskBytes = MaskWords * sizeof(ulong);

    /// <summary>The number of the processor that runs the caller, which may change at once.</summary>
    /// <remarks>Costs some ns: no call of the system.</remarks>
    public static int Current => OperatingSystem.IsLinux() ? GetProcessor() : Unknown;

    /// <summary>Moves the calling thread to another of the processors that it may use; from there the system may move it on.</summary>
    /// <returns>False when there is no other.</returns>
    public static bool TryLeave()
    {
        int current = Current;
        ulong* allowed = stackalloc ulong[MaskWords];
        if (current < 0 || current >= MaskBytes * 8 || GetAffinity(0, MaskBytes, allowed) < 0)
        {
            return false;
        }

        ulong* others = stackalloc ulong[MaskWords];
        int count = 0;
        for (int i = 0; i < MaskWords; i++)
        {
            others[i] = i == current / 64 ? allowed[i] & ~(1UL << (current % 64)) : allowed[i];
            count += BitOperations.PopCount(others[i]);
        }

        // The system moves a thread at once from where it may not be.
        return count > 0 && SetAffinity(0, MaskBytes, others) == 0 && SetAffinity(0, MaskBytes, allowed) == 0;
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [SuppressGCTransition]
    private static partial int GetProcessor();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
}
