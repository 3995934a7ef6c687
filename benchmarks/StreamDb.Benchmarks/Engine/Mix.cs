using System.Runtime.CompilerServices;

namespace StreamDb.Benchmarks.Engine;

/// <summary>The workloads' pseudo-random numbers.</summary>
internal static class Mix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>row(side, i): key and value.</summary>
    public static (long Key, long Value) Row(int side, long i, ulong keys)
    {
        ulong h = Of((2 * (ulong)i) + (ulong)side);
        return ((long)(h % keys), (long)Of(h));
    }
}
