using System.Diagnostics;
using System.Globalization;

namespace StreamDb.Benchmarks.Service;

/// <summary>S8: 5 M ⋈ 5 M rows over 1 M keys, aggregated; a checkpoint, one second of further writes, kill -9, and back.</summary>
internal sealed class S8Restart : IBenchmark
{
    private const string View = """
        CREATE MATERIALIZED VIEW summary AS
        SELECT l.k % 1000 AS g, count(*) AS n, sum(l.v - r.v) AS total FROM l JOIN r ON l.k = r.k GROUP BY l.k % 1000
        """;

    private const string Answer = "SELECT count(*), sum(n), sum(total) FROM summary";

    public string Name => "s8";

    public string Question => "How long from the restart after kill -9 to the first correct answer, with a join of 10 M rows and its view?";

    public void Run(BenchmarkOptions options, Report report)
    {
        Calibration.Run(report);
        using var server = new StreamDbServer("--checkpoint-interval-ms", "0", "--checkpoint-log-mib", "0", "--workers", $"{options.Workers}");
        server.Start();
        long rows = (long)(5_000_000 * options.Scale);
        using (PgClient client = server.Connect())
        {
            Load(client, rows);
            Timed(report, "CREATE MATERIALIZED VIEW", () => client.Execute(View));
            Timed(report, "first CHECKPOINT", () => client.Execute("CHECKPOINT"));
        }

        for (int cycle = 1; cycle <= 3; cycle++)
        {
            Cycle(report, server, cycle, rows);
        }
    }

    private static void Cycle(Report report, StreamDbServer server, int cycle, long rows)
    {
        string answer;
        using (PgClient client = server.Connect())
        {
            Timed(report, $"{cycle}: CHECKPOINT", () => client.Execute("CHECKPOINT"));
            List<string?[]> bytes = client.Query("SELECT written_bytes, total_bytes FROM streamdb_catalog.checkpoints ORDER BY epoch DESC LIMIT 1");
            report.Row($"{cycle}: checkpoint written", long.Parse(bytes[0][0]!, CultureInfo.InvariantCulture), "bytes", $"of {bytes[0][1]}");
            report.Row($"{cycle}: rows logged behind it", WriteForASecond(client, cycle, rows), "rows");
            answer = AnswerOf(client);
        }

        long resident = server.MemoryBytes("VmRSS");
        server.KillAtOnce();
        long start = Stopwatch.GetTimestamp();
        server.Start();
        using PgClient again = server.Connect();
        string found = AnswerOf(again);
        report.Row($"{cycle}: restart to first answer", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms", found == answer ? "correct" : $"WRONG: {found} instead of {answer}");
        report.Row($"{cycle}: resident memory, most during restart over before", server.MemoryBytes("VmHWM") / (double)resident, "x", $"{resident} bytes before");
        report.Row($"{cycle}: resident memory, after over before", server.MemoryBytes("VmRSS") / (double)resident, "x");
        List<string?[]> views = again.Query("SELECT count(*), count(*) FILTER (WHERE NOT is_restored) FROM streamdb_catalog.view_recovery");
        report.Row($"{cycle}: views recomputed", long.Parse(views[0][1]!, CultureInfo.InvariantCulture), "views", $"of {views[0][0]}");
    }

    private static void Load(PgClient client, long rows)
    {
        client.Execute("CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL)");
        client.Execute("CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)");
        const int chunk = 200_000;
        for (long first = 0; first < rows; first += chunk)
        {
            client.Execute(Insert("l", first, chunk, rows));
            client.Execute(Insert("r", first, chunk, rows));
        }
    }

    // A multiplicative hash spreads the rows over the keys.
    private static string Insert(string table, long first, long count, long rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"INSERT INTO {table} SELECT (g * 2654435761) % {Math.Max(1, rows / 5)}, (g * 40503) % 1000003 FROM generate_series({first}::bigint, {first + count - 1}) g");

    private static long WriteForASecond(PgClient client, int cycle, long rows)
    {
        long written = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1))
        {
            client.Execute(Insert("l", (cycle * 100_000_000L) + written, 1000, rows));
            written += 1000;
        }

        return written;
    }

    private static string AnswerOf(PgClient client) => string.Join('|', client.Query(Answer)[0]);

    private static void Timed(Report report, string metric, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        report.Row(metric, Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
    }
}
