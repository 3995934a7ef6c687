using System.Diagnostics;
using System.Runtime;

namespace StreamDb.Benchmarks;

/// <summary>Waiting for the runtime's compiler, which takes a processor that two workers need.</summary>
/// <remarks>
/// It compiles methods anew that were called thirty times, and a tenth of a second after there was nothing new: so some run that
/// sets up a view as those before did has it compile half of the planner, for a tenth of a second.
/// </remarks>
internal static class CompilerPause
{
    private const int LookMs = 150;
    private const double SecondsMax = 5;

    public static void Wait()
    {
        long start = Stopwatch.GetTimestamp();
        long compiled;
        do
        {
            compiled = JitInfo.GetCompiledMethodCount();
            Thread.Sleep(LookMs);
        }
        while (JitInfo.GetCompiledMethodCount() > compiled && Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMax);
    }
}
