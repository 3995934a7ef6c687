using System.Runtime.CompilerServices;

namespace StreamDb.Connectors.Generators;

/// <summary>The SplitMix64 generator (Steele, Lea, Flood 2014): a counter and a mixing function, so that any seed may be jumped to.</summary>
internal struct SplitMix
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state;

    public SplitMix(ulong seed)
    {
        // Seeds are row or event numbers: mixed once, so that the runs of neighbouring seeds do not overlap.
        _state = Mix(seed + Step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next() => Mix(_state += Step);

    /// <summary>A number from 0 to <paramref name="end"/> - 1. The bias is below 2^-32 for the small ranges of generators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Below(long end) => (long)Math.BigMul(Next(), (ulong)end, out _);

    /// <summary>From 0 (included) to 1 (excluded).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills <paramref name="target"/> with letters a to z.</summary>
    public void Letters(Span<byte> target)
    {
        // Eight bytes at a time: each random byte times 26, divided by 256. Even and odd bytes go separately, so that
        // the products have room.
        const ulong Even = 0x00FF00FF00FF00FF;
        int at = 0;
        for (; at + sizeof(ulong) <= target.Length; at += sizeof(ulong))
        {
            Unsafe.WriteUnaligned(ref target[at], LettersOf(Next()));
        }

        if (at < target.Length)
        {
            ulong rest = LettersOf(Next());
            for (; at < target.Length; at++)
            {
                target[at] = (byte)rest;
                rest >>= 8;
            }
        }

        static ulong LettersOf(ulong bits)
        {
            ulong even = (((bits & Even) * 26) >> 8) & Even;
            ulong odd = (((bits >> 8) & Even) * 26) & ~Even;
            return (even | odd) + 0x6161616161616161;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
