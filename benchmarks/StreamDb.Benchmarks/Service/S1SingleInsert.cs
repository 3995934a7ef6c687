namespace StreamDb.Benchmarks.Service;

internal sealed class S1SingleInsert : IBenchmark
{
    public string Name => "s1";

    public string Question => "How many durable single-row INSERTs a second, with count and sum by key kept behind the table?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using var pair = new ServerPair(options, report);
        var log = new EventLog("s1");
        foreach (BenchmarkServer server in pair.Both)
        {
            log.Create(server);
        }

        int seed = 0;
        byte[] head = [.. "INSERT INTO s1 VALUES ("u8];
        foreach (int clients in (int[])[1, 8])
        {
            pair.Load($"literals, {clients} clients", "rows/s", clients, (server, connection, _) =>
            {
                EventTally tally = log.NewTally(server, Interlocked.Increment(ref seed));
                return () =>
                {
                    (int key, long value) = tally.Next();
                    RequestBuffer request = connection.Request;
                    request.Begin((byte)'Q');
                    request.Raw(head);
                    request.Number(key);
                    request.Byte((byte)',');
                    request.Number(value);
                    request.Raw(")\0"u8);
                    request.End();
                    connection.SendAndWait();
                    return 1;
                };
            });
            pair.Load($"prepared, {clients} clients", "rows/s", clients, (server, connection, _) =>
            {
                EventTally tally = log.NewTally(server, Interlocked.Increment(ref seed));
                connection.Prepare("insert", "INSERT INTO s1 VALUES ($1, $2)");
                return () =>
                {
                    (int key, long value) = tally.Next();
                    connection.Request.Execute("insert"u8, key, value);
                    connection.Request.Sync();
                    connection.SendAndWait();
                    return 1;
                };
            });
        }

        foreach (BenchmarkServer server in pair.Both)
        {
            log.Verify(server);
        }
    }
}
