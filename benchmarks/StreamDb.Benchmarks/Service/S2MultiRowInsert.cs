namespace StreamDb.Benchmarks.Service;

internal sealed class S2MultiRowInsert : IBenchmark
{
    private const int RowCount = 1_000;

    public string Name => "s2";

    public string Question => "How many rows a second by INSERT … VALUES of 1,000 rows, one transaction each, with count and sum by key kept?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using var pair = new ServerPair(options, report);
        var log = new EventLog("s2");
        foreach (BenchmarkServer server in pair.Both)
        {
            log.Create(server);
        }

        int seed = 0;
        byte[] head = [.. "INSERT INTO s2 VALUES "u8];
        pair.Load("1 client", "rows/s", 1, (server, connection, _) =>
        {
            EventTally tally = log.NewTally(server, Interlocked.Increment(ref seed));
            return () =>
            {
                RequestBuffer request = connection.Request;
                request.Begin((byte)'Q');
                request.Raw(head);
                for (int i = 0; i < RowCount; i++)
                {
                    (int key, long value) = tally.Next();
                    request.Raw(i == 0 ? "("u8 : ",("u8);
                    request.Number(key);
                    request.Byte((byte)',');
                    request.Number(value);
                    request.Byte((byte)')');
                }

                request.Byte(0);
                request.End();
                connection.SendAndWait();
                return RowCount;
            };
        });
        foreach (BenchmarkServer server in pair.Both)
        {
            log.Verify(server);
        }
    }
}
