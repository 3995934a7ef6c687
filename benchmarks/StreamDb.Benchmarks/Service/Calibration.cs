using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StreamDb.Benchmarks.Service;

/// <summary>What this machine does without any server; no request is quicker than its round trip, no commit than its sync.</summary>
internal static partial class Calibration
{
    public static void Run(Report report)
    {
        report.Row("calibration: loopback round trip of 64 B", RoundTripUs(), "us", "53 on the reference machine");
        report.Row("calibration: fdatasync of a 4 KB append", SyncMs(), "ms", "0.15 on the reference machine");
    }

    private static double RoundTripUs()
    {
        const int Count = 10_000;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect((IPEndPoint)listener.LocalEndpoint);
        using Socket far = listener.AcceptSocket();
        far.NoDelay = true;
        var echo = new Thread(() =>
        {
            var bytes = new byte[64];
            for (int received = far.Receive(bytes); received > 0; received = far.Receive(bytes))
            {
                far.Send(bytes.AsSpan(0, received));
            }
        });
        echo.Start();
        var bytes = new byte[64];
        var ticks = new long[Count];
        for (int i = 0; i < Count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            near.Send(bytes);
            for (int received = 0; received < bytes.Length;)
            {
                received += near.Receive(bytes.AsSpan(received));
            }

            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        near.Shutdown(SocketShutdown.Send);
        echo.Join();
        return MedianSeconds(ticks) * 1e6;
    }

    private static double SyncMs()
    {
        const int Count = 500;
        string path = Path.GetTempFileName();
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            var block = new byte[4096];
            var ticks = new long[Count];
            for (int i = 0; i < Count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, (long)i * block.Length);
                if (SyncData(file) != 0)
                {
                    throw new IOException("fdatasync failed");
                }

                ticks[i] = Stopwatch.GetTimestamp() - start;
            }

            return MedianSeconds(ticks) * 1e3;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double MedianSeconds(long[] ticks)
    {
        Array.Sort(ticks);
        return (double)ticks[ticks.Length / 2] / Stopwatch.Frequency;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int SyncData(SafeFileHandle file);
}
