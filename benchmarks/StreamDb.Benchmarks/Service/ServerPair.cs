using System.Globalization;

namespace StreamDb.Benchmarks.Service;

/// <summary>StreamDb and PostgreSQL, both running, measured in turns and reported side by side.</summary>
internal sealed class ServerPair : IDisposable
{
    private readonly Report _report;
    private readonly ServiceTimes _times;

    public ServerPair(BenchmarkOptions options, Report report)
    {
        _report = report;
        _times = ServiceTimes.Of(options);
        Calibration.Run(report);
        Postgres = new PostgresServer();
        StreamDb = new StreamDbServer();
        try
        {
            Postgres.Start();
            StreamDb.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public StreamDbServer StreamDb { get; }

    public PostgresServer Postgres { get; }

    public IReadOnlyList<BenchmarkServer> Both => [StreamDb, Postgres];

    /// <summary>Measures a closed loop on both and reports rate and latencies.</summary>
    public void Load(string metric, string unit, int clients, Func<BenchmarkServer, PgClient, int, Request> prepare)
    {
        IReadOnlyList<LoadResult>[] results = Measure(server => ClientLoad.Run(
            server, clients, _times, (connection, client) => prepare(server, connection, client)));
        Compare(metric, unit, results, result => result.Rate);
        Compare($"{metric}, request p50", "us", results, result => result.P50Us);
        Compare($"{metric}, request p99", "us", results, result => result.P99Us);
        Compare($"{metric}, server's processor time", "us", results, result => result.CpuUs);
    }

    /// <summary>Measures one number on both, in turns, and reports the medians.</summary>
    public void Single(string metric, string unit, Func<BenchmarkServer, double> measure) =>
        Compare(metric, unit, Measure(measure), value => value);

    /// <summary>Measures the seconds that a number of operations take on both and reports the rate.</summary>
    public void Bulk(string metric, string unit, int operations, Func<BenchmarkServer, double> seconds)
    {
        IReadOnlyList<(double Rate, double CpuUs)>[] results = Measure(server =>
        {
            double cpuBefore = server.CpuSeconds;
            double rate = operations / seconds(server);
            return (rate, (server.CpuSeconds - cpuBefore) * 1e6 / operations);
        });
        Compare(metric, unit, results, result => result.Rate);
        Compare($"{metric}, server's processor time", "us", results, result => result.CpuUs);
    }

    public void Dispose()
    {
        StreamDb.Dispose();
        Postgres.Dispose();
    }

    private IReadOnlyList<T>[] Measure<T>(Func<BenchmarkServer, T> measure)
    {
        var results = new List<T>[] { [], [] };
        for (int i = 0; i < _times.Repetitions; i++)
        {
            for (int server = 0; server < 2; server++)
            {
                results[server].Add(measure(Both[server]));
            }
        }

        return results;
    }

    private void Compare<T>(string metric, string unit, IReadOnlyList<T>[] results, Func<T, double> value)
    {
        double streamDb = Median(results[0].Select(value));
        double postgres = Median(results[1].Select(value));
        string format = postgres >= 1000 ? "F0" : "G4";
        _report.Row(metric, streamDb, unit, $"postgres {postgres.ToString(format, CultureInfo.InvariantCulture)} | {(streamDb / postgres).ToString("F2", CultureInfo.InvariantCulture)}x");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
