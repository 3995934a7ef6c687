using System.Buffers.Binary;
using System.Numerics;

namespace StreamDb.Expressions.Functions;

/// <summary>SHA-224 (FIPS 180-4), which the framework lacks: SHA-256 with other initial values, cut to 28 bytes.</summary>
internal static class Sha224
{
    private static readonly uint[] _constants = [.. Primes().Take(64).Select(p => Fraction(Math.Cbrt, p))];

    public static byte[] HashData(ReadOnlySpan<byte> data)
    {
        uint[] state =
            [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
        byte[] padded = new byte[((data.Length + 8) / 64 * 64) + 64];
        data.CopyTo(padded);
        padded[data.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)data.Length * 8);
        for (int at = 0; at < padded.Length; at += 64)
        {
            Process(padded.AsSpan(at, 64), state);
        }

        byte[] result = new byte[28];
        for (int i = 0; i < 7; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(i * 4), state[i]);
        }

        return result;
    }

    private static void Process(ReadOnlySpan<byte> block, uint[] state)
    {
        Span<uint> words = stackalloc uint[64];
        for (int i = 0; i < 16; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        }

        for (int i = 16; i < 64; i++)
        {
            uint low = words[i - 15];
            uint high = words[i - 2];
            words[i] = words[i - 16] + (BitOperations.RotateRight(low, 7) ^ BitOperations.RotateRight(low, 18) ^ (low >> 3))
                + words[i - 7] + (BitOperations.RotateRight(high, 17) ^ BitOperations.RotateRight(high, 19) ^ (high >> 10));
        }

        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i++)
        {
            uint first = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25))
                + ((e & f) ^ (~e & g)) + _constants[i] + words[i];
            uint second = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22))
                + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /// <summary>The first 32 bits of a root's fraction.</summary>
    private static uint Fraction(Func<double, double> root, int prime)
    {
        double value = root(prime);
        return (uint)((value - Math.Floor(value)) * 4294967296.0);
    }

    private static IEnumerable<int> Primes()
    {
        for (int candidate = 2; ; candidate++)
        {
            bool isPrime = true;
            for (int divisor = 2; divisor * divisor <= candidate; divisor++)
            {
                isPrime &= candidate % divisor != 0;
            }

            if (isPrime)
            {
                yield return candidate;
            }
        }
    }
}
