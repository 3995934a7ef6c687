using System.Runtime.InteropServices;
using StreamDb.State.Devices;

namespace StreamDb.State.Spaces;

/// <summary>Asks the kernel for many pages at once, ahead of whoever touches them.</summary>
/// <remarks>
/// A page that is on the disk only costs its reader a wait for the disk and two switches of the processor, some 50 us where the disk
/// itself could serve several at a time; asked for in one call with others it costs a fourth. A page that is in memory costs some 0.2 us in
/// vain, so that it is for spaces that are known to lie on the disk in part. Any thread.
/// </remarks>
internal static unsafe partial class PageFetch
{
    /// <summary>Ranges of one call: so few that all are still there when the last is touched.</summary>
    private const int RangesMax = 256;

    // By number, which is the same on every processor: C libraries of this age do not all have the names.
    private const nint OpenProcess = 434;
    private const nint AdviseProcess = 440;

    /// <summary>This process. Before Linux 5.10 the advice fails: then nothing is fetched ahead, and all goes on more slowly.</summary>
    private static readonly nint _self = Call(OpenProcess, Environment.ProcessId, 0, 0, 0, 0);

    /// <summary>Does not wait.</summary>
    /// <param name="addresses">Those that are not in the space are passed over.</param>
    /// <param name="bytes">From each address on.</param>
    public static void Fetch(StateSpace space, ulong* addresses, int count, int bytes)
    {
        Range* ranges = stackalloc Range[RangesMax];
        int found = 0;
        ulong last = 0;
        for (int i = 0; i < count; i++)
        {
            ulong address = addresses[i];
            ulong page = address & ~(ulong)(StateSpace.PageBytes - 1);
            if (page == last || !space.Contains((void*)address))
            {
                continue;
            }

            last = page;
            ulong end = (address + (ulong)bytes + StateSpace.PageBytes - 1) & ~(ulong)(StateSpace.PageBytes - 1);
            ranges[found++] = new Range(page, end - page);
            if (found == RangesMax)
            {
                _ = Call(AdviseProcess, _self, (nint)ranges, found, Posix.AdviseWillNeed, 0);
                found = 0;
            }
        }

        if (found > 0)
        {
            _ = Call(AdviseProcess, _self, (nint)ranges, found, Posix.AdviseWillNeed, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    private readonly record struct Range(ulong Address, ulong Bytes);
}
