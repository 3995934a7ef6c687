using System.Diagnostics;

namespace StreamDb.Benchmarks.Service;

internal sealed class S3Copy : IBenchmark
{
    private const int BlockRows = 4_000;

    public string Name => "s3";

    public string Question => "How many rows a second by COPY into a table, with count and sum by key kept and fresh at commit?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using var pair = new ServerPair(options, report);
        var log = new EventLog("s3");
        foreach (BenchmarkServer server in pair.Both)
        {
            log.Create(server);
        }

        int rows = ServiceTimes.IsQuick(options) ? 100_000 : 500_000;
        int seed = 0;
        foreach (BenchmarkServer server in pair.Both)
        {
            Copy(log, server, rows, ++seed);
        }

        pair.Bulk("one COPY", "rows/s", rows, server => Copy(log, server, rows, ++seed));
        foreach (BenchmarkServer server in pair.Both)
        {
            log.Verify(server);
        }
    }

    /// <summary>One COPY; gives its seconds.</summary>
    private static double Copy(EventLog log, BenchmarkServer server, int rows, int seed)
    {
        EventTally tally = log.NewTally(server, seed);
        var blocks = new List<byte[]>();
        var block = new RequestBuffer();
        for (int i = 0; i < rows; i += BlockRows)
        {
            block.Clear();
            block.Begin((byte)'d');
            for (int row = 0; row < BlockRows; row++)
            {
                (int key, long value) = tally.Next();
                block.Number(key);
                block.Byte((byte)'\t');
                block.Number(value);
                block.Byte((byte)'\n');
            }

            block.End();
            blocks.Add(block.Written.ToArray());
        }

        using PgClient client = server.Connect();
        long start = Stopwatch.GetTimestamp();
        client.CopyIn($"COPY {log.Table} FROM STDIN", blocks);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
