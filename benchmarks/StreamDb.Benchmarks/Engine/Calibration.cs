using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace StreamDb.Benchmarks.Engine;

/// <summary>How fast the machine is just now, beside the figures of the machine that BENCH.md's numbers are from.</summary>
internal sealed unsafe class Calibration : IBenchmark
{
    public string Name => "calibration";

    public string Question => "How does this machine, now, compare with the one the goals were measured on?";

    public void Run(BenchmarkOptions options, Report report)
    {
        Row(report, "hash count, W1 at 10k", HashCount(), 36, "M/s", higherIsBetter: true);
        Row(report, "random reads over 64 MB", RandomReads(), 103, "M/s", higherIsBetter: true);
        Row(report, "loopback round trip 64 B", RoundTrip(), 53, "us", higherIsBetter: false);
        Row(report, "fdatasync of 4 KB append", Sync(), 0.15, "ms", higherIsBetter: false);
        Row(report, "radix sort of 10 M u64", RadixSort(), 54, "M/s", higherIsBetter: true);
        report.Row("first touch of 1 GB", FirstTouch(), "GB/s", "what growing state waits for");
        Row(report, "memcpy of 256 MB", Copy(), 13, "GB/s", higherIsBetter: true);
    }

    private static void Row(Report report, string metric, double value, double reference, string unit, bool higherIsBetter)
    {
        double ratio = higherIsBetter ? value / reference : reference / value;
        report.Row(metric, value, unit, $"{ratio:P0} of the reference{(Math.Abs(ratio - 1) > 0.2 ? ", OFF BY MORE THAN 20 %" : "")}");
    }

    /// <summary>Open addressing over a key and a count; each epoch gives out old and new counts of the keys it touched.</summary>
    private static double HashCount()
    {
        const int Slots = 1 << 21;
        const int Total = 10_000_000;
        const int Epoch = 10_000;
        ulong* table = (ulong*)NativeMemory.AllocZeroed(Slots * 16);
        ulong* touched = (ulong*)NativeMemory.Alloc(Epoch * 16);
        ulong[] keys = new ulong[Epoch];
        ulong output = 0;
        var watch = new Stopwatch();
        for (int start = 0; start < Total; start += Epoch)
        {
            for (int i = 0; i < Epoch; i++)
            {
                keys[i] = (Mix.Of((ulong)(start + i)) % 1_000_000) + 1;
            }

            watch.Start();
            for (int i = 0; i < Epoch; i++)
            {
                if (i + 24 < Epoch)
                {
                    System.Runtime.Intrinsics.X86.Sse.Prefetch0(table + ((Home(keys[i + 24]) & (Slots - 1)) * 2));
                }

                ulong slot = Home(keys[i]) & (Slots - 1);
                while (table[slot * 2] != keys[i] && table[slot * 2] != 0)
                {
                    slot = (slot + 1) & (Slots - 1);
                }

                table[slot * 2] = keys[i];
                touched[i * 2] = slot;
                touched[(i * 2) + 1] = table[(slot * 2) + 1]++;
            }

            for (int i = 0; i < Epoch; i++)
            {
                output += table[(touched[i * 2] * 2) + 1] - touched[(i * 2) + 1];
            }

            watch.Stop();
        }

        NativeMemory.Free(table);
        NativeMemory.Free(touched);
        return output == 0 ? 0 : Total / watch.Elapsed.TotalMicroseconds;
    }

    private static ulong Home(ulong key)
    {
        key *= 0x9E3779B97F4A7C15;
        return key >> 32;
    }

    private static double RandomReads()
    {
        const int Count = 8 << 20;
        ulong* data = (ulong*)NativeMemory.AllocZeroed(Count * 8);
        for (int i = 0; i < Count; i++)
        {
            data[i] = (ulong)i;
        }

        const int Reads = 50_000_000;
        ulong sum = 0;
        ulong state = 1;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Reads; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            sum += data[state >> 41];
        }

        double elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        NativeMemory.Free(data);
        return sum == 0 ? 0 : Reads / elapsed;
    }

    private static double RoundTrip()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient { NoDelay = true };
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = listener.AcceptTcpClient();
        server.NoDelay = true;
        const int Trips = 5000;
        var echo = new Thread(() =>
        {
            byte[] buffer = new byte[64];
            for (int i = 0; i < Trips; i++)
            {
                server.GetStream().ReadExactly(buffer);
                server.GetStream().Write(buffer);
            }
        });
        echo.Start();
        double[] times = new double[Trips];
        byte[] message = new byte[64];
        for (int i = 0; i < Trips; i++)
        {
            long start = Stopwatch.GetTimestamp();
            client.GetStream().Write(message);
            client.GetStream().ReadExactly(message);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        echo.Join();
        Array.Sort(times);
        return times[Trips / 2];
    }

    private static double Sync()
    {
        string path = Path.Combine(Path.GetTempPath(), $"streamdb-calibration-{Environment.ProcessId}");
        double[] times = new double[200];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            byte[] block = new byte[4096];
            for (int i = 0; i < times.Length; i++)
            {
                file.Write(block);
                long start = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        File.Delete(path);
        Array.Sort(times);
        return times[times.Length / 2];
    }

    private static double RadixSort()
    {
        const int Count = 10_000_000;
        ulong* source = (ulong*)NativeMemory.Alloc(Count * 8);
        ulong* target = (ulong*)NativeMemory.Alloc(Count * 8);
        int* starts = stackalloc int[8 * 256];
        for (int i = 0; i < Count; i++)
        {
            source[i] = Mix.Of((ulong)i);
            target[i] = 0;
        }

        long begin = Stopwatch.GetTimestamp();
        new Span<int>(starts, 8 * 256).Clear();
        for (int i = 0; i < Count; i++)
        {
            for (int digit = 0; digit < 8; digit++)
            {
                starts[(digit << 8) + (int)((source[i] >> (digit * 8)) & 255)]++;
            }
        }

        for (int digit = 0; digit < 8; digit++)
        {
            int sum = 0;
            for (int bucket = 0; bucket < 256; bucket++)
            {
                (starts[(digit << 8) + bucket], sum) = (sum, sum + starts[(digit << 8) + bucket]);
            }

            for (int i = 0; i < Count; i++)
            {
                ulong value = source[i];
                target[starts[(digit << 8) + (int)((value >> (digit * 8)) & 255)]++] = value;
            }

            ulong* swap = source;
            source = target;
            target = swap;
        }

        double elapsed = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        NativeMemory.Free(source);
        NativeMemory.Free(target);
        return Count / elapsed;
    }

    /// <summary>Memory that the process has not had yet: the kernel clears it, and a hypervisor may have to find it first.</summary>
    private static double FirstTouch()
    {
        const nuint Bytes = 1 << 30;
        const nuint PageBytes = 4096;
        long start = Stopwatch.GetTimestamp();
        byte* memory = (byte*)NativeMemory.Alloc(Bytes);
        for (nuint i = 0; i < Bytes; i += PageBytes)
        {
            memory[i] = 1;
        }

        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        NativeMemory.Free(memory);
        return Bytes / elapsed / 1e9;
    }

    private static double Copy()
    {
        const nuint Bytes = 256 << 20;
        byte* source = (byte*)NativeMemory.Alloc(Bytes);
        byte* target = (byte*)NativeMemory.Alloc(Bytes);
        NativeMemory.Fill(source, Bytes, 1);
        NativeMemory.Fill(target, Bytes, 2);
        double best = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            NativeMemory.Copy(source, target, Bytes);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        NativeMemory.Free(source);
        NativeMemory.Free(target);
        return Bytes / best / 1e9;
    }
}
