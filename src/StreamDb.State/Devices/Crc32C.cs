using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamDb.State.Devices;

/// <summary>CRC-32C (Castagnoli), with the processor's instruction where it has one.</summary>
public static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Extend(~0u, bytes);

    /// <summary>Over two pieces as if they stood side by side.</summary>
    public static uint Compute(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => ~Extend(Extend(~0u, left), right);

    /// <summary>The checksum of what came before and <paramref name="bytes"/> as if they stood side by side.</summary>
    /// <param name="before">Of what came before; 0 when nothing did.</param>
    public static uint Continue(uint before, ReadOnlySpan<byte> bytes) => ~Extend(~before, bytes);

    // Hot path: per byte. The instruction takes eight bytes in three cycles.
    private static uint Extend(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
