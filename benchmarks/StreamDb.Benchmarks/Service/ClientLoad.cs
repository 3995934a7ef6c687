using System.Diagnostics;

namespace StreamDb.Benchmarks.Service;

/// <summary>Does one request and gives how many operations it was.</summary>
internal delegate int Request();

/// <summary>Operations per second, the time of a request, and the server's processor time per operation.</summary>
internal sealed record LoadResult(double Rate, double P50Us, double P99Us, double CpuUs);

/// <summary>A closed loop of clients, each with a thread and a connection of its own.</summary>
internal static class ClientLoad
{
    /// <param name="prepare">Makes a client's request; runs before the clock.</param>
    public static LoadResult Run(BenchmarkServer server, int clients, ServiceTimes times, Func<PgClient, int, Request> prepare)
    {
        var histograms = new LatencyHistogram[clients];
        var operations = new long[clients];
        var allOperations = new long[clients];
        double cpuBefore = server.CpuSeconds;
        var failures = new List<Exception>();
        using var ready = new Barrier(clients);
        var threads = new Thread[clients];
        for (int i = 0; i < clients; i++)
        {
            int client = i;
            threads[i] = new Thread(() =>
            {
                try
                {
                    using PgClient connection = server.Connect();
                    Request request = prepare(connection, client);
                    ready.SignalAndWait();
                    (histograms[client], operations[client], allOperations[client]) = Repeat(request, times);
                }
                catch (Exception failure)
                {
                    ready.RemoveParticipant();
                    lock (failures)
                    {
                        failures.Add(failure);
                    }
                }
            });
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }

        var all = new LatencyHistogram();
        foreach (LatencyHistogram histogram in histograms)
        {
            all.Add(histogram);
        }

        return new LoadResult(
            operations.Sum() / times.Measured.TotalSeconds,
            all.QuantileUs(0.5),
            all.QuantileUs(0.99),
            (server.CpuSeconds - cpuBefore) * 1e6 / allOperations.Sum());
    }

    private static (LatencyHistogram Histogram, long Operations, long AllOperations) Repeat(Request request, ServiceTimes times)
    {
        var histogram = new LatencyHistogram();
        long operations = 0;
        long all = 0;
        long now = Stopwatch.GetTimestamp();
        long begin = now + (long)(times.WarmUp.TotalSeconds * Stopwatch.Frequency);
        long end = begin + (long)(times.Measured.TotalSeconds * Stopwatch.Frequency);
        while (now < end)
        {
            long start = now;
            int done = request();
            now = Stopwatch.GetTimestamp();
            all += done;
            if (start >= begin)
            {
                operations += done;
                histogram.Add(now - start);
            }
        }

        return (histogram, operations, all);
    }
}
